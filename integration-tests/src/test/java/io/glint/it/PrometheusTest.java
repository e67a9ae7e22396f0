package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Prometheus server scrapes the demo and gives its exemplars back. Runs where the system
 * property {@code glint.prometheus} names the program; CI installs it.
 */
@Timeout(180)
class PrometheusTest {
  private static final Pattern RETURNED =
      Pattern.compile("\\{\"labels\":\\{([^}]*)\\},\"value\":\"([^\"]+)\",\"timestamp\":[^}]+\\}");

  private static final Pattern DURATION = Pattern.compile("\"payment\\.duration_s\":([0-9.eE+-]+)");

  @Test
  void prometheusScrapesTheDemoAndReturnsItsExemplars(@TempDir Path directory) throws Exception {
    final String program = System.getProperty("glint.prometheus");
    assumeTrue(program != null, "glint.prometheus is not set");
    try (WebstoreProcess webstore =
        WebstoreProcess.start(Map.of(), "--rate=100", "--slow-every=20", "--interval=1")) {
      final URI metrics = webstore.metrics();
      final int port = freePort();
      final Path configuration = directory.resolve("prometheus.yml");
      Files.writeString(
          configuration,
          """
          global:
            scrape_interval: 1s
          scrape_configs:
            - job_name: webstore
              static_configs:
                - targets: ['%s:%d']
          """
              .formatted(metrics.getHost(), metrics.getPort()));
      final Path log = directory.resolve("prometheus.log");
      final Process prometheus =
          new ProcessBuilder(
                  program,
                  "--enable-feature=exemplar-storage",
                  "--config.file=" + configuration,
                  "--storage.tsdb.path=" + directory.resolve("data"),
                  "--web.listen-address=127.0.0.1:" + port)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      try {
        final URI api = URI.create("http://127.0.0.1:" + port + "/api/v1/");
        final String exemplars = awaitExemplars(api, log);
        assertThat(query(api, "up")).contains("\"1\"");
        final Matcher matcher = RETURNED.matcher(exemplars);
        int checked = 0;
        while (matcher.find() && checked < 20) {
          assertLeadsToItsTrace(webstore.shop(), matcher.group(1), matcher.group(2));
          checked++;
        }
        assertThat(checked).as(exemplars).isGreaterThanOrEqualTo(5);
      } finally {
        prometheus.destroy();
        if (!prometheus.waitFor(20, TimeUnit.SECONDS)) {
          prometheus.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
        }
      }
    }
  }

  /** Waits for several exemplars, at most a minute. */
  private static String awaitExemplars(URI api, Path log) throws Exception {
    final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    String answer = "";
    while (System.nanoTime() < deadline) {
      Thread.sleep(500);
      try {
        answer = queryExemplars(api);
      } catch (java.io.IOException e) {
        answer = e.toString(); // Prometheus is still starting.
      }
      if (RETURNED.matcher(answer).results().count() >= 5) {
        return answer;
      }
    }
    throw new AssertionError(answer + "\n" + Files.readString(log));
  }

  private static String queryExemplars(URI api) throws Exception {
    final Instant now = Instant.now();
    return WebstoreProcess.get(
            api.resolve(
                "query_exemplars?query=webstore_payment_duration_seconds_bucket&start="
                    + now.minusSeconds(600).getEpochSecond()
                    + "&end="
                    + now.plusSeconds(60).getEpochSecond()),
            "application/json")
        .body();
  }

  private static String query(URI api, String expression) throws Exception {
    return WebstoreProcess.get(
            api.resolve("query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8)),
            "application/json")
        .body();
  }

  private static void assertLeadsToItsTrace(URI shop, String labels, String value)
      throws Exception {
    final Matcher traceId = Pattern.compile("\"trace_id\":\"([0-9a-f]{32})\"").matcher(labels);
    assertThat(traceId.find()).as(labels).isTrue();
    final String trace = WebstoreProcess.trace(shop, traceId.group(1), DURATION);
    final Matcher duration = DURATION.matcher(trace);
    assertThat(duration.find()).as(trace).isTrue();
    assertThat(Double.parseDouble(duration.group(1))).isEqualTo(Double.parseDouble(value));
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
