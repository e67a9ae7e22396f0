package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.testing.OtlpServer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The stock exporter sends of Glint's data what Glint's exporter sends, in each version of it. */
@Timeout(60)
class StockExporterTest {
  private static final Attributes ATTRIBUTES =
      Attributes.of(AttributeKey.stringKey("key"), "value");

  private static Collection<MetricData> dataOfEveryKind() {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .setExemplarFilter(CustomExemplarFilter.alwaysOn())
            .registerView(
                InstrumentSelector.builder().setName("exponential").build(),
                View.builder()
                    .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                    .build())
            .registerMetricReader(reader)
            .build()) {
      final Meter meter = provider.get("meter");
      meter.counterBuilder("long.sum").build().add(1, ATTRIBUTES);
      meter.counterBuilder("double.sum").ofDoubles().build().add(0.5, ATTRIBUTES);
      meter.upDownCounterBuilder("up.down").build().add(-3, ATTRIBUTES);
      meter.gaugeBuilder("long.gauge").ofLongs().build().set(2, ATTRIBUTES);
      meter.gaugeBuilder("double.gauge").build().set(2.5, ATTRIBUTES);
      meter.histogramBuilder("histogram").build().record(7, ATTRIBUTES);
      meter.histogramBuilder("exponential").build().record(7, ATTRIBUTES);
      meter
          .counterBuilder("observed")
          .ofDoubles()
          .buildWithCallback(observed -> observed.record(3, ATTRIBUTES));
      return reader.collectAllMetrics();
    }
  }

  private static Map<String, Metric> sent(
      MetricExporter exporter, Collection<MetricData> data, OtlpServer server) {
    server.received.clear();
    try (exporter) {
      assertThat(exporter.export(data).join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
    }
    return server.metrics();
  }

  @Test
  void bothSendTheSameOfEveryKind() {
    try (OtlpServer server = new OtlpServer()) {
      final Collection<MetricData> data = dataOfEveryKind();
      final Map<String, Metric> stock =
          sent(
              OtlpHttpMetricExporter.builder().setEndpoint(server.url("/v1/metrics")).build(),
              data,
              server);
      final Map<String, Metric> glint =
          sent(
              OtlpMetricExporter.builder().setEndpoint(server.url("/v1/metrics")).build(),
              data,
              server);
      assertThat(glint).hasSize(8).isEqualTo(stock);
    }
  }
}
