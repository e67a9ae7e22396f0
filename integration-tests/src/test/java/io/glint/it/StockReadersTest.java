package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.GlintMeterProvider;
import io.glint.testing.Await;
import io.glint.testing.FreePort;
import io.glint.testing.LogCapture;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.logging.LoggingMetricExporter;
import io.opentelemetry.exporter.prometheus.PrometheusHttpServer;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricExporter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Readers and exporters of the stock SDK, unchanged, on Glint. */
@Timeout(60)
class StockReadersTest {
  private static final String TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
  private static final Context SPAN =
      Context.root()
          .with(
              Span.wrap(
                  SpanContext.create(
                      TRACE_ID,
                      "b7ad6b7169203331",
                      TraceFlags.getSampled(),
                      TraceState.getDefault())));

  private static void recordZoo(Meter meter) {
    final Attributes attributes = Attributes.of(AttributeKey.stringKey("country"), "NO");
    meter.counterBuilder("zoo.counter").build().add(3, attributes, SPAN);
    meter.upDownCounterBuilder("zoo.updown").build().add(-2, attributes, SPAN);
    meter.gaugeBuilder("zoo.gauge").build().set(1.5, attributes, SPAN);
    final DoubleHistogram histogram = meter.histogramBuilder("zoo.histogram").setUnit("s").build();
    histogram.record(3, attributes, SPAN);
    histogram.record(400, attributes, SPAN);
    meter.counterBuilder("zoo.observed").buildWithCallback(m -> m.record(11, attributes));
  }

  @ParameterizedTest
  @EnumSource(AggregationTemporality.class)
  void periodicReaderWithInMemoryExporter(AggregationTemporality temporality) {
    final InMemoryMetricExporter exporter = InMemoryMetricExporter.create(temporality);
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .registerMetricReader(PeriodicMetricReader.create(exporter))
            .build()) {
      recordZoo(provider.get("zoo"));
      assertThat(provider.forceFlush().join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
      final Map<String, MetricData> metrics =
          exporter.getFinishedMetricItems().stream()
              .collect(Collectors.toMap(MetricData::getName, metric -> metric));
      assertThat(metrics)
          .containsOnlyKeys(
              "zoo.counter", "zoo.updown", "zoo.gauge", "zoo.histogram", "zoo.observed");
      final HistogramData histogram = metrics.get("zoo.histogram").getHistogramData();
      assertThat(histogram.getAggregationTemporality()).isEqualTo(temporality);
      assertThat(histogram.getPoints().iterator().next().getExemplars())
          .hasSize(2)
          .allMatch(exemplar -> exemplar.getSpanContext().getTraceId().equals(TRACE_ID));
    }
  }

  @Test
  void periodicReaderExportsByItself() throws Exception {
    final InMemoryMetricExporter exporter = InMemoryMetricExporter.create();
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .registerMetricReader(
                PeriodicMetricReader.builder(exporter).setInterval(Duration.ofMillis(20)).build())
            .build()) {
      recordZoo(provider.get("zoo"));
      Await.until(() -> exporter.getFinishedMetricItems().size() > 10);
    }
  }

  @Test
  void loggingExporter() {
    final LogCapture log = new LogCapture(LoggingMetricExporter.class);
    try (log;
        GlintMeterProvider provider =
            GlintMeterProvider.builder()
                .registerMetricReader(PeriodicMetricReader.create(LoggingMetricExporter.create()))
                .build()) {
      recordZoo(provider.get("zoo"));
      assertThat(provider.forceFlush().join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
    }
    assertThat(String.join("\n", log.messages())).contains("zoo.histogram").contains("zoo.counter");
  }

  @Test
  void prometheusHttpServer() throws Exception {
    // The stock server cannot tell which port it got.
    final int port = FreePort.find();
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .registerMetricReader(
                PrometheusHttpServer.builder().setHost("127.0.0.1").setPort(port).build())
            .build()) {
      recordZoo(provider.get("zoo"));
      for (int scrape = 0; scrape < 2; scrape++) {
        final String text = scrape(port);
        assertThat(text)
            .contains("zoo_counter_total{country=\"NO\"")
            .contains("zoo_updown{country=\"NO\"")
            .contains("zoo_observed_total{country=\"NO\"")
            .contains("zoo_histogram_seconds_count{country=\"NO\"")
            .contains("# EOF");
        assertThat(text.lines().filter(line -> line.contains("zoo_histogram_seconds_bucket")))
            .anyMatch(line -> line.contains("le=\"5.0\"") && line.contains(TRACE_ID))
            .anyMatch(line -> line.contains("le=\"500.0\"") && line.contains(TRACE_ID));
      }
    }
  }

  private static String scrape(int port) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                .header("Accept", "application/openmetrics-text; version=1.0.0")
                .timeout(Duration.ofSeconds(10))
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
