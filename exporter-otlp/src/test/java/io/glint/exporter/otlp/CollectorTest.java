package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintPeriodicMetricReader;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.testing.OtlpServer;
import io.glint.testing.TestIdentity;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongGauge;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Exemplar;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A real OpenTelemetry Collector takes everything that is recorded, and hands it on. Runs where the
 * system property {@code glint.collector} names the program.
 */
@EnabledIfSystemProperty(
    named = CollectorProcess.PROPERTY,
    matches = ".+",
    disabledReason = CollectorProcess.WHY_SKIPPED)
@Timeout(180)
class CollectorTest {
  private static final AttributeKey<String> KEY = AttributeKey.stringKey("key");
  private static final int RECORDINGS = 20_000;

  private static TestIdentity identity;

  @AutoClose private final OtlpServer target = new OtlpServer();

  /** What was recorded, by attribute value. */
  private final Map<String, Long> counted = new TreeMap<>();

  private final Map<String, Long> recorded = new TreeMap<>();
  private final Map<String, Long> levels = new TreeMap<>();
  private final Map<String, Long> gauges = new TreeMap<>();
  private final Set<Double> values = new HashSet<>();

  @BeforeAll
  static void makeIdentity(@TempDir Path directory) {
    identity = TestIdentity.of(directory, "localhost", "localhost");
  }

  @ParameterizedTest
  @CsvSource({
    "grpc, gzip, true, delta",
    "grpc, none, false, cumulative",
    "http/protobuf, gzip, true, delta",
    "http/protobuf, none, false, cumulative",
    "http/json, gzip, true, cumulative"
  })
  void everyRecordingArrives(
      String protocol,
      String compression,
      boolean isTls,
      String temporality,
      @TempDir Path directory)
      throws Exception {
    final boolean isDelta = temporality.equals("delta");
    try (CollectorProcess collector =
            new CollectorProcess(directory, isTls ? identity : null, target.url(""));
        GlintMeterProvider provider =
            provider(exporter(collector, protocol, compression, isTls, isDelta))) {
      for (int i = 0; i < 10; i++) {
        record(provider, RECORDINGS / 10);
        Thread.sleep(100);
      }
      assertThat(provider.forceFlush().join(30, TimeUnit.SECONDS).isSuccess()).isTrue();
    }
    assertArrived(isDelta);
  }

  @ParameterizedTest
  @CsvSource({
    "grpc, gzip, true, cumulative",
    "grpc, gzip, true, delta",
    "http/protobuf, gzip, true, cumulative",
    "http/protobuf, gzip, true, delta",
    "http/protobuf, none, false, delta"
  })
  void totalsAreExactAfterARestart(
      String protocol,
      String compression,
      boolean isTls,
      String temporality,
      @TempDir Path directory)
      throws Exception {
    final boolean isDelta = temporality.equals("delta");
    final OtlpMetricExporter exporter;
    try (CollectorProcess collector =
        new CollectorProcess(directory, isTls ? identity : null, target.url(""))) {
      exporter = exporter(collector, protocol, compression, isTls, isDelta);
      try (GlintMeterProvider provider = provider(exporter)) {
        recordThroughRestarts(provider, collector);
      }
    }
    if (isDelta && exporter.deliveryCounts().unansweredRequests() > 0) {
      // Which of them have arrived nobody knows. Never more than was recorded.
      assertThat(arrived(true).get("counter"))
          .allSatisfy((key, sum) -> assertThat(sum).isLessThanOrEqualTo(counted.get(key)));
      return;
    }
    assertArrived(isDelta);
  }

  private void recordThroughRestarts(GlintMeterProvider provider, CollectorProcess collector)
      throws Exception {
    for (int i = 0; i < 10; i++) {
      record(provider, RECORDINGS / 10);
      Thread.sleep(100);
      if (i % 4 == 2) {
        collector.restart(300);
      }
    }
    // An export that failed while it was down is no matter: the last one has what it had.
    Thread.sleep(1_000);
    assertThat(provider.forceFlush().join(30, TimeUnit.SECONDS).isSuccess()).isTrue();
  }

  private static OtlpMetricExporter exporter(
      CollectorProcess collector,
      String protocol,
      String compression,
      boolean isTls,
      boolean isDelta) {
    final OtlpMetricExporterBuilder exporter =
        OtlpMetricExporter.builder()
            .setProtocol(protocol)
            .setEndpoint(collector.endpoint(protocol, isTls))
            .setCompression(compression)
            .setAggregationTemporalitySelector(
                isDelta
                    ? AggregationTemporalitySelector.deltaPreferred()
                    : AggregationTemporalitySelector.alwaysCumulative());
    if (isTls) {
      exporter.setTrustedCertificates(identity.certificatePem());
    }
    if (isDelta) {
      // A second attempt may count twice what the first one had no answer to.
      exporter.setRetryPolicy(null);
    }
    return exporter.build();
  }

