package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.glint.testing.FreePort;
import io.glint.testing.LogCapture;
import io.glint.testing.OtlpServer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the exporter records about itself. */
@Timeout(30)
class ExporterTelemetryTest {
  private static final String INFLIGHT = "otel.sdk.exporter.metric_data_point.inflight";
  private static final String EXPORTED = "otel.sdk.exporter.metric_data_point.exported";
  private static final String DURATION = "otel.sdk.exporter.operation.duration";
  private static final AttributeKey<String> NAME = AttributeKey.stringKey("otel.component.name");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
  private static final AttributeKey<Long> STATUS =
      AttributeKey.longKey("http.response.status_code");
  private static final String NONE = "none";

  private final OtlpServer server = new OtlpServer();
  private final LogCapture log = new LogCapture(OtlpMetricExporter.class);
  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private final SdkMeterProvider provider =
      SdkMeterProvider.builder().registerMetricReader(reader).build();

  @AfterEach
  void close() {
    provider.close();
    server.close();
    log.close();
  }

  private OtlpMetricExporterBuilder builder() {
    return OtlpMetricExporter.builder()
        .setEndpoint(server.url("/v1/metrics"))
        .setMeterProvider(() -> provider)
        .setRetryPolicy(
            RetryPolicy.builder()
                .setMaxAttempts(3)
                .setInitialBackoff(Duration.ofMillis(10))
                .setMaxBackoff(Duration.ofMillis(20))
                .build());
  }

