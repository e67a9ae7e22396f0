package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.exemplar.ExemplarReport;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.DoubleHistogramBuilder;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A histogram whose values are all in one bucket of the default boundaries is told what to set. */
class BoundaryAdviceTest {
  private static final int VALUES = 1000;
  private static final AttributeKey<Long> KEY = AttributeKey.longKey("key");

  private static GlintMeterProviderBuilder builder(AggregationTemporality temporality) {
    return GlintMeterProvider.builder()
        .registerMetricReader(
            temporality == AggregationTemporality.DELTA
                ? InMemoryMetricReader.createDelta()
                : InMemoryMetricReader.create());
  }

  private static DoubleHistogramBuilder histogram(GlintMeterProvider provider, String unit) {
    return provider.get("shop").histogramBuilder("latency").setUnit(unit);
  }

  private static void record(DoubleHistogram histogram, DoubleUnaryOperator valueAtFraction) {
    for (int i = 0; i < VALUES; i++) {
      histogram.record(
          valueAtFraction.applyAsDouble((i + 1.0) / VALUES), Attributes.of(KEY, i % 3L));
    }
  }

  private static Optional<String> advice(GlintMeterProvider provider) {
    final ExemplarReport report = provider.explainExemplars();
    final Optional<String> advice = report.metrics().get(0).boundaryAdvice();
    advice.ifPresent(text -> assertThat(report.toString()).contains(text));
    return advice;
  }

  @ParameterizedTest
  @EnumSource(AggregationTemporality.class)
  void durationsInSecondsAreInOneBucket(AggregationTemporality temporality) {
    final InMemoryMetricReader reader =
        temporality == AggregationTemporality.DELTA
            ? InMemoryMetricReader.createDelta()
            : InMemoryMetricReader.create();
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder().registerMetricReader(reader).build()) {
      final DoubleHistogram histogram = histogram(provider, "s").build();
      record(histogram, fraction -> fraction);
      for (int collection = 0; collection < 3; collection++) {
        assertThat(advice(provider))
            .get()
            .asString()
            .contains("1000 of 1000 values are in one bucket, that from 0 to 5")
            .contains("the unit 's'")
            .contains("setExplicitBucketBoundariesAdvice(List.of(0.005, 0.01,")
            .contains("Aggregation.explicitBucketHistogram")
            .contains("Aggregation.base2ExponentialBucketHistogram()");
        assertThat(reader.collectAllMetrics()).hasSizeLessThan(2);
      }
      record(histogram, fraction -> fraction);
      assertThat(advice(provider)).get().asString().contains("2000 of 2000 values");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ns"})
  void valuesBeyondAllBoundariesAreInOneBucketToo(String unit) {
    try (GlintMeterProvider provider = builder(AggregationTemporality.CUMULATIVE).build()) {
      record(histogram(provider, unit).build(), fraction -> 20_000 + fraction * 1e6);
      assertThat(advice(provider))
          .get()
          .asString()
          .contains("1000 of 1000 values are in one bucket, that above 10000")
          .contains(unit.isEmpty() ? "do not suit them." : "the unit 'ns'")
          .contains("setExplicitBucketBoundariesAdvice(boundaries)");
    }
  }

  @Test
  void oneInTwentyMayBeElsewhere() {
    try (GlintMeterProvider provider = builder(AggregationTemporality.CUMULATIVE).build()) {
      record(histogram(provider, "s").build(), fraction -> fraction > 0.95 ? 30 : 1);
      assertThat(advice(provider)).get().asString().contains("950 of 1000 values");
    }
    try (GlintMeterProvider provider = builder(AggregationTemporality.CUMULATIVE).build()) {
      record(histogram(provider, "s").build(), fraction -> fraction > 0.94 ? 30 : 1);
      assertThat(advice(provider)).isEmpty();
    }
  }

  @Test
  void boundariesThatSuitAreNotSpokenOf() {
    try (GlintMeterProvider provider = builder(AggregationTemporality.CUMULATIVE).build()) {
      record(histogram(provider, "ms").build(), fraction -> fraction * 1000);
      assertThat(advice(provider)).isEmpty();
    }
  }

  @Test
  void boundariesOfOnesOwnAreNotSpokenOf() {
    try (GlintMeterProvider provider = builder(AggregationTemporality.CUMULATIVE).build()) {
      record(
          histogram(provider, "s").setExplicitBucketBoundariesAdvice(List.of(0d, 5d)).build(),
          fraction -> fraction);
      assertThat(advice(provider)).isEmpty();
    }
    try (GlintMeterProvider provider =
        builder(AggregationTemporality.CUMULATIVE)
            .registerView(
                InstrumentSelector.builder().setType(InstrumentType.HISTOGRAM).build(),
                GlintView.builder()
                    .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                    .build())
            .build()) {
      record(histogram(provider, "s").build(), fraction -> fraction);
      assertThat(advice(provider)).isEmpty();
    }
  }

  @Test
  void aFewValuesMayBeChance() {
    try (GlintMeterProvider provider = builder(AggregationTemporality.CUMULATIVE).build()) {
      final DoubleHistogram histogram = histogram(provider, "s").build();
      for (int i = 0; i < 19; i++) {
        histogram.record(1);
      }
      assertThat(advice(provider)).isEmpty();
      histogram.record(1);
      assertThat(advice(provider)).isPresent();
    }
  }
}
