package io.glint.sdk;

import static io.glint.sdk.Readers.span;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.exemplar.MeasurementClock;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The times of points and exemplars where the wall clock is set, or is wrong for a while. */
class ClockStepsTest {
  private static final long START = 1_000_000_000_000_000_000L;
  private static final long SECOND = 1_000_000_000L;
  private static final long MINUTE = 60 * SECOND;
  private static final long MAX_AHEAD = MeasurementClock.MAX_AHEAD_NANOS;
  private static final AttributeKey<Long> NUMBER = AttributeKey.longKey("number");

  private final SettableClock clock = new SettableClock();
  private final List<Watched> readers = new ArrayList<>();
  private GlintMeterProvider provider;
  private LongCounter counter;
  private int seconds;

  /** A delta and a cumulative reader that collect every minute, and a delta one at odd times. */
  private void build() {
    final GlintMeterProviderBuilder builder = GlintMeterProvider.builder().setClock(clock);
    readers.add(new Watched(InMemoryMetricReader.createDelta(), true, 60, 0));
    readers.add(new Watched(InMemoryMetricReader.create(), false, 60, 7));
    readers.add(new Watched(InMemoryMetricReader.createDelta(), true, 47, 11));
    readers.forEach(watched -> builder.registerMetricReader(watched.reader));
    provider = builder.build();
    final Meter meter = provider.get("clock");
    counter = meter.counterBuilder("counter").build();
    meter.counterBuilder("observed").buildWithCallback(observed -> observed.record(1 + seconds));
    counter.add(1, Attributes.empty(), span(1, true));
  }

  @AfterEach
  void close() {
    provider.close();
  }

  /** Goes on for a time: each second there is a measurement, and readers collect when due. */
  private void goOn(Duration duration) {
    for (long i = 0; i < duration.toSeconds(); i++) {
      clock.advance(SECOND);
      seconds++;
      counter.add(1, Attributes.empty(), span(1, true));
      for (final Watched reader : readers) {
        if ((seconds + reader.phase) % reader.periodSeconds == 0) {
          reader.collect();
        }
      }
    }
  }

  private void assertThatNothingIsAhead() {
    for (final Watched reader : readers) {
      assertThat(reader.collect()).as("ahead of the wall clock").isZero();
    }
  }

  private int breaks() {
    return readers.stream().mapToInt(reader -> reader.breaks).sum();
  }

  @ParameterizedTest
  @ValueSource(longs = {SECOND, 20 * SECOND, MINUTE, 3 * MINUTE, 10 * MINUTE})
  void aShortGlitchIsCaughtUpWithAndWindowsStillTile(long ahead) {
    build();
    goOn(Duration.ofMinutes(5));
    clock.step(ahead);
    goOn(Duration.ofSeconds(60));
    clock.step(-ahead);
    long before = Long.MAX_VALUE;
    for (long time = 0; time <= 2 * ahead; time += MINUTE) {
      goOn(Duration.ofMinutes(1));
      final long now = readers.get(0).latestAhead;
      assertThat(now).as("shrinks").isLessThanOrEqualTo(before);
      before = now;
    }
    goOn(Duration.ofMinutes(1));
    assertThatNothingIsAhead();
    assertThat(breaks()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    // One hour and ten years, for one collection, a minute, or longer than it is ahead.
    "3600, 1",
    "3600, 60",
    "3600, 4000",
    "315360000, 1",
    "315360000, 60",
    "315360000, 4000"
  })
  void aLongGlitchIsOverWithTheNextCollection(long aheadSeconds, long lasts) {
    build();
    goOn(Duration.ofMinutes(5));
    clock.step(aheadSeconds * SECOND);
    goOn(Duration.ofSeconds(lasts));
    // One that collects only while the clock is ahead, and one that does not.
    readers.get(0).collect();
    counter.add(1, Attributes.of(NUMBER, 1L), span(2, true));
    clock.step(-aheadSeconds * SECOND);
    goOn(Duration.ofMinutes(1));
    assertThatNothingIsAhead();
    goOn(Duration.ofMinutes(10));
    assertThatNothingIsAhead();
    assertThat(breaks()).as("once for each reader").isLessThanOrEqualTo(readers.size());
  }

