package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.glint.sdk.internal.instrument.SyncInstrument;
import io.glint.sdk.internal.series.Overflow;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.series.SeriesMap;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongGauge;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class IdleSeriesTest extends EndingSeriesFixture {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private Meter meter(Duration timeout, InMemoryMetricReader... readers) {
    return meter(
        builder(readers)
            .setIdleSeriesTimeout(timeout)
            .registerView(
                InstrumentSelector.builder().setName("exponential").build(),
                GlintView.builder()
                    .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                    .build()));
  }

  private static List<Attributes> series(InMemoryMetricReader reader, String name) {
    final MetricData metric = collect(reader, name);
    return metric == null
        ? List.of()
        : metric.getData().getPoints().stream().map(PointData::getAttributes).toList();
  }

  @Test
  void byDefaultCumulativeSeriesAreKeptForEver() {
    final LongCounter counter = meter(Duration.ZERO, reader).counterBuilder("counter").build();
    counter.add(1, A);
    for (int i = 0; i < 3; i++) {
      clock.advance(Duration.ofDays(1000));
      assertThat(series(reader, "counter")).containsExactly(A);
    }
  }

  @Test
  void aDeltaSeriesIsKeptOverAShortPauseWithoutAPoint() {
    final InMemoryMetricReader delta = InMemoryMetricReader.createDelta();
    final LongCounter counter = meter(Duration.ZERO, delta).counterBuilder("counter").build();
    counter.add(1, A);
    final Series first = seriesOfA(counter);
    assertThat(series(delta, "counter")).containsExactly(A);
    for (int i = 0; i < 9; i++) {
      clock.advance(Duration.ofMillis(300));
      assertThat(series(delta, "counter")).isEmpty();
    }
    counter.add(2, A);
    assertThat(seriesOfA(counter)).isSameAs(first);
    assertThat(series(delta, "counter")).containsExactly(A);
    clock.advance(Duration.ofMillis(2999));
    assertThat(series(delta, "counter")).isEmpty();
    assertThat(seriesOfA(counter)).isSameAs(first);

    clock.advance(Duration.ofMillis(1));
    assertThat(series(delta, "counter")).isEmpty();
    assertThat(seriesOfA(counter)).isNull();
    counter.add(3, A);
    assertThat(series(delta, "counter")).containsExactly(A);
  }

  @Test
  void aDeltaSeriesIsDroppedAtOnceWhereSeriesAreMoreThanHalfOfTheLimit() {
    final InMemoryMetricReader delta = InMemoryMetricReader.createDelta();
    final LongCounter counter =
        meter(builder().registerMetricReader(delta, type -> 6)).counterBuilder("counter").build();
    counter.add(1, A);
    counter.add(1, B);
    counter.add(1, Attributes.empty());
    assertThat(series(delta, "counter")).hasSize(3);
    assertThat(series(delta, "counter")).isEmpty();
    assertThat(seriesOfA(counter)).isNotNull();
    counter.add(1, Attributes.of(KEY, "c"));
    assertThat(series(delta, "counter")).hasSize(1);
    assertThat(seriesOfA(counter)).isNull();
  }

  @Test
  void aDeltaSeriesThatWasNeverRecordedIntoIsDroppedAtOnceWhateverTheClockSays() {
    final InMemoryMetricReader delta = InMemoryMetricReader.createDelta();
    final LongCounter counter =
        meter(builder(delta).setClock(new ClockBelowZero())).counterBuilder("counter").build();
    final SeriesMap map = ((SyncInstrument) counter).streams().get(0).seriesMap();
    assertThat(map.findOrAdd(A)).isNotNull();
    assertThat(series(delta, "counter")).isEmpty();
    assertThat(seriesOfA(counter)).isNull();
  }

  private static final class ClockBelowZero implements Clock {
    @Override
    public long now() {
      return Clock.getDefault().now();
    }

    @Override
    public long nanoTime() {
      return Long.MIN_VALUE / 2;
    }
  }

  private static Series seriesOfA(LongCounter counter) {
    return ((SyncInstrument) counter).streams().get(0).seriesMap().find(A);
  }

  @Test
  void aSilentSeriesOfEachAggregationIsDroppedAndOneInUseIsKept() {
    final Meter meter = meter(MINUTE, reader);
    final LongCounter counter = meter.counterBuilder("counter").build();
    final LongGauge gauge = meter.gaugeBuilder("gauge").ofLongs().build();
    final DoubleHistogram histogram = meter.histogramBuilder("histogram").build();
    final DoubleHistogram exponential = meter.histogramBuilder("exponential").build();
    counter.add(1, A);
    gauge.set(1, A);
    histogram.record(1, A);
    exponential.record(1, A);
    for (int i = 0; i < 6; i++) {
      // The same value again is a measurement, too.
      counter.add(0, B);
      gauge.set(1, B);
      histogram.record(0, B);
      exponential.record(0, B);
      reader.collectAllMetrics();
      clock.advance(Duration.ofSeconds(20));
    }
    for (final String name : List.of("counter", "gauge", "histogram", "exponential")) {
      assertThat(series(reader, name)).as(name).containsExactly(B);
    }
  }

  @Test
  void aSeriesThatComesBackStartsAnewWithAStartTimeOfItsOwn() {
    final LongCounter counter = meter(MINUTE, reader).counterBuilder("counter").build();
    counter.add(5, A);
    final long firstStart = only(collect(reader, "counter")).getStartEpochNanos();
    clock.advance(Duration.ofMinutes(2));
    // The collection that drops it shows it for the last time.
    assertThat(only(collect(reader, "counter")).getValue()).isEqualTo(5);
    assertThat(collect(reader, "counter")).isNull();
    clock.advance(MINUTE);
    counter.add(2, A);
    final LongPointData again = only(collect(reader, "counter"));
    assertThat(again.getValue()).isEqualTo(2);
    assertThat(again.getStartEpochNanos()).isEqualTo(clock.now()).isGreaterThan(firstStart);
  }

  private static LongPointData only(MetricData metric) {
    assertThat(metric.getLongSumData().getPoints()).hasSize(1);
    return metric.getLongSumData().getPoints().iterator().next();
  }

  @Test
  void droppedSeriesMakeRoomBelowTheLimit() {
    final LongCounter counter = meter(MINUTE, reader).counterBuilder("counter").build();
    for (int i = 0; i < 20; i++) {
      counter.add(1, Attributes.of(KEY, String.valueOf(i)));
      reader.collectAllMetrics();
      clock.advance(MINUTE);
    }
    assertThat(series(reader, "counter")).isNotEmpty().doesNotContain(Overflow.ATTRIBUTES);
  }

  @Test
  void aSeriesIsNotDroppedBeforeEveryReaderHasCollectedIt() {
    final LongCounter counter = meter(MINUTE, reader, other).counterBuilder("counter").build();
    counter.add(1, A);
    for (int i = 0; i < 5; i++) {
      clock.advance(MINUTE);
      assertThat(series(reader, "counter")).containsExactly(A);
    }
    assertThat(series(other, "counter")).containsExactly(A);
    assertThat(series(reader, "counter")).isEmpty();
  }

  @Test
  void nothingThatIsRecordedWhileSeriesAreDroppedIsLost() throws Exception {
    final LongCounter counter =
        meter(
                builder(reader)
                    .setClock(Clock.getDefault())
                    .setIdleSeriesTimeout(Duration.ofNanos(1)))
            .counterBuilder("counter")
            .build();
    final ExecutorService pool = Executors.newFixedThreadPool(2);
    boolean isDone = false;
    final int records = 300_000;
    long dropped = 0;
    long last = 0;
    long lastStart = 0;
    try {
      final List<Future<?>> recorders = new ArrayList<>();
      for (int thread = 0; thread < 2; thread++) {
        recorders.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < records; i++) {
                    counter.add(1, A);
                    if (i % 1000 == 0) {
                      LockSupport.parkNanos(1);
                    }
                  }
                }));
      }
      while (!isDone) {
        isDone = recorders.stream().allMatch(Future::isDone);
        final MetricData metric = collect(reader, "counter");
        if (metric != null) {
          final LongPointData point = only(metric);
          if (point.getStartEpochNanos() != lastStart || point.getValue() < last) {
            dropped += last;
          }
          last = point.getValue();
          lastStart = point.getStartEpochNanos();
        }
      }
      for (final Future<?> recorder : recorders) {
        recorder.get();
      }
    } finally {
      pool.shutdownNow();
    }
    // What each life of the series had at its end adds up to all.
    assertThat(dropped + last).isEqualTo(2L * records);
  }

  @Test
  void aSeriesThatIsHeldAndRecordedIntoAgainIsIdleNoMore() {
    final LongCounter counter = meter(MINUTE, reader).counterBuilder("counter").build();
    counter.add(1, A);
    assertThat(series(reader, "counter")).containsExactly(A);
    final Object pin = seriesOfA(counter).pin();
    try {
      clock.advance(MINUTE);
      assertThat(series(reader, "counter")).containsExactly(A);
      assertThat(seriesOfA(counter).isIdle).isTrue();

      counter.add(1, A);
      assertThat(series(reader, "counter")).containsExactly(A);
      assertThat(seriesOfA(counter).isIdle).isFalse();
    } finally {
      Reference.reachabilityFence(pin);
    }
  }

  @Test
  void aNegativeTimeoutIsRefused() {
    assertThatThrownBy(() -> GlintMeterProvider.builder().setIdleSeriesTimeout(MINUTE.negated()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT-1M");
  }
}
