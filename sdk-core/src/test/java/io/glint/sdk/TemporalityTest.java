package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.time.TestClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What readers of different temporality get, and the times of their points. */
class TemporalityTest {
  private static final AttributeKey<Long> KEY = AttributeKey.longKey("key");

  /** Three intervals: 5, then 2 more (or 7 in total), then nothing for what is not observed. */
  @ParameterizedTest
  @CsvSource({
    "COUNTER, CUMULATIVE, 5, 7, 7",
    "COUNTER, DELTA, 5, 2, ",
    "UP_DOWN_COUNTER, CUMULATIVE, 5, 7, 7",
    "UP_DOWN_COUNTER, DELTA, 5, 2, ",
    "HISTOGRAM, CUMULATIVE, 5, 7, 7",
    "HISTOGRAM, DELTA, 5, 2, ",
    "GAUGE, CUMULATIVE, 5, 2, 2",
    "GAUGE, DELTA, 5, 2, ",
    "OBSERVABLE_COUNTER, CUMULATIVE, 5, 7, ",
    "OBSERVABLE_COUNTER, DELTA, 5, 2, ",
    "OBSERVABLE_UP_DOWN_COUNTER, CUMULATIVE, 5, 7, ",
    "OBSERVABLE_UP_DOWN_COUNTER, DELTA, 5, 2, ",
    "OBSERVABLE_GAUGE, CUMULATIVE, 5, 7, ",
    "OBSERVABLE_GAUGE, DELTA, 5, 7, "
  })
  void everyKindIsReportedInTheTemporalityOfTheReader(
      InstrumentType type, AggregationTemporality temporality, Long one, Long two, Long three) {
    final InMemoryMetricReader reader = Readers.of(temporality);
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder().registerMetricReader(reader).build()) {
      final Meter meter = provider.get("temporality");
      final List<Long> observed = new ArrayList<>();
      final List<Long> values = new ArrayList<>();
      for (final int value : new int[] {5, 2, 0}) {
        switch (type) {
          case COUNTER -> addUnlessZero(value, meter.counterBuilder("it").build()::add);
          case UP_DOWN_COUNTER ->
              addUnlessZero(value, meter.upDownCounterBuilder("it").build()::add);
          case HISTOGRAM ->
              addUnlessZero(value, meter.histogramBuilder("it").ofLongs().build()::record);
          case GAUGE -> addUnlessZero(value, meter.gaugeBuilder("it").ofLongs().build()::set);
          default -> {
            if (observed.isEmpty()) {
              observe(meter, type, observed);
            }
            observed.add(value == 0 ? null : observed.stream().mapToLong(v -> v).sum() + value);
          }
        }
        final MetricData metric = collect(reader, "it");
        values.add(metric == null ? null : value(metric, temporality));
      }
      assertThat(values).containsExactly(one, two, three);
    }
  }

  private interface Recorder {
    void record(long value);
  }

  private static void addUnlessZero(int value, Recorder recorder) {
    if (value != 0) {
      recorder.record(value);
    }
  }

  /** Observes the last of the values, unless that is null. */
  private static void observe(Meter meter, InstrumentType type, List<Long> values) {
    final java.util.function.Consumer<io.opentelemetry.api.metrics.ObservableLongMeasurement>
        callback =
            measurement -> {
              final Long value = values.get(values.size() - 1);
              if (value != null) {
                measurement.record(value);
              }
            };
    switch (type) {
      case OBSERVABLE_COUNTER -> meter.counterBuilder("it").buildWithCallback(callback);
      case OBSERVABLE_UP_DOWN_COUNTER ->
          meter.upDownCounterBuilder("it").buildWithCallback(callback);
      case OBSERVABLE_GAUGE -> meter.gaugeBuilder("it").ofLongs().buildWithCallback(callback);
      default -> throw new AssertionError(type);
    }
  }

  private static long value(MetricData metric, AggregationTemporality temporality) {
    return switch (metric.getType()) {
      case LONG_SUM -> {
        assertThat(metric.getLongSumData().getAggregationTemporality()).isEqualTo(temporality);
        yield metric.getLongSumData().getPoints().iterator().next().getValue();
      }
      case LONG_GAUGE -> metric.getLongGaugeData().getPoints().iterator().next().getValue();
      case HISTOGRAM -> {
        assertThat(metric.getHistogramData().getAggregationTemporality()).isEqualTo(temporality);
        yield (long) metric.getHistogramData().getPoints().iterator().next().getSum();
      }
      default -> throw new AssertionError(metric);
    };
  }

  @Test
  void allPointsEndWhenTheCollectionBeganHoweverSlowTheCallbacks() {
    final TestClock clock = TestClock.create();
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder().setClock(clock).registerMetricReader(reader).build()) {
      final Meter meter = provider.get("one");
      provider.get("two").counterBuilder("counter").build().add(1);
      meter
          .gaugeBuilder("slow")
          .buildWithCallback(
              measurement -> {
                measurement.record(1, Attributes.of(KEY, 1L));
                clock.advance(Duration.ofSeconds(3));
                measurement.record(2, Attributes.of(KEY, 2L));
              });
      meter.gaugeBuilder("later").buildWithCallback(measurement -> measurement.record(1));
      clock.advance(Duration.ofSeconds(1));
      final long begun = clock.now();
      final List<Long> ends = new ArrayList<>();
      for (final MetricData metric : reader.collectAllMetrics()) {
        for (final PointData point : metric.getData().getPoints()) {
          ends.add(point.getEpochNanos());
        }
      }
      assertThat(ends).hasSize(4).containsOnly(begun);
    }
  }

  @Test
  void readersOfDifferentPaceDoNotDisturbOneAnother() {
    final TestClock clock = TestClock.create();
    final InMemoryMetricReader cumulative = InMemoryMetricReader.create();
    final InMemoryMetricReader often = InMemoryMetricReader.createDelta();
    final InMemoryMetricReader rarely = InMemoryMetricReader.createDelta();
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .setClock(clock)
            .registerMetricReader(cumulative)
            .registerMetricReader(often)
            .registerMetricReader(rarely)
            .build()) {
      final long created = clock.now();
      final LongCounter counter = provider.get("pace").counterBuilder("counter").build();
      for (long i = 1; i <= 4; i++) {
        final long start = clock.now();
        counter.add(i);
        clock.advance(Duration.ofSeconds(1));
        assertThat(collect(often, "counter").getLongSumData().getPoints())
            .extracting(LongPointData::getValue, LongPointData::getStartEpochNanos)
            .containsExactly(tuple(i, start));
        assertThat(collect(cumulative, "counter").getLongSumData().getPoints())
            .extracting(LongPointData::getValue, LongPointData::getStartEpochNanos)
            .containsExactly(tuple(i * (i + 1) / 2, created));
      }
      assertThat(collect(rarely, "counter").getLongSumData().getPoints())
          .extracting(LongPointData::getValue, LongPointData::getStartEpochNanos)
          .containsExactly(tuple(10L, created));
      assertThat(often.collectAllMetrics()).isEmpty();
    }
  }
}
