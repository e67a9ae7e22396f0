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
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.proto.metrics.v1.Exemplar;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
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

  private final OtlpServer target = new OtlpServer();

  /** What was recorded, by attribute value. */
  private final Map<String, Long> counted = new TreeMap<>();

  private final Map<String, Long> recorded = new TreeMap<>();
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
        GlintMeterProvider provider = provider(collector, protocol, compression, isTls, isDelta)) {
      for (int i = 0; i < 10; i++) {
        record(provider, RECORDINGS / 10);
        Thread.sleep(100);
      }
      assertThat(provider.forceFlush().join(30, TimeUnit.SECONDS).isSuccess()).isTrue();
    }
    assertArrived(isDelta);
  }

  @ParameterizedTest
  @CsvSource({"grpc, gzip, true", "http/protobuf, gzip, true"})
  void totalsAreExactAfterARestart(
      String protocol, String compression, boolean isTls, @TempDir Path directory)
      throws Exception {
    try (CollectorProcess collector =
            new CollectorProcess(directory, isTls ? identity : null, target.url(""));
        GlintMeterProvider provider = provider(collector, protocol, compression, isTls, false)) {
      for (int i = 0; i < 10; i++) {
        record(provider, RECORDINGS / 10);
        Thread.sleep(100);
        if (i % 4 == 2) {
          collector.restart(300);
        }
      }
      // An export that failed while it was down is no matter: the last one has the totals.
      Thread.sleep(1_000);
      assertThat(provider.forceFlush().join(30, TimeUnit.SECONDS).isSuccess()).isTrue();
    }
    assertArrived(false);
  }

  private static GlintMeterProvider provider(
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
    return GlintMeterProvider.builder()
        .setExemplarFilter(CustomExemplarFilter.alwaysOn())
        .registerMetricReader(
            GlintPeriodicMetricReader.builder(exporter.build())
                .setInterval(Duration.ofMillis(150))
                .build())
        .build();
  }

  private void record(GlintMeterProvider provider, int recordings) {
    final Meter meter = provider.get("meter");
    final LongCounter counter = meter.counterBuilder("counter").build();
    final DoubleHistogram histogram = meter.histogramBuilder("histogram").build();
    final SplittableRandom random = new SplittableRandom(recorded.hashCode());
    for (int i = 0; i < recordings; i++) {
      final String key = "k" + random.nextInt(50);
      final Attributes attributes = Attributes.of(KEY, key);
      final long amount = random.nextInt(1, 100);
      final double value = random.nextDouble() * 1_000;
      counter.add(amount, attributes);
      histogram.record(value, attributes);
      counted.merge(key, amount, Long::sum);
      recorded.merge(key, 1L, Long::sum);
      values.add(value);
    }
  }

  private void assertArrived(boolean isDelta) {
    final Map<String, Long> sums = new TreeMap<>();
    final Map<String, Long> counts = new TreeMap<>();
    int exemplars = 0;
    for (final Metric metric : metrics()) {
      for (final NumberDataPoint point : metric.getSum().getDataPointsList()) {
        final String key = point.getAttributes(0).getValue().getStringValue();
        sums.merge(key, point.getAsInt(), isDelta ? Long::sum : Math::max);
      }
      for (final HistogramDataPoint point : metric.getHistogram().getDataPointsList()) {
        final String key = point.getAttributes(0).getValue().getStringValue();
        counts.merge(key, point.getCount(), isDelta ? Long::sum : Math::max);
        for (final Exemplar exemplar : point.getExemplarsList()) {
          assertThat(values).contains(exemplar.getAsDouble());
          exemplars++;
        }
      }
    }
    assertThat(sums).isEqualTo(counted);
    assertThat(counts).isEqualTo(recorded);
    assertThat(exemplars).isGreaterThan(50);
    target.close();
  }

  private List<Metric> metrics() {
    return target.received.stream()
        .flatMap(received -> received.request().getResourceMetricsList().stream())
        .flatMap(resource -> resource.getScopeMetricsList().stream())
        .flatMap(scope -> scope.getMetricsList().stream())
        .toList();
  }
}
