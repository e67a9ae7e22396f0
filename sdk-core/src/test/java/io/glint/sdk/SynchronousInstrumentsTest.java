package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static io.opentelemetry.sdk.testing.assertj.OpenTelemetryAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.tuple;

import io.glint.sdk.internal.view.ResolvedAggregation;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleCounter;
import io.opentelemetry.api.metrics.DoubleGauge;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.DoubleUpDownCounter;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongGauge;
import io.opentelemetry.api.metrics.LongHistogram;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.ExplicitBucketHistogramOptions;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.metrics.export.DefaultAggregationSelector;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.time.TestClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SynchronousInstrumentsTest {
  private static final AttributeKey<String> KEY = AttributeKey.stringKey("key");
  private static final Attributes A = Attributes.of(KEY, "a");
  private static final Attributes B = Attributes.of(KEY, "b");
  private static final long SECOND = 1_000_000_000L;

  private final TestClock clock = TestClock.create();
  private final InMemoryMetricReader cumulative = InMemoryMetricReader.create();
  private final InMemoryMetricReader delta = InMemoryMetricReader.createDelta();
  private final GlintMeterProvider provider =
      GlintMeterProvider.builder()
          .setClock(clock)
          .setResource(Resource.create(Attributes.of(KEY, "resource")))
          .registerMetricReader(cumulative)
          .registerMetricReader(delta)
          .build();
  private final Meter meter =
      provider
          .meterBuilder("scope")
          .setInstrumentationVersion("1.2")
          .setSchemaUrl("http://schema")
          .build();

  @AfterEach
  void close() {
    provider.close();
  }

  @Test
  void longCounterAddsUp() {
    final LongCounter counter =
        meter.counterBuilder("requests").setDescription("all").setUnit("{request}").build();
    counter.add(1);
    counter.add(2, A);
    counter.add((1L << 53) + 1, A);
    assertThat(collect(cumulative, "requests"))
        .hasResource(Resource.create(Attributes.of(KEY, "resource")))
        .hasInstrumentationScope(
            InstrumentationScopeInfo.builder("scope")
                .setVersion("1.2")
                .setSchemaUrl("http://schema")
                .build())
        .hasDescription("all")
        .hasUnit("{request}")
        .hasLongSumSatisfying(
            sum ->
                sum.isMonotonic()
                    .isCumulative()
                    .hasPointsSatisfying(
                        point -> point.hasValue(1).hasAttributes(Attributes.empty()),
                        point -> point.hasValue((1L << 53) + 3).hasAttributes(A)));
  }

  @Test
  void doubleCounterAddsUp() {
    final DoubleCounter counter = meter.counterBuilder("bytes").ofDoubles().build();
    counter.add(1.5);
    counter.add(2.25);
    counter.add(0, A);
    assertThat(collect(cumulative, "bytes"))
        .hasDoubleSumSatisfying(
            sum ->
                sum.isMonotonic()
                    .hasPointsSatisfying(
                        point -> point.hasValue(3.75), point -> point.hasValue(0)));
  }

  @Test
  void upDownCountersTakeNegativeValues() {
    final LongUpDownCounter longs = meter.upDownCounterBuilder("longs").build();
    final DoubleUpDownCounter doubles = meter.upDownCounterBuilder("doubles").ofDoubles().build();
    longs.add(-3);
    longs.add(1);
    doubles.add(-3.5);
    doubles.add(1);
    assertThat(collect(cumulative, "longs"))
        .hasLongSumSatisfying(
            sum -> sum.isNotMonotonic().hasPointsSatisfying(point -> point.hasValue(-2)));
    assertThat(collect(cumulative, "doubles"))
        .hasDoubleSumSatisfying(
            sum -> sum.isNotMonotonic().hasPointsSatisfying(point -> point.hasValue(-2.5)));
  }

  @Test
  void gaugesKeepTheLastValue() {
    final DoubleGauge doubles = meter.gaugeBuilder("doubles").build();
    final LongGauge longs = meter.gaugeBuilder("longs").ofLongs().build();
    doubles.set(5);
    doubles.set(-1.5);
    longs.set(7, A);
    longs.set(-9, A);
    assertThat(collect(cumulative, "doubles"))
        .hasDoubleGaugeSatisfying(
            gauge -> gauge.hasPointsSatisfying(point -> point.hasValue(-1.5)));
    assertThat(collect(cumulative, "longs"))
        .hasLongGaugeSatisfying(gauge -> gauge.hasPointsSatisfying(point -> point.hasValue(-9)));
  }

  @Test
  void histogramsCountSumAndFindTheirExtremes() {
    final DoubleHistogram histogram = meter.histogramBuilder("latency").setUnit("ms").build();
    for (final double value : new double[] {0, 5, 5.5, 30, 20_000}) {
      histogram.record(value, A);
    }
    assertThat(collect(cumulative, "latency"))
        .hasHistogramSatisfying(
            data ->
                data.isCumulative()
                    .hasPointsSatisfying(
                        point ->
                            point
                                .hasCount(5)
                                .hasSum(20_040.5)
                                .hasMin(0)
                                .hasMax(20_000)
                                .hasBucketBoundaries(
                                    0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000,
                                    7500, 10000)
                                .hasBucketCounts(1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)));
  }

  @Test
  void adviceDecidesTheBoundariesOfLongAndDoubleHistograms() {
    final LongHistogram longs =
        meter
            .histogramBuilder("longs")
            .ofLongs()
            .setExplicitBucketBoundariesAdvice(List.of(10L, 20L))
            .build();
    final DoubleHistogram single =
        meter.histogramBuilder("single").setExplicitBucketBoundariesAdvice(List.of()).build();
    longs.record(10);
    longs.record(11);
    longs.record(Long.MAX_VALUE);
    single.record(3);
    assertThat(collect(cumulative, "longs"))
        .hasHistogramSatisfying(
            data ->
                data.hasPointsSatisfying(
                    point -> point.hasBucketBoundaries(10, 20).hasBucketCounts(1, 1, 1)));
    assertThat(collect(cumulative, "single"))
        .hasHistogramSatisfying(
            data ->
                data.hasPointsSatisfying(
                    point -> point.hasBucketBoundaries().hasBucketCounts(1).hasSum(3)));
  }

  @Test
  void unsoundAdviceIsIgnored() {
    for (final List<Double> advice :
        List.of(
            List.of(2d, 1d),
            List.of(1d, 1d),
            List.of(Double.NaN),
            List.of(1d, Double.POSITIVE_INFINITY))) {
      final String name = "advice" + advice.hashCode();
      meter.histogramBuilder(name).setExplicitBucketBoundariesAdvice(advice).build().record(1);
      assertThat(point(collect(cumulative, name)).getBoundaries())
          .isEqualTo(ResolvedAggregation.DEFAULT_BOUNDARIES);
    }
    assertThatCode(
            () -> meter.histogramBuilder("null").setExplicitBucketBoundariesAdvice(null).build())
        .doesNotThrowAnyException();
  }

  @Test
  void valuesThatAnInstrumentDoesNotTakeAreDroppedAndHarmNothing() {
    final LongCounter longCounter = meter.counterBuilder("longCounter").build();
    final DoubleCounter doubleCounter = meter.counterBuilder("doubleCounter").ofDoubles().build();
    final DoubleHistogram histogram = meter.histogramBuilder("histogram").build();
    final LongHistogram longHistogram = meter.histogramBuilder("longHistogram").ofLongs().build();
    final DoubleUpDownCounter upDown = meter.upDownCounterBuilder("upDown").ofDoubles().build();
    final DoubleGauge gauge = meter.gaugeBuilder("gauge").build();
    longCounter.add(-1);
    longHistogram.record(-1);
    for (final double bad :
        new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
      doubleCounter.add(bad);
      histogram.record(bad);
    }
    upDown.add(Double.NaN);
    upDown.add(Double.POSITIVE_INFINITY);
    gauge.set(Double.NaN);
    assertThat(cumulative.collectAllMetrics()).isEmpty();
    longCounter.add(2);
    doubleCounter.add(2);
    histogram.record(2);
    upDown.add(2);
    gauge.set(Double.POSITIVE_INFINITY);
    assertThat(cumulative.collectAllMetrics()).hasSize(5);
    assertThat(point(collect(cumulative, "histogram")).getSum()).isEqualTo(2);
  }

  @Test
  @SuppressWarnings("NullAway")
  void nullAttributesAndContextDoNotThrow() {
    final LongCounter counter = meter.counterBuilder("counter").build();
    counter.add(1, null);
    counter.add(1, null, null);
    counter.add(1, Attributes.empty(), null);
    assertThat(collect(cumulative, "counter"))
        .hasLongSumSatisfying(sum -> sum.hasPointsSatisfying(point -> point.hasValue(3)));
  }

  @Test
  void attributesThatThrowCostTheirMeasurementOnly() {
    final LongCounter counter = meter.counterBuilder("counter").build();
    final Attributes broken =
        (Attributes)
            java.lang.reflect.Proxy.newProxyInstance(
                Attributes.class.getClassLoader(),
                new Class<?>[] {Attributes.class},
                (proxy, method, arguments) -> {
                  throw new IllegalStateException("broken");
                });
    counter.add(1, broken);
    counter.add(2);
    assertThat(collect(cumulative, "counter"))
        .hasLongSumSatisfying(sum -> sum.hasPointsSatisfying(point -> point.hasValue(2)));
  }

  @Test
  void cumulativePointsRepeatAndStartWithTheFirstMeasurementOfTheirSeries() {
    final LongCounter counter = meter.counterBuilder("counter").build();
    clock.advance(Duration.ofSeconds(1));
    final long first = clock.now();
    counter.add(1, A);
    clock.advance(Duration.ofSeconds(1));
    counter.add(1, B);
    clock.advance(Duration.ofSeconds(1));
    collect(cumulative, "counter");
    clock.advance(Duration.ofSeconds(1));
    assertThat(collect(cumulative, "counter").getLongSumData().getPoints())
        .extracting(
            LongPointData::getAttributes,
            LongPointData::getStartEpochNanos,
            LongPointData::getEpochNanos)
        .containsExactly(
            tuple(A, first, first + 3 * SECOND), tuple(B, first + SECOND, first + 3 * SECOND));
  }

  @Test
  void deltaWindowsTileAndSilentSeriesHaveNoPoint() {
    final long created = clock.now();
    final LongCounter counter = meter.counterBuilder("counter").build();
    clock.advance(Duration.ofSeconds(1));
    counter.add(1, A);
    clock.advance(Duration.ofSeconds(1));
    assertThat(points(delta)).containsExactly(tuple(A, created, created + 2 * SECOND, 1L));
    clock.advance(Duration.ofSeconds(1));
    assertThat(delta.collectAllMetrics()).isEmpty();
    clock.advance(Duration.ofSeconds(1));
    counter.add(2, A);
    counter.add(5, B);
    clock.advance(Duration.ofSeconds(1));
    assertThat(points(delta))
        .containsExactlyInAnyOrder(
            tuple(A, created + 3 * SECOND, created + 5 * SECOND, 2L),
            tuple(B, created + 3 * SECOND, created + 5 * SECOND, 5L));
    assertThat(collect(cumulative, "counter").getLongSumData().getPoints())
        .extracting(LongPointData::getValue)
        .containsExactly(3L, 5L);
  }

  private static List<org.assertj.core.groups.Tuple> points(InMemoryMetricReader reader) {
    return collect(reader, "counter").getLongSumData().getPoints().stream()
        .map(
            point ->
                tuple(
                    point.getAttributes(),
                    point.getStartEpochNanos(),
                    point.getEpochNanos(),
                    point.getValue()))
        .toList();
  }

  @Test
  void deltaGaugesAndHistogramsReportOnlyTheirInterval() {
    final DoubleGauge gauge = meter.gaugeBuilder("gauge").build();
    final DoubleHistogram histogram = meter.histogramBuilder("histogram").build();
    gauge.set(1);
    histogram.record(100);
    assertThat(delta.collectAllMetrics()).hasSize(2);
    assertThat(delta.collectAllMetrics()).isEmpty();
    histogram.record(1);
    final HistogramPointData point = point(collect(delta, "histogram"));
    assertThat(point.getMin()).isEqualTo(1);
    assertThat(point.getMax()).isEqualTo(1);
    assertThat(point.getCount()).isEqualTo(1);
  }

  @Test
  void equalInstrumentsAreOneAndNamesIgnoreCase() {
    meter.counterBuilder("requests").build().add(1);
    meter.counterBuilder("requests").build().add(1);
    meter.counterBuilder("Requests").build().add(1);
    provider
        .meterBuilder("scope")
        .setInstrumentationVersion("1.2")
        .setSchemaUrl("http://schema")
        .build()
        .counterBuilder("requests")
        .build()
        .add(1);
    assertThat(cumulative.collectAllMetrics()).hasSize(1);
    assertThat(collect(cumulative, "requests"))
        .hasLongSumSatisfying(sum -> sum.hasPointsSatisfying(point -> point.hasValue(4)));
  }

  @Test
  void conflictingInstrumentsBothWork() {
    meter.counterBuilder("requests").build().add(1);
    meter.counterBuilder("requests").setUnit("1").build().add(1);
    meter.histogramBuilder("requests").build().record(1);
    assertThat(cumulative.collectAllMetrics()).hasSize(3);
  }

  @Test
  void invalidNamesGiveInstrumentsThatDoNothing() {
    for (final String name :
        new String[] {"", "1a", "a b", "ä", "a".repeat(256), "_a", "a\n", null}) {
      meter.counterBuilder(name).build().add(1);
      meter.counterBuilder(name).ofDoubles().buildWithCallback(callback -> callback.record(1));
      meter.histogramBuilder(name).ofLongs().build().record(1);
      meter.gaugeBuilder(name).build().set(1);
      meter.upDownCounterBuilder(name).build().add(1);
    }
    assertThat(cumulative.collectAllMetrics()).isEmpty();
    for (final String name : new String[] {"a", "A/b-c_d.e9", "a".repeat(255)}) {
      meter.counterBuilder(name).build().add(1);
    }
    assertThat(cumulative.collectAllMetrics()).hasSize(3);
  }

  @Test
  void nullUnitAndDescriptionAreEmpty() {
    meter.counterBuilder("counter").setUnit(null).setDescription(null).build().add(1);
    meter.counterBuilder("counter").setUnit("").build().add(1);
    final MetricData metric = collect(cumulative, "counter");
    assertThat(metric).hasUnit("").hasDescription("");
    assertThat(metric.getLongSumData().getPoints()).hasSize(1);
  }

  @Test
  void readersDecideTheAggregation() {
    final InMemoryMetricReader reader =
        InMemoryMetricReader.create(
            AggregationTemporalitySelector.alwaysCumulative(),
            DefaultAggregationSelector.getDefault()
                .with(
                    io.opentelemetry.sdk.metrics.InstrumentType.HISTOGRAM,
                    Aggregation.explicitBucketHistogram(
                        ExplicitBucketHistogramOptions.builder()
                            .setBucketBoundaries(List.of(1d, 2.5))
                            .setRecordMinMax(false)
                            .build()))
                .with(io.opentelemetry.sdk.metrics.InstrumentType.COUNTER, Aggregation.drop()));
    try (GlintMeterProvider other =
        GlintMeterProvider.builder().registerMetricReader(reader).build()) {
      final Meter otherMeter = other.get("other");
      otherMeter.histogramBuilder("histogram").build().record(2.5);
      final LongCounter dropped = otherMeter.counterBuilder("dropped").build();
      dropped.add(1);
      assertThat(dropped.isEnabled()).isFalse();
      assertThat(otherMeter.gaugeBuilder("gauge").build().isEnabled()).isTrue();
      assertThat(reader.collectAllMetrics()).hasSize(1);
      final HistogramPointData point = point(collect(reader, "histogram"));
      assertThat(point.getCounts()).containsExactly(0L, 1L, 0L);
      assertThat(point.hasMin()).isFalse();
      assertThat(point.hasMax()).isFalse();
    }
  }

  private static HistogramPointData point(MetricData metric) {
    return metric.getHistogramData().getPoints().iterator().next();
  }
}
