package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.Base2ExponentialHistogramOptions;
import io.opentelemetry.sdk.metrics.ExplicitBucketHistogramOptions;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where no view chooses the reservoir, the aggregation does. */
class DefaultReservoirsTest {
  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private GlintMeterProvider provider;

  @AfterEach
  void close() {
    provider.close();
  }

  /** Records each of the values 1 to 100 in a sampled span and tells the reservoir in force. */
  private String reservoir(Kind kind, Aggregation aggregation) {
    provider =
        GlintMeterProvider.builder()
            .registerMetricReader(reader)
            .registerView(
                InstrumentSelector.builder().setName("*").build(),
                GlintView.builder().setAggregation(aggregation).build())
            .build();
    final Kind.Bound bound = kind.make(provider.get("defaults")).bind(Attributes.empty());
    for (int i = 1; i <= 100; i++) {
      bound.record(i, Readers.span(i, true));
    }
    return provider.explainExemplars().metrics().get(0).reservoir();
  }

  private static Aggregation histogram(List<Double> boundaries) {
    return Aggregation.explicitBucketHistogram(
        ExplicitBucketHistogramOptions.builder().setBucketBoundaries(boundaries).build());
  }

  private static Aggregation exponentialHistogram(int maxBuckets) {
    return Aggregation.base2ExponentialBucketHistogram(
        Base2ExponentialHistogramOptions.builder().setMaxBuckets(maxBuckets).build());
  }

  private int exemplars() {
    final PointData point = collect(reader, "instrument").getData().getPoints().iterator().next();
    return point.getExemplars().size();
  }

  @Test
  void aHistogramHasAnExemplarForEachBucket() {
    final Aggregation aggregation = histogram(List.of(10d, 50d));
    assertThat(reservoir(Kind.DOUBLE_HISTOGRAM, aggregation))
        .isEqualTo("alignedHistogramBucket(UNIFORM)");
    assertThat(exemplars()).isEqualTo(3);
  }

  @Test
  void twoBucketsAreEnoughForThat() {
    final Aggregation aggregation = histogram(List.of(10d));
    assertThat(reservoir(Kind.LONG_HISTOGRAM, aggregation))
        .isEqualTo("alignedHistogramBucket(UNIFORM)");
    assertThat(exemplars()).isEqualTo(2);
  }

  @Test
  void aHistogramOfOneBucketHasAFixedSize() {
    final Aggregation aggregation = histogram(List.of());
    assertThat(reservoir(Kind.DOUBLE_HISTOGRAM, aggregation)).isEqualTo("fixedSize(1)");
    assertThat(exemplars()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 19, 20, 21, 160})
  void anExponentialHistogramHasOneForEachBucketAndTwentyAtMost(int maxBuckets) {
    final int size = Math.min(20, maxBuckets);
    final Aggregation aggregation = exponentialHistogram(maxBuckets);
    assertThat(reservoir(Kind.DOUBLE_HISTOGRAM, aggregation)).isEqualTo("fixedSize(" + size + ")");
    assertThat(exemplars()).isEqualTo(size);
  }

  @ParameterizedTest
  @EnumSource
  void aSumHasAFixedSizeOfOne(Kind kind) {
    assertThat(reservoir(kind, Aggregation.sum())).isEqualTo("fixedSize(1)");
    assertThat(exemplars()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"LONG_GAUGE", "DOUBLE_GAUGE"})
  void aLastValueHasAFixedSizeOfOne(Kind kind) {
    assertThat(reservoir(kind, Aggregation.lastValue())).isEqualTo("fixedSize(1)");
    assertThat(exemplars()).isEqualTo(1);
  }
}