  private static GlintMeterProvider provider(OtlpMetricExporter exporter) {
    return GlintMeterProvider.builder()
        .setExemplarFilter(CustomExemplarFilter.alwaysOn())
        .registerView(
            InstrumentSelector.builder().setName("exponential").build(),
            View.builder().setAggregation(Aggregation.base2ExponentialBucketHistogram()).build())
        .registerMetricReader(
            GlintPeriodicMetricReader.builder(exporter).setInterval(Duration.ofMillis(150)).build())
        .build();
  }

  private void record(GlintMeterProvider provider, int recordings) {
    final Meter meter = provider.get("meter");
    final LongCounter counter = meter.counterBuilder("counter").build();
    final LongUpDownCounter level = meter.upDownCounterBuilder("level").build();
    final LongGauge gauge = meter.gaugeBuilder("gauge").ofLongs().build();
    final DoubleHistogram histogram = meter.histogramBuilder("histogram").build();
    final DoubleHistogram exponential = meter.histogramBuilder("exponential").build();
    final SplittableRandom random = new SplittableRandom(recorded.hashCode());
    for (int i = 0; i < recordings; i++) {
      final String key = "k" + random.nextInt(50);
      final Attributes attributes = Attributes.of(KEY, key);
      final long amount = random.nextInt(1, 100);
      final double value = random.nextDouble() * 1_000;
      counter.add(amount, attributes);
      level.add(50 - amount, attributes);
      gauge.set(amount, attributes);
      histogram.record(value, attributes);
      exponential.record(value, attributes);
      levels.merge(key, 50 - amount, Long::sum);
      gauges.put(key, amount);
      counted.merge(key, amount, Long::sum);
      recorded.merge(key, 1L, Long::sum);
      values.add(value);
    }
  }

  private void assertArrived(boolean isDelta) {
    final Map<String, Map<String, Long>> arrived = arrived(isDelta);
    assertThat(arrived)
        .isEqualTo(
            Map.of(
                "counter", counted,
                "level", levels,
                "gauge", gauges,
                "histogram", recorded,
                "exponential", recorded));
    int exemplars = 0;
    for (final Metric metric : metrics()) {
      for (final HistogramDataPoint point : metric.getHistogram().getDataPointsList()) {
        exemplars += ofThoseRecorded(point.getExemplarsList());
      }
      for (final ExponentialHistogramDataPoint point :
          metric.getExponentialHistogram().getDataPointsList()) {
        exemplars += ofThoseRecorded(point.getExemplarsList());
      }
    }
    assertThat(exemplars).isGreaterThan(100);
  }

  private int ofThoseRecorded(List<Exemplar> exemplars) {
    for (final Exemplar exemplar : exemplars) {
      assertThat(values).contains(exemplar.getAsDouble());
    }
    return exemplars.size();
  }

  /** Sums, last values and counts, by the name of the metric and attribute value. */
  private Map<String, Map<String, Long>> arrived(boolean isDelta) {
    final Map<String, Map<String, Long>> all = new TreeMap<>();
    // What goes up and down is cumulative in either case: the last value counts.
    final BinaryOperator<Long> merge = isDelta ? Long::sum : Math::max;
    final BinaryOperator<Long> last = (before, after) -> after;
    for (final Metric metric : metrics()) {
      final Map<String, Long> ofMetric =
          all.computeIfAbsent(metric.getName(), name -> new TreeMap<>());
      for (final NumberDataPoint point : metric.getSum().getDataPointsList()) {
        ofMetric.merge(
            key(point.getAttributes(0)),
            point.getAsInt(),
            metric.getSum().getIsMonotonic() ? merge : last);
      }
      for (final NumberDataPoint point : metric.getGauge().getDataPointsList()) {
        ofMetric.put(key(point.getAttributes(0)), point.getAsInt());
      }
      for (final HistogramDataPoint point : metric.getHistogram().getDataPointsList()) {
        ofMetric.merge(key(point.getAttributes(0)), point.getCount(), merge);
      }
      for (final ExponentialHistogramDataPoint point :
          metric.getExponentialHistogram().getDataPointsList()) {
        ofMetric.merge(key(point.getAttributes(0)), point.getCount(), merge);
        assertThat(
                point.getZeroCount()
                    + point.getPositive().getBucketCountsList().stream()
                        .mapToLong(Long::longValue)
                        .sum())
            .isEqualTo(point.getCount());
      }
    }
    return all;
  }

  private static String key(KeyValue attribute) {
    return attribute.getValue().getStringValue();
  }

  private List<Metric> metrics() {
    return target.received.stream()
        .flatMap(received -> received.request().getResourceMetricsList().stream())
        .flatMap(resource -> resource.getScopeMetricsList().stream())
        .flatMap(scope -> scope.getMetricsList().stream())
        .toList();
  }
}
