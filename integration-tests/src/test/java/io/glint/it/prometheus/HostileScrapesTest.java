package io.glint.it.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.exporter.openmetrics.TranslationStrategy;
import io.glint.sdk.GlintMeterProvider;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.resources.Resource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Real Prometheus servers scrape hostile metrics in each format and with each scheme of escaping
 * that they know, and refuse nothing.
 */
@Timeout(300)
class HostileScrapesTest {
  private static final int SEEDS = 12;
  private static final long SECONDS = 12;

  /** What every Prometheus of the last years reads. */
  private static final List<String> ACCEPTS =
      List.of(
          "application/openmetrics-text;version=1.0.0",
          "application/openmetrics-text;version=1.0.0;escaping=dots",
          "application/openmetrics-text;version=1.0.0;escaping=values",
          "text/plain;version=0.0.4",
          "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited");

  /** What version 3 reads. */
  private static final List<String> ACCEPTS_OF_3 =
      List.of(
          "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8",
          "text/plain;version=1.0.0;escaping=allow-utf-8",
          "text/plain;version=1.0.0;escaping=underscores",
          "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;"
              + "escaping=allow-utf-8");

  /** What the server that a property names is asked to read. */
  static List<String> accepts(String property) {
    final List<String> accepts = new ArrayList<>(ACCEPTS);
    if (property.equals(PrometheusProcess.NEWER_PROPERTY)) {
      accepts.addAll(ACCEPTS_OF_3);
    }
    return accepts;
  }

  private static final Pattern COMPLAINT =
      Pattern.compile(
          "(?i)level=(warn|error)|append failed|Out of bounds|Duplicate sample|invalid");

  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final Logger LOGGER = Logger.getLogger(OpenMetricsServer.class.getName());

  private final List<OpenMetricsServer> servers = new ArrayList<>();
  private final ExecutorService executor = Executors.newFixedThreadPool(4);
  private List<String> accepts = List.of();
  private HttpServer relay;

  @BeforeEach
  void start() throws IOException {
    LOGGER.setLevel(Level.OFF);
    final Resource resource =
        Resource.create(Attributes.of(AttributeKey.stringKey("service \"name\""), "日本\\"));
    for (final TranslationStrategy strategy : TranslationStrategy.values()) {
      for (int seed = 0; seed < SEEDS / TranslationStrategy.values().length; seed++) {
        final int number = servers.size();
        final OpenMetricsServer server =
            OpenMetricsServer.builder()
                .setPort(0)
                .setTranslationStrategy(strategy)
                .setScopeLabelsEnabled(seed % 2 == 0)
                .setCreatedSamplesEnabled(seed % 2 == 1)
                .build();
        final List<MetricData> metrics = HostileMetrics.of(number, resource);
        server.register(
            new CollectionRegistration() {
              @Override
              public Collection<MetricData> collectAllMetrics() {
                return metrics;
              }
            });
        servers.add(server);
      }
    }
    relay = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    relay.setExecutor(executor);
    relay.createContext("/", this::relay);
    relay.start();
  }

  @AfterEach
  void stop() {
    LOGGER.setLevel(null);
    relay.stop(0);
    executor.shutdownNow();
    servers.forEach(OpenMetricsServer::close);
  }