  @Test
  void aClockThatWasAheadFromTheBeginningIsForgotten() {
    clock.step(3600 * SECOND);
    build();
    goOn(Duration.ofMinutes(20));
    clock.step(-3600 * SECOND);
    goOn(Duration.ofMinutes(1));
    assertThatNothingIsAhead();
    final LongPointData point = readers.get(1).latest("counter");
    // As long as it has been there.
    assertThat(point.getEpochNanos() - point.getStartEpochNanos()).isEqualTo(21 * MINUTE);
    goOn(Duration.ofHours(3));
    assertThat(readers.get(1).latest("counter").getStartEpochNanos())
        .isEqualTo(point.getStartEpochNanos());
    assertThatNothingIsAhead();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 30, 300, 3600, 86_400})
  void aClockThatIsSetBackIsFollowedAfterTwiceTheTimeAtMost(long backSeconds) {
    build();
    goOn(Duration.ofMinutes(5));
    clock.step(-backSeconds * SECOND);
    goOn(Duration.ofSeconds(Math.min(2 * backSeconds, 1200) + 120));
    assertThatNothingIsAhead();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.6, 0.9, 0.99999, 1.00001, 1.1, 3})
  void aWallClockOfAnotherPaceIsFollowed(double pace) {
    build();
    clock.pace = pace;
    for (int i = 0; i < 100; i++) {
      goOn(Duration.ofMinutes(1));
      assertThat(readers.get(0).latestAhead).isBetween(0L, MINUTE);
    }
    assertThat(breaks()).isZero();
  }

  @Test
  void theIntervalsOfCollectionsThatTakeLongAreAsLongAsTheyAreWhileTheClockCatchesUp() {
    build();
    provider
        .get("clock")
        .gaugeBuilder("slow")
        .buildWithCallback(measurement -> clock.advance(20 * SECOND));
    goOn(Duration.ofMinutes(5));
    clock.step(-MINUTE);
    final LongPointData before = readers.get(0).latest("counter");
    goOn(Duration.ofMinutes(30));
    assertThat(readers.get(0).latest("counter").getEpochNanos() - before.getEpochNanos())
        .as("30 minutes, and 20 seconds for each collection, less the minute")
        .isGreaterThan(30 * MINUTE);
    assertThatNothingIsAhead();
  }

  @Test
  void exemplarsOfALineThatWasGivenUpMakeWayForNewerOnes() {
    build();
    clock.step(3600 * SECOND);
    goOn(Duration.ofMinutes(2));
    clock.step(-3600 * SECOND);
    goOn(Duration.ofMinutes(2));
    readers.get(1).collect();
    counter.add(1, Attributes.empty(), span(77, true));
    final LongPointData point = readers.get(1).point("counter");
    assertThat(point.getExemplars())
        .singleElement()
        .satisfies(
            exemplar -> {
              assertThat(exemplar.getEpochNanos()).isEqualTo(clock.now());
              assertThat(exemplar.getSpanContext().getSpanId())
                  .isEqualTo(String.format("%016x", 77));
            });
  }

  @Test
  void aSeriesThatIsMadeWhileTheClockCatchesUpStartsNotBeforeEarlierPointsEnd() {
    build();
    goOn(Duration.ofMinutes(5));
    final long end = readers.get(1).point("counter").getEpochNanos();
    clock.step(-MINUTE);
    counter.add(1, Attributes.of(NUMBER, 1L));
    assertThat(readers.get(1).point("counter" + Attributes.of(NUMBER, 1L)).getStartEpochNanos())
        .isGreaterThanOrEqualTo(end);
  }

  @Test
  void theExemplarOfAnObservationIsSetBackWithTheClock() {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    final InMemoryMetricReader other = InMemoryMetricReader.create();
    provider =
        GlintMeterProvider.builder()
            .setClock(clock)
            .setExemplarFilter(ExemplarFilter.alwaysOn())
            .registerMetricReader(reader)
            .registerMetricReader(other)
            .build();
    final AtomicReference<Thread> collecting = new AtomicReference<>();
    provider
        .get("clock")
        .counterBuilder("observed")
        .buildWithCallback(
            observed -> {
              observed.record(1);
              if (collecting.get() == null) {
                clock.step(-3600 * SECOND);
                collecting.set(new Thread(other::collectAllMetrics));
                collecting.get().start();
                // It sets the time back, and then waits for its turn to run callbacks.
                while (collecting.get().getState() != Thread.State.TIMED_WAITING) {
                  Thread.onSpinWait();
                }
              }
            });
    clock.step(3600 * SECOND);
    assertThat(
            Readers.collect(reader, "observed")
                .getLongSumData()
                .getPoints()
                .iterator()
                .next()
                .getExemplars())
        .singleElement()
        .satisfies(exemplar -> assertThat(exemplar.getEpochNanos()).isEqualTo(clock.now()));
  }

  @ParameterizedTest
  @EnumSource(MemoryMode.class)
  void anExemplarThatStaysIsSetBackWithTheClock(MemoryMode mode) {
    final InMemoryMetricReader reader = InMemoryMetricReader.builder().setMemoryMode(mode).build();
    provider = GlintMeterProvider.builder().setClock(clock).registerMetricReader(reader).build();
    final DoubleHistogram histogram = provider.get("clock").histogramBuilder("histogram").build();
    clock.step(3600 * SECOND);
    reader.collectAllMetrics();
    for (final double value : new double[] {3, 40, 7}) {
      clock.advance(SECOND);
      histogram.record(value, Attributes.empty(), span((long) value, true));
    }
    // By bucket, and so in the order of value.
    assertThat(exemplars(reader)).containsExactly("3.0 at 3601", "7.0 at 3603", "40.0 at 3602");
    clock.step(-3600 * SECOND);
    clock.advance(60 * SECOND);
    assertThat(exemplars(reader)).containsExactly("3.0 at 1", "7.0 at 3", "40.0 at 2");
    histogram.record(4, Attributes.empty(), span(4, true));
    assertThat(exemplars(reader)).containsExactly("4.0 at 63", "7.0 at 3", "40.0 at 2");
  }

  /**
   * Value and time, in seconds since the clock was started, and checks that the span is its own.
   */
  private static List<String> exemplars(InMemoryMetricReader reader) {
    return Readers.collect(reader, "histogram")
        .getHistogramData()
        .getPoints()
        .iterator()
        .next()
        .getExemplars()
        .stream()
        .map(
            exemplar -> {
              assertThat(exemplar.getSpanContext())
                  .isEqualTo(Readers.spanContext((long) exemplar.getValue(), true));
              return exemplar.getValue() + " at " + (exemplar.getEpochNanos() - START) / SECOND;
            })
        .toList();
  }

  /** A reader whose points are looked at. */
  private final class Watched {
    private final InMemoryMetricReader reader;
    private final boolean isDelta;
    private final int periodSeconds;
    private final int phase;
    private final Map<String, LongPointData> latest = new HashMap<>();
    private long latestAhead;
    private int breaks;

    Watched(InMemoryMetricReader reader, boolean isDelta, int periodSeconds, int phase) {
      this.reader = reader;
      this.isDelta = isDelta;
      this.periodSeconds = periodSeconds;
      this.phase = phase;
    }

    LongPointData latest(String metric) {
      return latest.get(metric);
    }

    LongPointData point(String metric) {
      collect();
      return latest(metric);
    }

    /** Collects, and returns by how much the points are ahead of the wall clock. */
    long collect() {
      final long begun = clock.now();
      boolean isBroken = false;
      for (final MetricData metric : reader.collectAllMetrics()) {
        for (final LongPointData point : metric.getLongSumData().getPoints()) {
          isBroken |= check(metric.getName(), point);
          latestAhead = point.getEpochNanos() - begun;
        }
      }
      breaks += isBroken ? 1 : 0;
      return latestAhead;
    }

    /** Returns whether the windows do not tile. */
    private boolean check(String metric, LongPointData point) {
      final String key = metric + point.getAttributes();
      final LongPointData before = latest.put(key.replace("{}", ""), point);
      assertThat(point.getStartEpochNanos()).isLessThanOrEqualTo(point.getEpochNanos());
      for (final ExemplarData exemplar : point.getExemplars()) {
        assertThat(exemplar.getEpochNanos())
            .as("exemplar of " + key)
            .isBetween(point.getStartEpochNanos(), point.getEpochNanos());
      }
      if (before == null) {
        return false;
      }
      final long expectedStart = isDelta ? before.getEpochNanos() : before.getStartEpochNanos();
      if (point.getEpochNanos() >= before.getEpochNanos()) {
        assertThat(point.getStartEpochNanos()).as("start of " + key).isEqualTo(expectedStart);
        return false;
      }
      assertThat(before.getEpochNanos() - point.getEpochNanos())
          .as("time is set back only if it was far ahead")
          .isGreaterThan(MAX_AHEAD - 2 * MINUTE);
      if (isDelta) {
        assertThat(point.getEpochNanos() - point.getStartEpochNanos())
            .as("length of the window that is not a neighbour of the one before")
            .isBetween(1L, 2L * periodSeconds * SECOND);
      }
      return true;
    }
  }

  private static final class SettableClock implements Clock {
    private long nanoTime = 5;
    private long wallTime = START;
    private double pace = 1;

    void advance(long nanos) {
      nanoTime += nanos;
      wallTime += (long) (nanos * pace);
    }

    void step(long nanos) {
      wallTime += nanos;
    }

    @Override
    public long now() {
      return wallTime;
    }

    @Override
    public long nanoTime() {
      return nanoTime;
    }
  }
}
