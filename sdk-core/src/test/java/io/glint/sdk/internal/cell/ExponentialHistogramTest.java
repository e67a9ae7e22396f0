package io.glint.sdk.internal.cell;

import static io.glint.sdk.Readers.collect;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.Readers;
import io.glint.sdk.internal.histogram.Base2Index;
import io.glint.sdk.internal.histogram.BucketCounts;
import io.glint.sdk.internal.histogram.ExponentialBuckets;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.DoubleUpDownCounter;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.Base2ExponentialHistogramOptions;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramBuckets;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.export.DefaultAggregationSelector;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.List;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("long")
class ExponentialHistogramTest {

  private static InMemoryMetricReader reader(
      AggregationTemporality temporality, int maxBuckets, int maxScale, boolean minMax) {
    final Aggregation aggregation =
        Aggregation.base2ExponentialBucketHistogram(
            Base2ExponentialHistogramOptions.builder()
                .setMaxBuckets(maxBuckets)
                .setMaxScale(maxScale)
                .setRecordMinMax(minMax)
                .build());
    return InMemoryMetricReader.create(
        type -> temporality,
        DefaultAggregationSelector.getDefault()
            .with(InstrumentType.HISTOGRAM, aggregation)
            .with(InstrumentType.UP_DOWN_COUNTER, aggregation)
            .with(InstrumentType.OBSERVABLE_COUNTER, aggregation));
  }