  private static List<MetricData> points(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> TestMetrics.longGauge("gauge" + i, TestMetrics.point(i)))
        .toList();
  }

  private static CompletableResultCode export(OtlpMetricExporter exporter, int points) {
    return exporter.export(points(points)).join(20, TimeUnit.SECONDS);
  }

  private MetricData metric(String name) {
    return reader.collectAllMetrics().stream()
        .filter(metric -> metric.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private long inflight() {
    return metric(INFLIGHT).getLongSumData().getPoints().iterator().next().getValue();
  }

  private static String errorType(Attributes attributes) {
    return attributes.get(ERROR) == null ? NONE : attributes.get(ERROR);
  }

  /** The number of points by {@code error.type}. */
  private Map<String, Long> exported() {
    return metric(EXPORTED).getLongSumData().getPoints().stream()
        .collect(Collectors.toMap(p -> errorType(p.getAttributes()), p -> p.getValue()));
  }

  private HistogramPointData operation() {
    assertThat(metric(DURATION).getHistogramData().getPoints()).hasSize(1);
    return metric(DURATION).getHistogramData().getPoints().iterator().next();
  }

  private void assertOneOperation(String errorType, Long status) {
    final HistogramPointData operation = operation();
    assertThat(operation.getCount()).isEqualTo(1);
    assertThat(errorType(operation.getAttributes())).isEqualTo(errorType);
    assertThat(operation.getAttributes().get(STATUS)).isEqualTo(status);
  }

  @Test
  void aDeliveredExportIsCountedAndTimed() {
    try (OtlpMetricExporter exporter = builder().build()) {
      assertThat(export(exporter, 10).isSuccess()).isTrue();
    }
    assertThat(exported()).containsExactly(Map.entry(NONE, 10L));
    assertThat(inflight()).isZero();
    assertOneOperation(NONE, 200L);
  }

  @Test
  void namesUnitsAndAttributesAreThoseOfTheConventions() {
    final OtlpMetricExporter exporter = builder().build();
    export(exporter, 1);
    exporter.close();
    final int port = URI.create(server.url("/")).getPort();
    for (final MetricData metric : reader.collectAllMetrics()) {
      assertThat(metric.getInstrumentationScopeInfo().getName())
          .isEqualTo("io.glint.exporter.otlp");
      final Attributes attributes = metric.getData().getPoints().iterator().next().getAttributes();
      assertThat(attributes.asMap())
          .containsEntry(AttributeKey.stringKey("otel.component.type"), "otlp_http_metric_exporter")
          .containsEntry(AttributeKey.stringKey("server.address"), "127.0.0.1")
          .containsEntry(AttributeKey.longKey("server.port"), (long) port);
      assertThat(attributes.get(NAME)).matches("otlp_http_metric_exporter/\\d+");
    }
    assertThat(metric(INFLIGHT).getUnit()).isEqualTo("{data_point}");
    assertThat(metric(INFLIGHT).getLongSumData().isMonotonic()).isFalse();
    assertThat(metric(EXPORTED).getUnit()).isEqualTo("{data_point}");
    assertThat(metric(EXPORTED).getLongSumData().isMonotonic()).isTrue();
    assertThat(metric(DURATION).getUnit()).isEqualTo("s");
  }

  @Test
  void twoExportersHaveTwoNames() {
    try (OtlpMetricExporter one = builder().build();
        OtlpMetricExporter other = builder().build()) {
      export(one, 1);
      export(other, 1);
    }
    assertThat(
            metric(EXPORTED).getLongSumData().getPoints().stream()
                .map(point -> point.getAttributes().get(NAME))
                .distinct())
        .hasSize(2);
  }

  @Test
  void rejectedPointsAreFailedOnes() {
    server.answer(
        ExportMetricsServiceResponse.newBuilder()
            .setPartialSuccess(
                ExportMetricsPartialSuccess.newBuilder()
                    .setRejectedDataPoints(3)
                    .setErrorMessage("too old"))
            .build());
    try (OtlpMetricExporter exporter = builder().build()) {
      assertThat(export(exporter, 10).isSuccess()).isTrue();
    }
    assertThat(exported()).containsOnly(Map.entry(NONE, 7L), Map.entry("rejected", 3L));
    assertOneOperation("rejected", 200L);
  }

  @Test
  void moreRejectedPointsThanWereSentCountAsAll() {
    server.answer(
        ExportMetricsServiceResponse.newBuilder()
            .setPartialSuccess(ExportMetricsPartialSuccess.newBuilder().setRejectedDataPoints(1000))
            .build());
    try (OtlpMetricExporter exporter = builder().build()) {
      export(exporter, 10);
    }
    assertThat(exported()).containsOnly(Map.entry("rejected", 10L));
  }

  @Test
  void aWarningOfTheServerIsASuccess() {
    server.answer(
        ExportMetricsServiceResponse.newBuilder()
            .setPartialSuccess(ExportMetricsPartialSuccess.newBuilder().setErrorMessage("old"))
            .build());
    try (OtlpMetricExporter exporter = builder().build()) {
      export(exporter, 10);
    }
    assertThat(exported()).containsOnly(Map.entry(NONE, 10L));
    assertOneOperation(NONE, 200L);
  }

  @Test
  void retriesAreOneOperationAndPointsStayUnderWayBetweenThem() throws InterruptedException {
    final CountDownLatch secondAttempt = new CountDownLatch(1);
    final CountDownLatch goOn = new CountDownLatch(1);
    server
        .answer(503)
        .answer(
            exchange -> {
              secondAttempt.countDown();
              try {
                goOn.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              OtlpServer.reply(exchange, 200, new byte[0]);
            });
    try (OtlpMetricExporter exporter = builder().build()) {
      final CompletableResultCode result = exporter.export(points(4));
      secondAttempt.await();
      assertThat(inflight()).isEqualTo(4);
      assertThat(reader.collectAllMetrics())
          .extracting(MetricData::getName)
          .doesNotContain(EXPORTED, DURATION);
      goOn.countDown();
      assertThat(result.join(20, TimeUnit.SECONDS).isSuccess()).isTrue();
    }
    assertThat(server.received).hasSize(2);
    assertThat(exported()).containsOnly(Map.entry(NONE, 4L));
    assertOneOperation(NONE, 200L);
    // The backoff is part of it.
    assertThat(operation().getSum()).isGreaterThan(0.001);
    assertThat(inflight()).isZero();
  }

  @Test
  void theLastAttemptSaysWhyAnExportFailed() {
    server.answer(502).answer(503).answer(504);
    try (OtlpMetricExporter exporter = builder().build()) {
      assertThat(export(exporter, 4).isSuccess()).isFalse();
    }
    assertThat(server.received).hasSize(3);
    assertThat(exported()).containsOnly(Map.entry("504", 4L));
    assertOneOperation("504", 504L);
    assertThat(inflight()).isZero();
  }

  @Test
  void aServerThatCannotBeReachedIsNamedByItsException() throws Exception {
    final int port = FreePort.find();
    try (OtlpMetricExporter exporter =
        builder().setEndpoint("http://127.0.0.1:" + port + "/v1/metrics").build()) {
      assertThat(export(exporter, 2).isSuccess()).isFalse();
    }
    assertThat(exported()).containsOnly(Map.entry("java.net.ConnectException", 2L));
    assertOneOperation("java.net.ConnectException", null);
  }

  @Test
  void aTimeoutIsNamedSo() throws Exception {
    try (BlackHole blackHole = new BlackHole();
        OtlpMetricExporter exporter =
            builder().setEndpoint(blackHole.url()).setTimeout(Duration.ofMillis(200)).build()) {
      assertThat(export(exporter, 2).isSuccess()).isFalse();
    }
    assertThat(exported()).containsOnly(Map.entry("timeout", 2L));
    assertOneOperation("timeout", null);
    assertThat(inflight()).isZero();
  }

  @Test
  void exportsThatMakeNoRequestAreCountedToo() {
    final OtlpMetricExporter tooSmall = builder().setMaxRequestSize(10).build();
    assertThat(export(tooSmall, 5).isSuccess()).isFalse();
    tooSmall.close();
    assertThat(export(tooSmall, 6).isSuccess()).isFalse();
    assertThat(server.received).isEmpty();
    assertThat(exported())
        .containsOnly(Map.entry("request_too_large", 5L), Map.entry("shutdown", 6L));
    assertThat(inflight()).isZero();
  }

  @Test
  void anExportWithoutPointsIsNoOperation() {
    try (OtlpMetricExporter exporter = builder().build()) {
      assertThat(export(exporter, 0).isSuccess()).isTrue();
    }
    assertThat(reader.collectAllMetrics()).isEmpty();
  }

  @Test
  void nothingIsRecordedUnlessAskedFor() {
    try (OtlpMetricExporter exporter =
        OtlpMetricExporter.builder().setEndpoint(server.url("/v1/metrics")).build()) {
      assertThat(export(exporter, 1).isSuccess()).isTrue();
    }
    assertThat(reader.collectAllMetrics()).isEmpty();
    assertThatNullPointerException()
        .isThrownBy(() -> OtlpMetricExporter.builder().setMeterProvider(null));
  }

  @Test
  void theProviderMayComeLaterThanTheExporter() {
    final AtomicReference<MeterProvider> later = new AtomicReference<>();
    try (OtlpMetricExporter exporter = builder().setMeterProvider(later::get).build()) {
      assertThat(export(exporter, 1).isSuccess()).isTrue();
      later.set(MeterProvider.noop());
      assertThat(export(exporter, 2).isSuccess()).isTrue();
      later.set(provider);
      assertThat(export(exporter, 4).isSuccess()).isTrue();
    }
    assertThat(exported()).containsOnly(Map.entry(NONE, 4L));
    assertThat(inflight()).isZero();
  }

  @Test
  void aSupplierThatThrowsIsToldAndHarmsNoExport() {
    try (OtlpMetricExporter exporter =
        builder()
            .setMeterProvider(
                () -> {
                  throw new IllegalStateException("too early");
                })
            .build()) {
      assertThat(export(exporter, 1).isSuccess()).isTrue();
    }
    assertThat(log.warnings())
        .singleElement()
        .asString()
        .contains("too early", "setMeterProvider", "not affected");
  }

  @Test
  void exportingItsOwnMetricsReachesAFixedPoint() {
    final AtomicReference<SdkMeterProvider> own = new AtomicReference<>();
    final AtomicInteger failures = new AtomicInteger();
    try (SdkMeterProvider exported =
        SdkMeterProvider.builder()
            .registerMetricReader(
                PeriodicMetricReader.builder(builder().setMeterProvider(own::get).build())
                    .setInterval(Duration.ofDays(1))
                    .build())
            .build()) {
      own.set(exported);
      exported.get("shop").counterBuilder("c").build().add(1);
      for (int i = 0; i < 6; i++) {
        if (!exported.forceFlush().join(10, TimeUnit.SECONDS).isSuccess()) {
          failures.incrementAndGet();
        }
      }
      assertThat(failures).hasValue(0);
      // One request for each flush, none that was caused by recording; and they stop to grow.
      assertThat(server.received).hasSize(6);
      final List<Integer> points =
          server.received.stream()
              .map(
                  request ->
                      request.request().getResourceMetrics(0).getScopeMetricsList().stream()
                          .mapToInt(scope -> scope.getMetricsCount())
                          .sum())
              .toList();
      assertThat(points.get(5)).isEqualTo(points.get(2));
    }
  }
}