  /** The path is the number of the server and that of what is asked for. */
  private void relay(HttpExchange exchange) throws IOException {
    try {
      final String[] numbers = exchange.getRequestURI().getPath().split("/", -1);
      final HttpResponse<byte[]> response =
          scrape(Integer.parseInt(numbers[1]), accepts.get(Integer.parseInt(numbers[2])));
      exchange
          .getResponseHeaders()
          .set("Content-Type", response.headers().firstValue("Content-Type").orElse(""));
      exchange.sendResponseHeaders(response.statusCode(), response.body().length);
      exchange.getResponseBody().write(response.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      exchange.close();
    }
  }

  private HttpResponse<byte[]> scrape(int server, String accept)
      throws IOException, InterruptedException {
    return CLIENT.send(
        HttpRequest.newBuilder(
                URI.create("http://localhost:" + servers.get(server).getPort() + "/metrics"))
            .header("Accept", accept)
            .build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {PrometheusProcess.PROPERTY, PrometheusProcess.NEWER_PROPERTY})
  void nothingIsRefused(String property, @TempDir Path directory) throws Exception {
    final String program = System.getProperty(property, "");
    assumeTrue(
        !program.isEmpty(), "the system property " + property + " names no Prometheus server");
    accepts = accepts(property);
    checkWithPromtool(Path.of(program).resolveSibling("promtool"));
    try (PrometheusProcess prometheus =
        PrometheusProcess.start(
            program,
            directory,
            configuration(),
            "--enable-feature=native-histograms",
            "--log.level=debug")) {
      Thread.sleep(TimeUnit.SECONDS.toMillis(SECONDS));
      final List<String> down = new ArrayList<>();
      int up = 0;
      for (final Json.Value target : query(prometheus, "min_over_time(up[5m])")) {
        if (target.get("value").list().get(1).number() == 1) {
          up++;
        } else {
          final String[] numbers = target.get("metric").strings().get("job").split("-", -1);
          final int accept = Integer.parseInt(numbers[1]);
          down.add(numbers[0] + ' ' + accepts.get(accept));
        }
      }
      assertThat(down).as(String.join("\n", complaints(prometheus))).isEmpty();
      assertThat(up).isEqualTo(servers.size() * accepts.size());
      assertThat(complaints(prometheus)).isEmpty();
      // All that was sent was taken.
      assertThat(query(prometheus, "scrape_samples_post_metric_relabeling == 0")).isEmpty();
    }
  }

  private static List<Json.Value> query(PrometheusProcess prometheus, String query)
      throws Exception {
    return Json.data(prometheus.get("/api/v1/query?query=" + PrometheusProcess.encoded(query)))
        .get("result")
        .list();
  }

  private static List<String> complaints(PrometheusProcess prometheus) throws IOException {
    return prometheus.log().stream()
        .filter(line -> COMPLAINT.matcher(line).find())
        .limit(20)
        .toList();
  }

  private String configuration() {
    final StringBuilder configuration =
        new StringBuilder(
            """
            global:
              scrape_interval: 3s
              scrape_timeout: 3s
            scrape_configs:
            """);
    for (int server = 0; server < servers.size(); server++) {
      for (int accept = 0; accept < accepts.size(); accept++) {
        configuration.append(
            """
              - job_name: %1$d-%2$d
                metrics_path: /%1$d/%2$d
                static_configs:
                  - targets: ['127.0.0.1:%3$d']
            """
                .formatted(server, accept, relay.getAddress().getPort()));
      }
    }
    return configuration.toString();
  }

  /** It says by its exit status whether it cannot read (1) or does not like (3) what it reads. */
  private void checkWithPromtool(Path promtool) throws Exception {
    if (!Files.isExecutable(promtool)) {
      // Debian's package of version 3 is without it.
      System.out.println("SKIPPED: what promtool says, as there is no " + promtool);
      return;
    }
    for (int server = 0; server < servers.size(); server++) {
      final Process process =
          new ProcessBuilder(promtool.toString(), "check", "metrics")
              .redirectErrorStream(true)
              .start();
      process.getOutputStream().write(scrape(server, "text/plain;version=0.0.4").body());
      process.getOutputStream().close();
      final String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(output).isIn(0, 3);
    }
  }

  /** The scheme of escaping says under which names Prometheus has a metric. */
  @ParameterizedTest
  @ValueSource(strings = PrometheusProcess.NEWER_PROPERTY)
  void namesAreStoredAsTheyWereNegotiated(String property, @TempDir Path directory)
      throws Exception {
    final String program = System.getProperty(property, "");
    assumeTrue(
        !program.isEmpty(), "the system property " + property + " names no Prometheus server");
    final OpenMetricsServer server =
        OpenMetricsServer.builder()
            .setPort(0)
            .setTranslationStrategy(TranslationStrategy.NO_UTF8_ESCAPING_WITH_SUFFIXES)
            .build();
    servers.add(server);
    final Map<String, String> names =
        Map.of(
            "allow-utf-8", "foo.bar_bytes_total",
            "underscores", "foo_bar_bytes_total",
            "dots", "foo_dot_bar__bytes_total",
            "values", "U__foo_2e_bar__bytes__total");
    final List<String> protocols =
        List.of("PrometheusProto", "OpenMetricsText1.0.0", "PrometheusText1.0.0");
    final StringBuilder configuration =
        new StringBuilder(
            "global:\n  scrape_interval: 1s\n  scrape_timeout: 1s\nscrape_configs:\n");
    for (final String scheme : names.keySet()) {
      for (final String protocol : protocols) {
        configuration.append(
            """
              - job_name: %1$s %2$s
                scrape_protocols: [%3$s]
                metric_name_validation_scheme: %4$s
                metric_name_escaping_scheme: %2$s
                static_configs:
                  - targets: ['localhost:%5$d']
            """
                .formatted(
                    protocol,
                    scheme,
                    // It tells the scheme by one of the text formats only.
                    protocol.equals("PrometheusProto")
                        ? "PrometheusProto, OpenMetricsText1.0.0"
                        : protocol,
                    scheme.equals("allow-utf-8") ? "utf8" : "legacy",
                    server.getPort()));
      }
    }
    try (GlintMeterProvider provider =
            GlintMeterProvider.builder().registerMetricReader(server).build();
        PrometheusProcess prometheus =
            PrometheusProcess.start(program, directory, configuration.toString())) {
      provider.get("names").counterBuilder("foo.bar").setUnit("By").build().add(5);
      for (final Map.Entry<String, String> name : names.entrySet()) {
        for (final String protocol : protocols) {
          final String job = protocol + ' ' + name.getKey();
          final String series = "{\"" + name.getValue() + "\",job=\"" + job + "\"}";
          final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
          while (query(prometheus, series).isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(200);
          }
          assertThat(query(prometheus, series))
              .as(
                  job
                      + ": "
                      + prometheus.get(
                          "/api/v1/query?query="
                              + PrometheusProcess.encoded("{job=\"" + job + "\"}")))
              .singleElement()
              .matches(found -> found.get("value").list().get(1).number() == 5);
        }
      }
    }
  }
}
