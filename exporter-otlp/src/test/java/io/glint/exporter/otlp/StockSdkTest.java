package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.testing.OtlpServer;
import io.glint.testing.OtlpServer.Received;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.Exemplar;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The exporter below the stock SDK, and next to the stock exporter. */
@Timeout(60)
class StockSdkTest {
  private final OtlpServer server = new OtlpServer();
  private final SdkTracerProvider tracing =
      SdkTracerProvider.builder()
          .setSampler(Sampler.alwaysOn())
          // Without a processor a tracer hands out spans that are not valid.
          .addSpanProcessor(SimpleSpanProcessor.create(InMemorySpanExporter.create()))
          .build();

  @AfterEach
  void close() {
    tracing.close();
    server.close();
  }

  @Test
  void measurementsReachTheServerThroughAPeriodicReader() {
    final OtlpMetricExporter exporter =
        OtlpMetricExporter.builder()
            .setEndpoint(server.url("/v1/metrics"))
            .setCompression("gzip")
            .build();
    final MetricReader reader =
        PeriodicMetricReader.builder(exporter).setInterval(Duration.ofHours(1)).build();
    final Span span;
    try (SdkMeterProvider provider = provider(reader)) {
      span = record(provider);
      assertThat(provider.forceFlush().join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
    }

    final Map<String, Metric> metrics = metricsByName(server.received.get(0).request());
    assertThat(metrics)
        .containsOnlyKeys("requests", "active", "latency", "size", "temperature", "level");
    assertThat(metrics.get("requests").getSum().getIsMonotonic()).isTrue();
    assertThat(metrics.get("requests").getSum().getDataPoints(0).getAsInt()).isEqualTo(3);
    final HistogramDataPoint latency = metrics.get("latency").getHistogram().getDataPoints(0);
    assertThat(latency.getCount()).isEqualTo(2);
    assertThat(latency.getMin()).isZero();
    assertThat(latency.hasMin()).isTrue();
    final Exemplar exemplar = latency.getExemplars(0);
    assertThat(HexFormat.of().formatHex(exemplar.getTraceId().toByteArray()))
        .isEqualTo(span.getSpanContext().getTraceId());
    assertThat(HexFormat.of().formatHex(exemplar.getSpanId().toByteArray()))
        .isEqualTo(span.getSpanContext().getSpanId());
    assertThat(exemplar.getFilteredAttributesList())
        .singleElement()
        .satisfies(attribute -> assertThat(attribute.getKey()).isEqualTo("user"));
    assertThat(metrics.get("size").getExponentialHistogram().getDataPoints(0).getCount())
        .isEqualTo(3);
    assertThat(metrics.get("temperature").getGauge().getDataPoints(0).getAsDouble())
        .isEqualTo(21.5);
    assertThat(metrics.get("level").getGauge().getDataPoints(0).hasAsInt()).isTrue();
  }

  @Test
  void reusedDataObjectsOfTheSdkAreEncodedCorrectly() {
    final OtlpMetricExporter exporter =
        OtlpMetricExporter.builder().setEndpoint(server.url("/v1/metrics")).build();
    final MetricReader reader =
        PeriodicMetricReader.builder(exporter).setInterval(Duration.ofHours(1)).build();
    try (SdkMeterProvider provider = provider(reader)) {
      final LongCounter counter = provider.get("reuse").counterBuilder("c").build();
      for (int i = 1; i <= 5; i++) {
        counter.add(1);
        assertThat(provider.forceFlush().join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
        assertThat(
                metricsByName(server.received.get(i - 1).request())
                    .get("c")
                    .getSum()
                    .getDataPoints(0)
                    .getAsInt())
            .isEqualTo(i);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(MemoryMode.class)
  void handMadeDataOfEveryKindIsSentAsByTheStockExporter(MemoryMode mode) {
    assertSentAsByTheStockExporter(TestMetrics.everyKind(), mode);
  }

  @ParameterizedTest
  @EnumSource(MemoryMode.class)
  void collectedDataIsSentAsByTheStockExporter(MemoryMode mode) {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    try (SdkMeterProvider provider = provider(reader)) {
      final Span span = record(provider);
      assertThat(span.getSpanContext().isSampled()).isTrue();
      provider
          .meterBuilder("second")
          .setInstrumentationVersion("2")
          .setSchemaUrl("https://schema/2")
          .build()
          .counterBuilder("other")
          .build()
          .add(1, TestMetrics.ALL_TYPES);

      assertSentAsByTheStockExporter(reader.collectAllMetrics(), mode);
    }
  }

  private void assertSentAsByTheStockExporter(Collection<MetricData> metrics, MemoryMode mode) {
    final MetricExporter stock =
        OtlpHttpMetricExporter.builder()
            .setEndpoint(server.url("/v1/metrics"))
            .setMemoryMode(mode)
            .build();
    final MetricExporter glint =
        OtlpMetricExporter.builder().setEndpoint(server.url("/v1/metrics")).build();
    try (stock;
        glint) {
      assertThat(stock.export(metrics).join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
      assertThat(glint.export(metrics).join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
    }
    assertThat(server.received).hasSize(2);
    final Received fromStock = server.received.get(0);
    final Received fromGlint = server.received.get(1);
    assertThat(sorted(fromGlint.request())).isEqualTo(sorted(fromStock.request()));
    assertThat(fromGlint.body().length).isEqualTo(fromStock.body().length);
    assertThat(fromGlint.header("Content-Type")).isEqualTo(fromStock.header("Content-Type"));
  }

  private static SdkMeterProvider provider(MetricReader reader) {
    return SdkMeterProvider.builder()
        .setResource(TestMetrics.RESOURCE)
        .registerView(
            InstrumentSelector.builder().setName("size").build(),
            View.builder().setAggregation(Aggregation.base2ExponentialBucketHistogram()).build())
        .registerView(
            InstrumentSelector.builder()
                .setType(InstrumentType.HISTOGRAM)
                .setName("latency")
                .build(),
            View.builder().setAttributeFilter(key -> !key.equals("user")).build())
        .registerMetricReader(reader)
        .build();
  }

  private Span record(SdkMeterProvider provider) {
    final Meter meter = provider.get("shop");
    final Attributes attributes =
        Attributes.of(AttributeKey.stringKey("route"), "/cart", AttributeKey.longKey("user"), 42L);
    final Span span = tracing.get("test").spanBuilder("request").startSpan();
    Context.root().with(span).wrap(() -> record(meter, attributes)).run();
    span.end();
    return span;
  }

  private static void record(Meter meter, Attributes attributes) {
    meter.counterBuilder("requests").build().add(3, attributes);
    meter.upDownCounterBuilder("active").ofDoubles().build().add(-0.5, attributes);
    meter.histogramBuilder("latency").setUnit("ms").build().record(0.0, attributes);
    meter.histogramBuilder("latency").setUnit("ms").build().record(7.5, attributes);
    meter.histogramBuilder("size").setUnit("By").build().record(1_000.0, attributes);
    meter.histogramBuilder("size").setUnit("By").build().record(0.0, attributes);
    meter.histogramBuilder("size").setUnit("By").build().record(0.25, attributes);
    meter.gaugeBuilder("temperature").build().set(21.5, attributes);
    meter.gaugeBuilder("level").ofLongs().build().set(0, attributes);
  }

  private static Map<String, Metric> metricsByName(ExportMetricsServiceRequest request) {
    return request.getResourceMetricsList().stream()
        .flatMap(resource -> resource.getScopeMetricsList().stream())
        .flatMap(scope -> scope.getMetricsList().stream())
        .collect(Collectors.toMap(Metric::getName, Function.identity()));
  }

  /** The order of scopes means nothing. */
  private static ExportMetricsServiceRequest sorted(ExportMetricsServiceRequest request) {
    final List<ResourceMetrics> resources =
        request.getResourceMetricsList().stream()
            .map(
                resource ->
                    resource.toBuilder()
                        .clearScopeMetrics()
                        .addAllScopeMetrics(
                            resource.getScopeMetricsList().stream()
                                .sorted(
                                    Comparator.comparing(
                                        (ScopeMetrics scope) -> scope.getScope().getName()))
                                .toList())
                        .build())
            .toList();
    return ExportMetricsServiceRequest.newBuilder().addAllResourceMetrics(resources).build();
  }
}
