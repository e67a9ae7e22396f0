package io.glint.it.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.sdk.GlintMeterProvider;
import io.glint.testing.FreePort;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.prometheus.PrometheusHttpServer;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two Prometheus servers scrape the same endpoint at different intervals. Both give back an
 * exemplar of each bucket, at the end the one that the endpoint shows, and log nothing about it.
 * The stock exporter is scraped beside it; what the servers have of that is printed.
 */
@Timeout(300)
class TwoServersTest {
  private static final List<String> INTERVALS = List.of("500ms", "1700ms");
  private static final long RECORDED_SECONDS = 15;
  private static final List<Double> BOUNDS = List.of(0.01, 0.1, 1.0, 10.0);
  private static final String BUCKETS = "latency_seconds_bucket";
  private static final Pattern COMPLAINT =
      Pattern.compile(
          "(?i)level=(warn|error)|Error while adding exemplar|out of order|Out of bounds|Duplicate");

  private final Random random = new Random(5);
  private long spans;

  @ParameterizedTest
  @ValueSource(strings = {PrometheusProcess.PROPERTY, PrometheusProcess.NEWER_PROPERTY})
  void bothHaveTheExemplarOfEachBucketAndLogNothing(String property, @TempDir Path directory)
      throws Exception {
    final String program = System.getProperty(property, "");
    assumeTrue(
        !program.isEmpty(), "the system property " + property + " names no Prometheus server");
    final int stockPort = FreePort.find();
    final OpenMetricsServer endpoint =
        OpenMetricsServer.builder().setHost("127.0.0.1").setPort(0).build();
    final List<PrometheusProcess> servers = new ArrayList<>();
    try (GlintMeterProvider glint =
            GlintMeterProvider.builder().registerMetricReader(endpoint).build();
        SdkMeterProvider stock =
            SdkMeterProvider.builder()
                .registerMetricReader(
                    PrometheusHttpServer.builder().setHost("127.0.0.1").setPort(stockPort).build())
                .build()) {
      final List<DoubleHistogram> histograms = List.of(histogram(glint), histogram(stock));
      for (final String interval : INTERVALS) {
        servers.add(
            PrometheusProcess.start(
                program,
                Files.createDirectory(directory.resolve(interval)),
                configuration(interval, endpoint.getPort(), stockPort),
                "--log.level=debug"));
      }
      record(histograms);
      // The slower one scrapes twice more.
      Thread.sleep(4500);
      final Map<String, String> shown = shown(endpoint.getPort());
      assertThat(shown).hasSize(BOUNDS.size() + 1);
      for (int i = 0; i < servers.size(); i++) {
        final PrometheusProcess server = servers.get(i);
        System.out.printf(
            "%s every %s: stock has exemplars of %d of %d buckets, %d lines of complaint;"
                + " Glint %d, %d%n",
            property,
            INTERVALS.get(i),
            latest(server, "stock").size(),
            BOUNDS.size() + 1,
            complaints(server, stockPort).size(),
            latest(server, "glint").size(),
            complaints(server, endpoint.getPort()).size());
        assertThat(latest(server, "glint")).as(INTERVALS.get(i)).isEqualTo(shown);
        assertThat(complaints(server, endpoint.getPort())).as(INTERVALS.get(i)).isEmpty();
      }
    } finally {
      for (final PrometheusProcess server : servers) {
        server.close();
      }
    }
  }

  private static DoubleHistogram histogram(MeterProvider provider) {
    return provider
        .get("shop")
        .histogramBuilder("latency")
        .setUnit("s")
        .setExplicitBucketBoundariesAdvice(BOUNDS)
        .build();
  }

  private static String configuration(String interval, int glint, int stock) {
    return """
        global:
          scrape_interval: %s
          scrape_timeout: %s
        scrape_configs:
          - job_name: glint
            static_configs:
              - targets: ['127.0.0.1:%d']
          - job_name: stock
            static_configs:
              - targets: ['127.0.0.1:%d']
        """
        .formatted(interval, interval, glint, stock);
  }

  /** Values of all buckets, in a span of their own each. */
  private void record(List<DoubleHistogram> histograms) throws InterruptedException {
    final long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(RECORDED_SECONDS);
    while (System.nanoTime() < end) {
      final double value = Math.pow(10, random.nextInt(BOUNDS.size() + 1) - 2.5);
      final String traceId = String.format("%032x", ++spans);
      final Context context =
          Context.root()
              .with(
                  Span.wrap(
                      SpanContext.create(
                          traceId,
                          traceId.substring(16),
                          TraceFlags.getSampled(),
                          TraceState.getDefault())));
      for (final DoubleHistogram histogram : histograms) {
        histogram.record(value, Attributes.empty(), context);
      }
      Thread.sleep(3 + random.nextInt(20));
    }
  }

  /** The trace of the exemplar of each bucket, by its bound, as the endpoint shows it. */
  private static Map<String, String> shown(int port) throws Exception {
    final String body =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                    .header("Accept", "application/openmetrics-text;version=1.0.0")
                    .build(),
                BodyHandlers.ofString())
            .body();
    final Map<String, String> shown = new TreeMap<>();
    Exposition.of(body)
        .samples
        .forEach(
            (series, sample) -> {
              if (series.name().equals(BUCKETS) && sample.exemplar() != null) {
                shown.put(series.labels().get("le"), sample.exemplar().traceId());
              }
            });
    return shown;
  }

  /** The same of the latest exemplars that a server has. */
  private static Map<String, String> latest(PrometheusProcess server, String job) throws Exception {
    final long now = Instant.now().getEpochSecond();
    final String answer =
        server.get(
            "/api/v1/query_exemplars?query="
                + PrometheusProcess.encoded(BUCKETS + "{job=\"" + job + "\"}")
                + "&start="
                + (now - 600)
                + "&end="
                + (now + 60));
    final Map<String, String> latest = new TreeMap<>();
    for (final Json.Value ofSeries : Json.data(answer).list()) {
      final List<Json.Value> exemplars = ofSeries.get("exemplars").list();
      latest.put(
          ofSeries.get("seriesLabels").strings().get("le"),
          exemplars.get(exemplars.size() - 1).get("labels").strings().get("trace_id"));
    }
    return latest;
  }

  private static List<String> complaints(PrometheusProcess server, int port) throws Exception {
    return server.log().stream()
        .filter(line -> line.contains("target=http://127.0.0.1:" + port + "/"))
        .filter(line -> COMPLAINT.matcher(line).find())
        .toList();
  }
}
