package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.view.ResolvedAggregation;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which aggregation instruments have, by default and by a view. */
class AggregationsTest {
  private final LogCapture log = new LogCapture();
  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private GlintMeterProvider provider;

  @AfterEach
  void close() {
    provider.close();
    log.close();
  }

  /** A meter whose instruments are all aggregated as {@code aggregation} says. */
  private Meter meter(Aggregation aggregation) {
    provider =
        GlintMeterProvider.builder()
            .registerMetricReader(reader)
            .registerView(
                InstrumentSelector.builder().setName("*").build(),
                GlintView.builder().setAggregation(aggregation).build())
            .build();
    return provider.get("aggregations");
  }

  /**
   * Makes an instrument named "instrument" and gives it the values, a callback the last of them.
   */
  private static void record(Meter meter, InstrumentType type, double... values) {
    final double last = values[values.length - 1];
    switch (type) {
      case COUNTER -> {
        final var counter = meter.counterBuilder("instrument").ofDoubles().build();
        for (final double value : values) {
          counter.add(value);
        }
      }
      case UP_DOWN_COUNTER -> {
        final var counter = meter.upDownCounterBuilder("instrument").ofDoubles().build();
        for (final double value : values) {
          counter.add(value);
        }
      }
      case HISTOGRAM -> {
        final var histogram = meter.histogramBuilder("instrument").build();
        for (final double value : values) {
          histogram.record(value);
        }
      }
      case GAUGE -> {
        final var gauge = meter.gaugeBuilder("instrument").build();
        for (final double value : values) {
          gauge.set(value);
        }
      }
      case OBSERVABLE_COUNTER ->
          meter.counterBuilder("instrument").ofDoubles().buildWithCallback(m -> m.record(last));
      case OBSERVABLE_UP_DOWN_COUNTER ->
          meter
              .upDownCounterBuilder("instrument")
              .ofDoubles()
              .buildWithCallback(m -> m.record(last));
      case OBSERVABLE_GAUGE ->
          meter.gaugeBuilder("instrument").buildWithCallback(m -> m.record(last));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "COUNTER, DOUBLE_SUM, true",
    "UP_DOWN_COUNTER, DOUBLE_SUM, false",
    "OBSERVABLE_COUNTER, DOUBLE_SUM, true",
    "OBSERVABLE_UP_DOWN_COUNTER, DOUBLE_SUM, false",
    "GAUGE, DOUBLE_GAUGE, false",
    "OBSERVABLE_GAUGE, DOUBLE_GAUGE, false",
    "HISTOGRAM, HISTOGRAM, false"
  })
  void eachKindHasItsDefault(InstrumentType type, MetricDataType expected, boolean isMonotonic) {
    record(meter(Aggregation.defaultAggregation()), type, 1);
    final MetricData metric = collect(reader, "instrument");
    assertThat(metric.getType()).isEqualTo(expected);
    assertThat(metric.getDoubleSumData().isMonotonic()).isEqualTo(isMonotonic);
    assertThat(log.messages()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "COUNTER, true",
    "UP_DOWN_COUNTER, false",
    "HISTOGRAM, true",
    "GAUGE, false",
    "OBSERVABLE_COUNTER, true",
    "OBSERVABLE_UP_DOWN_COUNTER, false",
    "OBSERVABLE_GAUGE, false"
  })
  void everyKindCanBeSummedUpAndIsMonotonicIfItCannotFall(
      InstrumentType type, boolean isMonotonic) {
    record(meter(Aggregation.sum()), type, 2, 3);
    final MetricData metric = collect(reader, "instrument");
    assertThat(metric.getType()).isEqualTo(MetricDataType.DOUBLE_SUM);
    assertThat(metric.getDoubleSumData().isMonotonic()).isEqualTo(isMonotonic);
    assertThat(metric.getDoubleSumData().getPoints())
        .extracting(DoublePointData::getValue)
        .containsExactly(type.name().startsWith("OBSERVABLE") ? 3d : 5d);
    assertThat(log.messages()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void everyKindCanBeDropped(InstrumentType type) {
    record(meter(Aggregation.drop()), type, 1);
    assertThat(reader.collectAllMetrics()).isEmpty();
    assertThat(log.messages()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"GAUGE", "OBSERVABLE_GAUGE"})
  void gaugesCanKeepTheLastValue(InstrumentType type) {
    record(meter(Aggregation.lastValue()), type, 2, 1);
    assertThat(collect(reader, "instrument").getDoubleGaugeData().getPoints())
        .extracting(DoublePointData::getValue)
        .containsExactly(1d);
    assertThat(log.messages()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"UP_DOWN_COUNTER", "GAUGE"})
  void aHistogramOfWhatCanBeNegativeHasNoSum(InstrumentType type) {
    record(meter(Aggregation.explicitBucketHistogram()), type, -3, 7, 2);
    final HistogramPointData point =
        collect(reader, "instrument").getHistogramData().getPoints().iterator().next();
    assertThat(point.getSum()).isNaN();
    assertThat(point.getCount()).isEqualTo(3);
    assertThat(point.getMin()).isEqualTo(-3);
    assertThat(point.getMax()).isEqualTo(7);
    assertThat(point.getCounts().subList(0, 3)).isEqualTo(List.of(1L, 1L, 1L));
  }

  @Test
  void aHistogramOfACounterHasASum() {
    record(meter(Aggregation.explicitBucketHistogram()), InstrumentType.COUNTER, 3, 7);
    assertThat(collect(reader, "instrument").getHistogramData().getPoints())
        .extracting(HistogramPointData::getSum)
        .containsExactly(10d);
  }

  @ParameterizedTest
  @EnumSource(names = {"OBSERVABLE_COUNTER", "OBSERVABLE_UP_DOWN_COUNTER", "OBSERVABLE_GAUGE"})
  void aHistogramOfObservationsMakesNoSense(InstrumentType type) {
    record(meter(Aggregation.explicitBucketHistogram()), type, 1);
    assertThat(collect(reader, "instrument").getType())
        .isEqualTo(
            type == InstrumentType.OBSERVABLE_GAUGE
                ? MetricDataType.DOUBLE_GAUGE
                : MetricDataType.DOUBLE_SUM);
    assertThat(log.messages()).singleElement().asString().contains("makes no sense");
  }

  @Test
  void aViewCanChooseAnExponentialHistogramWhoseDefaultsAreThoseOfTheSpecification() {
    record(meter(Aggregation.base2ExponentialBucketHistogram()), InstrumentType.HISTOGRAM, 1, 4);
    assertThat(collect(reader, "instrument").getExponentialHistogramData().getPoints())
        .singleElement()
        .satisfies(point -> assertThat(point.getCount()).isEqualTo(2));
    assertThat(
            ResolvedAggregation.of(
                Aggregation.base2ExponentialBucketHistogram(), InstrumentType.HISTOGRAM, null))
        .isEqualTo(ResolvedAggregation.exponential(160, 20, /* recordsMinMax= */ true));
  }
}
