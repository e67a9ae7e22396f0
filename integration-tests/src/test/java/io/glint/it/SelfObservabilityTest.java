package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.exporter.otlp.OtlpMetricExporter;
import io.glint.sdk.GlintMeterProvider;
import io.glint.testing.OtlpServer;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A provider and its exporters that export their metrics about themselves. */
@Timeout(60)
class SelfObservabilityTest {
  private final AtomicReference<GlintMeterProvider> provider = new AtomicReference<>();

  private OtlpMetricExporter exporter(OtlpServer collector) {
    return OtlpMetricExporter.builder()
        .setEndpoint(collector.url("/v1/metrics"))
        .setRetryPolicy(
            RetryPolicy.builder()
                .setInitialBackoff(Duration.ofMillis(5))
                .setMaxBackoff(Duration.ofMillis(10))
                .build())
        .setMeterProvider(provider::get)
        .build();
  }

  @Test
  void ownMetricsAreExportedWithoutFeedback() throws Exception {
    try (OtlpServer collector = new OtlpServer();
        OpenMetricsServer endpoint =
            OpenMetricsServer.builder()
                .setHost("127.0.0.1")
                .setPort(0)
                .setMeterProvider(provider::get)
                .build();
        GlintMeterProvider glint =
            GlintMeterProvider.builder()
                .registerMetricReader(
                    PeriodicMetricReader.builder(exporter(collector))
                        .setInterval(Duration.ofDays(1))
                        .build())
                .registerMetricReader(endpoint)
                .setInternalTelemetryEnabled(true)
                .build()) {
      provider.set(glint);
      glint.get("shop").counterBuilder("orders").build().add(1);
      final int flushes = 8;
      for (int i = 0; i < flushes; i++) {
        scrape(endpoint);
        collector.answer(503); // The first attempt.
        assertThat(glint.forceFlush().join(20, TimeUnit.SECONDS).isSuccess()).isTrue();
      }
      assertThat(collector.received).hasSize(2 * flushes);
      final List<ExportMetricsServiceRequest> requests =
          IntStream.range(0, flushes)
              .mapToObj(flush -> collector.received.get(2 * flush + 1).request())
              .toList();
      assertThat(points(requests.get(flushes - 1))).isEqualTo(points(requests.get(flushes - 3)));

      final ExportMetricsServiceRequest last = requests.get(flushes - 1);
      // All but the export under way, which is one operation, retries and all.
      final HistogramDataPoint operation =
          metric(last, "io.glint.exporter.otlp", "otel.sdk.exporter.operation.duration")
              .getHistogram()
              .getDataPoints(0);
      assertThat(operation.getCount()).isEqualTo(flushes - 1);
      assertThat(text(operation.getAttributesList())).doesNotContain("error.type");
      final NumberDataPoint exported =
          metric(last, "io.glint.exporter.otlp", "otel.sdk.exporter.metric_data_point.exported")
              .getSum()
              .getDataPoints(0);
      assertThat(exported.getAsInt())
          .isEqualTo(
              requests.subList(0, flushes - 1).stream()
                  .mapToInt(SelfObservabilityTest::points)
                  .sum());
      assertThat(
              metric(last, "io.glint.exporter.otlp", "otel.sdk.exporter.metric_data_point.inflight")
                  .getSum()
                  .getDataPoints(0)
                  .getAsInt())
          .isZero();
      final Metric collections =
          metric(last, "io.glint.sdk", "otel.sdk.metric_reader.collection.duration");
      assertThat(text(collections.getHistogram().getDataPointsList()))
          .contains("periodic_metric_reader/0", "prometheus_http_text_metric_exporter/0");
      assertThat(scrape(endpoint))
          .contains(
              "otel_sdk_exporter_operation_duration_seconds_count",
              "otel_sdk_metric_reader_collection_duration_seconds_count",
              "glint_measurement_dropped_total{glint_drop_reason=\"invalid_value\"");
    }
  }

  private static String scrape(OpenMetricsServer endpoint) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + endpoint.getPort() + "/metrics"))
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private static Metric metric(ExportMetricsServiceRequest request, String scope, String name) {
    return scopes(request).stream()
        .filter(metrics -> metrics.getScope().getName().equals(scope))
        .flatMap(metrics -> metrics.getMetricsList().stream())
        .filter(metric -> metric.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static List<ScopeMetrics> scopes(ExportMetricsServiceRequest request) {
    return request.getResourceMetrics(0).getScopeMetricsList();
  }

  private static int points(ExportMetricsServiceRequest request) {
    return scopes(request).stream()
        .flatMap(scope -> scope.getMetricsList().stream())
        .mapToInt(
            metric ->
                metric.getSum().getDataPointsCount() + metric.getHistogram().getDataPointsCount())
        .sum();
  }

  private static String text(List<?> messages) {
    return messages.toString();
  }
}