  private static ExponentialHistogramPointData record(int maxBuckets, double... values) {
    final InMemoryMetricReader reader =
        reader(AggregationTemporality.CUMULATIVE, maxBuckets, 20, true);
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder().registerMetricReader(reader).build()) {
      final DoubleHistogram histogram = provider.get("m").histogramBuilder("histogram").build();
      for (final double value : values) {
        histogram.record(value);
      }
      return point(reader, "histogram");
    }
  }

  private static ExponentialHistogramPointData point(InMemoryMetricReader reader, String name) {
    return collect(reader, name).getExponentialHistogramData().getPoints().iterator().next();
  }

  @Test
  void aSingleValueIsCountedAtTheHighestScale() {
    final ExponentialHistogramPointData point = record(160, 1.5, 1.5);
    assertThat(point.getScale()).isEqualTo(20);
    assertThat(point.getCount()).isEqualTo(2);
    assertThat(point.getSum()).isEqualTo(3);
    assertThat(point.getMin()).isEqualTo(1.5);
    assertThat(point.getMax()).isEqualTo(1.5);
    assertThat(point.getPositiveBuckets().getOffset()).isEqualTo(Base2Index.at(1.5, 20));
    assertThat(point.getPositiveBuckets().getBucketCounts()).containsExactly(2L);
    assertThat(point.getNegativeBuckets().getBucketCounts()).isEmpty();
  }

  /** The figures of the specification's table of ideal scales. */
  @ParameterizedTest
  @CsvSource({"0.001, 0.004, 6", "0.001, 1, 4", "0.000001, 10, 2"})
  void theScaleIsTheHighestThatFits(double from, double to, int scale) {
    final ExponentialHistogramPointData point = record(160, from, to);
    assertThat(point.getScale()).isEqualTo(scale);
    assertThat(point.getPositiveBuckets().getBucketCounts()).hasSizeLessThanOrEqualTo(160);
  }

  @Test
  void zerosAndSubnormalValuesAreCounted() {
    final ExponentialHistogramPointData point = record(4, 0, -0.0, Double.MIN_VALUE, 0);
    assertThat(point.getZeroCount()).isEqualTo(3);
    assertThat(point.getCount()).isEqualTo(4);
    assertThat(point.getMin()).isZero();
    assertThat(point.getPositiveBuckets().getTotalCount()).isEqualTo(1);
  }

  @Test
  void twoBucketsHoldAllDoubles() {
    final ExponentialHistogramPointData point =
        record(2, Double.MIN_VALUE, Double.MIN_NORMAL, 1, 2, Double.MAX_VALUE, 0);
    assertThat(point.getScale()).isEqualTo(-10);
    assertThat(point.getPositiveBuckets().getOffset()).isEqualTo(-1);
    assertThat(point.getPositiveBuckets().getBucketCounts()).containsExactly(3L, 2L);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 16, 17, 160})
  void countsAreThoseOfTheIdealScaleWhateverTheOrder(int maxBuckets) {
    final SplittableRandom random = new SplittableRandom(maxBuckets);
    for (int trial = 0; trial < 200; trial++) {
      final double spread = random.nextDouble() * 60;
      final double[] values =
          random.doubles(1 + random.nextInt(300)).map(u -> Math.exp((u - 0.5) * spread)).toArray();
      final ExponentialHistogramPointData point = record(maxBuckets, values);
      final NavigableMap<Integer, Long> expected = ideal(values, maxBuckets, point.getScale());
      final ExponentialHistogramBuckets buckets = point.getPositiveBuckets();
      final TreeMap<Integer, Long> counted = new TreeMap<>();
      for (int i = 0; i < buckets.getBucketCounts().size(); i++) {
        if (buckets.getBucketCounts().get(i) > 0) {
          counted.put(buckets.getOffset() + i, buckets.getBucketCounts().get(i));
        }
      }
      assertThat(counted).isEqualTo(expected);
      assertThat(point.getCount()).isEqualTo(values.length);
    }
  }

  /** The counts at {@code scale}, having checked that they do not fit at the next one. */
  private static NavigableMap<Integer, Long> ideal(double[] values, int maxBuckets, int scale) {
    final NavigableMap<Integer, Long> counts = count(values, scale);
    assertThat(counts.lastKey() - counts.firstKey()).isLessThan(maxBuckets);
    if (scale < 20) {
      final NavigableMap<Integer, Long> finer = count(values, scale + 1);
      assertThat(finer.lastKey() - finer.firstKey()).isGreaterThanOrEqualTo(maxBuckets);
    }
    return counts;
  }

  private static NavigableMap<Integer, Long> count(double[] values, int scale) {
    final TreeMap<Integer, Long> counts = new TreeMap<>();
    for (final double value : values) {
      counts.merge(Base2Index.at(value, scale), 1L, Long::sum);
    }
    return counts;
  }

  /** Cells have scales of their own; their union is as if one cell had counted all. */
  @Test
  void cellsOfDifferentScalesJoinExactly() {
    final SplittableRandom random = new SplittableRandom(3);
    for (int trial = 0; trial < 500; trial++) {
      final int maxBuckets = 2 + random.nextInt(30);
      final ExponentialTotal joined = new ExponentialTotal(20, maxBuckets);
      final ExponentialTotal single = new ExponentialTotal(20, maxBuckets);
      final ExponentialCell all = new ExponentialCell(20, maxBuckets, false);
      for (int cells = 0; cells < 4; cells++) {
        final ExponentialCell cell = new ExponentialCell(20, maxBuckets, cells > 0);
        final double spread = random.nextDouble() * 20;
        for (int i = random.nextInt(20); i >= 0; i--) {
          final double value = Math.exp((random.nextDouble() - 0.5) * spread) - 1;
          cell.add(value, ExponentialCell.bucketAtTableScale(value));
          all.add(value, ExponentialCell.bucketAtTableScale(value));
        }
        cell.addTo(joined);
      }
      all.addTo(single);
      assertThat(joined.scale()).isEqualTo(single.scale());
      assertThat(joined.zeros).isEqualTo(single.zeros);
      assertThat(counts(joined.positive())).isEqualTo(counts(single.positive()));
      assertThat(counts(joined.negative())).isEqualTo(counts(single.negative()));
      assertThat(joined.min).isEqualTo(single.min);
      assertThat(joined.max).isEqualTo(single.max);
    }
  }

  @Test
  void aDeltaIntervalStartsAtTheHighestScaleAgain() {
    final InMemoryMetricReader reader = reader(AggregationTemporality.DELTA, 160, 20, false);
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder().registerMetricReader(reader).build()) {
      final DoubleHistogram histogram = provider.get("m").histogramBuilder("histogram").build();
      histogram.record(0.001);
      histogram.record(1000);
      assertThat(point(reader, "histogram").getScale()).isLessThan(5);
      histogram.record(7);
      final ExponentialHistogramPointData point = point(reader, "histogram");
      assertThat(point.getScale()).isEqualTo(20);
      assertThat(point.getCount()).isEqualTo(1);
      assertThat(point.hasMin()).isFalse();
      assertThat(point.hasMax()).isFalse();
    }
  }

  @Test
  void negativeValuesHaveBucketsOfTheirOwnAndThenThereIsNoSum() {
    final InMemoryMetricReader reader = reader(AggregationTemporality.CUMULATIVE, 160, 20, true);
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder().registerMetricReader(reader).build()) {
      final DoubleUpDownCounter counter =
          provider.get("m").upDownCounterBuilder("updown").ofDoubles().build();
      for (final double value : List.of(-4d, -2d, 0d, 1d, 8d)) {
        counter.add(value);
      }
      provider.get("m").counterBuilder("async").buildWithCallback(m -> m.record(3));
      final ExponentialHistogramPointData point = point(reader, "updown");
      assertThat(point.getCount()).isEqualTo(5);
      assertThat(point.getZeroCount()).isEqualTo(1);
      assertThat(point.getNegativeBuckets().getTotalCount()).isEqualTo(2);
      assertThat(point.getPositiveBuckets().getTotalCount()).isEqualTo(2);
      assertThat(point.getMin()).isEqualTo(-4);
      assertThat(point.getSum()).isNaN();
      assertThat(collect(reader, "async").getLongSumData().getPoints()).hasSize(1);
    }
  }

  @Test
  void upToTwentyMeasurementsAreKeptAsExemplars() {
    final InMemoryMetricReader reader = reader(AggregationTemporality.CUMULATIVE, 160, 20, true);
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder().registerMetricReader(reader).build()) {
      final DoubleHistogram histogram = provider.get("m").histogramBuilder("histogram").build();
      for (int i = 1; i <= 1000; i++) {
        histogram.record(i, Attributes.empty(), Readers.span(i, true));
      }
      assertThat(point(reader, "histogram").getExemplars())
          .hasSize(20)
          .allMatch(
              exemplar ->
                  exemplar.getValue() == Long.parseLong(exemplar.getSpanContext().getSpanId(), 16));
    }
  }

  private static List<Long> counts(ExponentialBuckets buckets) {
    final BucketCounts counts = new BucketCounts();
    buckets.copyTo(counts);
    return counts;
  }
}
