package io.glint.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.glint.it.prometheus.PrometheusProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code deploy/} has for Prometheus, with the real programs: promtool accepts it, alerts fire
 * when they should, and each query has an answer where the demo is scraped. Runs where a system
 * property names Prometheus; promtool is beside it.
 */
@Timeout(240)
class DeployedPrometheusTest {
  /** The Collector makes it, with a component that this build does not have. */
  private static final String NOT_CHECKED = "traces_span_metrics_";

  private static final Path PROMETHEUS = Deployment.FOLDER.resolve("prometheus");

  @ParameterizedTest
  @ValueSource(strings = {PrometheusProcess.PROPERTY, PrometheusProcess.NEWER_PROPERTY})
  void promtoolAcceptsConfigurationsAndRulesAndAlertsFireWhenTheyShould(
      String property, @TempDir Path directory) throws Exception {
    final Path promtool = program(property).resolveSibling("promtool");
    assumeTrue(Files.isExecutable(promtool), "there is no " + promtool);

    promtool(promtool, "check", "config", PROMETHEUS.resolve("prometheus.yml"));
    // Debian's is built without the discovery of Kubernetes, so everything else is checked.
    final String kubernetes =
        Deployment.text(Deployment.FOLDER.resolve("kubernetes/prometheus.yml"));
    final String discovery = "kubernetes_sd_configs:\n      - role: pod\n";
    assertThat(kubernetes).contains(discovery);
    promtool(
        promtool,
        "check",
        "config",
        Files.writeString(
            directory.resolve("prometheus.yml"),
            kubernetes.replace(discovery, "static_configs:\n      - targets: ['a:1']\n")));
    promtool(promtool, "check", "rules", Deployment.RULES);
    promtool(promtool, "test", "rules", PROMETHEUS.resolve("tests/webstore.yml"));
  }

  private static Path program(String property) {
    final String program = System.getProperty(property, "");
    assumeTrue(
        !program.isEmpty(), "the system property " + property + " names no Prometheus server");
    return Path.of(program);
  }

  private static void promtool(Path promtool, String verb, String what, Path file)
      throws Exception {
    final Process process =
        new ProcessBuilder(promtool.toString(), verb, what, file.toString())
            .redirectErrorStream(true)
            .start();
    final String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    assertThat(output).contains("SUCCESS").doesNotContain("FAILED", "WARNING");
  }

  @ParameterizedTest
  @ValueSource(strings = {PrometheusProcess.PROPERTY, PrometheusProcess.NEWER_PROPERTY})
  void eachQueryOfDashboardAndRulesHasAnAnswer(String property, @TempDir Path directory)
      throws Exception {
    final String program = program(property).toString();
    Files.createDirectory(directory.resolve("rules"));
    Files.copy(Deployment.RULES, directory.resolve("rules/webstore.yml"));
    try (WebstoreProcess webstore =
        WebstoreProcess.start(Map.of(), "--rate=100", "--slow-every=20", "--interval=1")) {
      // A button of the demo: the alert on cardinality has something to say.
      post(webstore.shop().resolve("/explain"));
      try (PrometheusProcess prometheus =
          PrometheusProcess.start(
              program, directory, configuration(webstore.metrics()), "--web.enable-lifecycle")) {
        // It scrapes itself, and its port is known only now.
        Files.writeString(
            directory.resolve("prometheus.yml"),
            configuration(webstore.metrics())
                .replace("localhost:9090", prometheus.address().getAuthority()));
        post(prometheus.address().resolve("/-/reload"));
        final List<String> queries = queries();
        assertThat(queries).hasSizeGreaterThan(20);
        final List<String> unanswered = new ArrayList<>(queries);
        final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        while (!unanswered.isEmpty() && System.nanoTime() < deadline) {
          Thread.sleep(1_000);
          for (final String query : List.copyOf(unanswered)) {
            if (!answer(prometheus, query).contains("\"result\":[]")) {
              unanswered.remove(query);
            }
          }
        }
        assertThat(unanswered).isEmpty();
        assertThat(prometheus.get("/api/v1/rules"))
            .contains("\"health\":\"ok\"")
            .doesNotContain("\"health\":\"err\"", "\"health\":\"unknown\"");
      }
    }
  }

  /** That of {@code deploy/}, in the place of this test and as fast. */
  private static String configuration(URI metrics) {
    final String original = Deployment.text(PROMETHEUS.resolve("prometheus.yml"));
    final String configuration =
        original
            .replace("interval: 15s", "interval: 1s")
            .replace("webstore:9464", metrics.getAuthority())
            .replaceAll("(?s)  # What the Collector makes.*?(?=  - job_name: prometheus)", "")
            .replaceAll("(?s)\nremote_write:.*", "\n");
    assertThat(configuration)
        .contains("scrape_interval: 1s", "max_exemplars", metrics.getAuthority())
        .doesNotContain("15s", "collector", "mimir");
    return configuration;
  }

  /** Of an alert, what it compares: as a rule it compares to no avail. */
  private static List<String> queries() {
    final List<String> queries = new ArrayList<>();
    final Object dashboard = Deployment.read(Deployment.DASHBOARD).get(0);
    for (final String query : Deployment.values(dashboard, "expr")) {
      if (!query.startsWith("ALERTS") && !query.contains(NOT_CHECKED)) {
        queries.add(query.replace("$__rate_interval", "1m"));
      }
    }
    for (final String query : Deployment.values(Deployment.read(Deployment.RULES), "expr")) {
      queries.add(query.replaceFirst(" [<>] [0-9.]+$", ""));
    }
    return queries.stream().distinct().toList();
  }

  private static String answer(PrometheusProcess prometheus, String query) throws Exception {
    return prometheus.get("/api/v1/query?query=" + PrometheusProcess.encoded(query));
  }

  private static void post(URI address) throws Exception {
    assertThat(
            HttpClient.newHttpClient()
                .send(
                    HttpRequest.newBuilder(address)
                        .header("Accept", "text/html")
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                    HttpResponse.BodyHandlers.discarding())
                .statusCode())
        .isEqualTo(200);
  }
}
