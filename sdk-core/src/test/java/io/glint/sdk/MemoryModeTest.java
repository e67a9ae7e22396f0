package io.glint.sdk;

import static io.glint.sdk.Readers.span;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.data.LongPoint;
import io.glint.sdk.internal.data.PointPool;
import io.glint.sdk.internal.data.Points;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.time.TestClock;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Readers whose memory mode is {@code REUSABLE_DATA}, beside those that keep what they get. */
class MemoryModeTest {
  private static final int SERIES = 1_000;
  private static final AttributeKey<Long> KEY = AttributeKey.longKey("key");
  private static final Attributes[] ATTRIBUTES =
      IntStream.range(0, SERIES)
          .mapToObj(i -> Attributes.of(KEY, (long) i))
          .toArray(Attributes[]::new);

  /** Each in a bucket of its own. */
  private static final double[] VALUES = {
    3, 7, 20, 30, 60, 80, 200, 300, 600, 800, 2000, 3000, 6000, 8000, 20_000
  };

  private final TestClock clock = TestClock.create();
  private GlintMeterProvider provider;

  @AfterEach
  void close() {
    if (provider != null) {
      provider.close();
    }
  }

  private Meter meter(ModeReader... readers) {
    return meter(clock, readers);
  }

  private Meter meter(Clock clock, ModeReader... readers) {
    provider = provider(clock, readers);
    return provider.get("memory");
  }

  private static GlintMeterProvider provider(Clock clock, ModeReader... readers) {
    final GlintMeterProviderBuilder builder =
        GlintMeterProvider.builder()
            .setClock(clock)
            .setExemplarFilter(ExemplarFilter.alwaysOn())
            .registerView(
                InstrumentSelector.builder().setName("exponential").build(),
                GlintView.builder()
                    .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                    .build());
    for (final ModeReader reader : readers) {
      builder.registerMetricReader(reader);
    }
    return builder.build();
  }

  /** Records something else in each round into an instrument of each kind. */
  private static void record(Meter meter, int round) {
    final Context context = span(round + 1, true);
    for (int i = 0; i < 3 + round % 2; i++) {
      final Attributes attributes = ATTRIBUTES[(i + round) % 5];
      meter.counterBuilder("long").build().add(round, attributes, context);
      meter.upDownCounterBuilder("double").ofDoubles().build().add(-round, attributes, context);
      meter.gaugeBuilder("gauge").build().set(i * round, attributes, context);
      meter.histogramBuilder("histogram").build().record(10 * i * round, attributes, context);
      meter.histogramBuilder("exponential").build().record(Math.pow(10, i), attributes, context);
    }
  }

  /** Into others than in the round before. */
  private static void recordIntoThreeBuckets(Meter meter, int round) {
    final DoubleHistogram histogram = meter.histogramBuilder("histogram").build();
    for (int i = 0; i < 3; i++) {
      final double value = VALUES[(round + 4 * i) % VALUES.length];
      histogram.record(value, ATTRIBUTES[5], span(100 + round + i, true));
    }
  }

  @ParameterizedTest
  @EnumSource(AggregationTemporality.class)
  void whatIsReusedEqualsWhatIsMadeAnew(AggregationTemporality temporality) {
    final ModeReader reusing = new ModeReader(MemoryMode.REUSABLE_DATA, temporality);
    final ModeReader keeping = new ModeReader(MemoryMode.IMMUTABLE_DATA, temporality);
    final Meter meter = meter(reusing, keeping);
    meter
        .counterBuilder("observed")
        .buildWithCallback(
            counter -> {
              for (int i = 0; i < 1 + clock.now() / 1_000_000_000L % 3; i++) {
                counter.record(clock.now(), ATTRIBUTES[i]);
              }
            });
    for (int round = 0; round < 10; round++) {
      record(meter, round);
      clock.advance(Duration.ofSeconds(1));
      final List<MetricData> kept = new ArrayList<>(keeping.collect());
      final Collection<MetricData> reused = reusing.collect();
      assertThat(reused).hasSize(6).containsExactlyElementsOf(kept);
      assertThat(kept).containsExactlyElementsOf(reused);
    }
  }

  @ParameterizedTest
  @EnumSource(AggregationTemporality.class)
  void exemplarsThatAreOverwrittenEqualThoseThatAreMadeAnew(AggregationTemporality temporality) {
    final ModeReader reusing = new ModeReader(MemoryMode.REUSABLE_DATA, temporality);
    final ModeReader keeping = new ModeReader(MemoryMode.IMMUTABLE_DATA, temporality);
    final Meter meter = meter(reusing);
    try (GlintMeterProvider other = provider(clock, keeping)) {
      for (int round = 0; round < 20; round++) {
        record(meter, round);
        recordIntoThreeBuckets(meter, round);
        record(other.get("memory"), round);
        recordIntoThreeBuckets(other.get("memory"), round);
        clock.advance(Duration.ofSeconds(1));
        final List<MetricData> kept = new ArrayList<>(keeping.collect());
        assertThat(reusing.collect()).hasSize(5).containsExactlyElementsOf(kept);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(AggregationTemporality.class)
  void noExemplarIsEarlierThanItsPoint(AggregationTemporality temporality) {
    for (final MemoryMode mode : MemoryMode.values()) {
      final ModeReader reader = new ModeReader(mode, temporality);
      try (GlintMeterProvider provider = provider(new FastWallClock(1_000_000_000), reader)) {
        final LongCounter counter = provider.get("memory").counterBuilder("counter").build();
        for (int round = 1; round <= 3; round++) {
          counter.add(1, ATTRIBUTES[0], span(round, true));
          final PointData point =
              reader.collect().iterator().next().getData().getPoints().iterator().next();
          assertThat(point.getExemplars()).isNotEmpty();
          assertThat(point.getExemplars())
              .allSatisfy(
                  exemplar ->
                      assertThat(exemplar.getEpochNanos())
                          .isBetween(point.getStartEpochNanos(), point.getEpochNanos()));
        }
      }
    }
  }

  @Test
  void whatIsKeptStaysAsItIs() {
    final ModeReader keeping =
        new ModeReader(MemoryMode.IMMUTABLE_DATA, AggregationTemporality.CUMULATIVE);
    final Meter meter = meter(keeping);
    record(meter, 1);
    final Collection<MetricData> first = keeping.collect();
    final String before = first.toString();
    record(meter, 2);
    assertThat(keeping.collect().toString()).isNotEqualTo(before);
    assertThat(first.toString()).isEqualTo(before);
  }

  @Test
  void whatAReusingReaderHoldsIsNotChangedByAnotherReader() {
    final ModeReader one =
        new ModeReader(MemoryMode.REUSABLE_DATA, AggregationTemporality.CUMULATIVE);
    final ModeReader two =
        new ModeReader(MemoryMode.REUSABLE_DATA, AggregationTemporality.CUMULATIVE);
    final Meter meter = meter(one, two);
    record(meter, 1);
    final Collection<MetricData> held = one.collect();
    final String before = held.toString();
    record(meter, 2);
    assertThat(two.collect().toString()).isNotEqualTo(before);
    assertThat(held.toString()).isEqualTo(before);
    assertThat(one.collect().toString()).isNotEqualTo(before);
  }

  @Test
  void pointsAreTheSameObjectsAgain() {
    final ModeReader reader =
        new ModeReader(MemoryMode.REUSABLE_DATA, AggregationTemporality.CUMULATIVE);
    final Meter meter = meter(reader);
    record(meter, 1);
    final MetricData metric = reader.collect().iterator().next();
    final PointData point = metric.getData().getPoints().iterator().next();
    record(meter, 2);
    final MetricData again = reader.collect().iterator().next();
    assertThat(again).isSameAs(metric);
    assertThat((PointData) again.getData().getPoints().iterator().next()).isSameAs(point);
  }

  @ParameterizedTest
  @EnumSource(AggregationTemporality.class)
  void aSteadyCollectionAllocatesNothingThatGrowsWithTheNumberOfSeries(
      AggregationTemporality temporality) {
    final ModeReader reader = new ModeReader(MemoryMode.REUSABLE_DATA, temporality);
    final Meter meter = meter(new FastWallClock(1000), reader);
    final LongCounter counter = meter.counterBuilder("counter").build();
    final DoubleHistogram histogram = meter.histogramBuilder("histogram").build();
    final DoubleHistogram exponential = meter.histogramBuilder("exponential").build();
    final long[] withNewExemplars = new long[50];
    for (int round = 0; round < withNewExemplars.length; round++) {
      final Context context = span(1 + round, true);
      for (int i = 0; i < SERIES; i++) {
        counter.add(i, ATTRIBUTES[i], context);
        histogram.record(i, ATTRIBUTES[i], context);
        exponential.record(i, ATTRIBUTES[i], context);
      }
      withNewExemplars[round] = allocated(reader::collect);
    }
    final long[] withNothingNew = new long[50];
    for (int round = 0; round < withNothingNew.length; round++) {
      withNothingNew[round] = allocated(reader::collect);
    }
    assertThat(median(withNewExemplars)).isLessThan(SERIES);
    assertThat(median(withNothingNew)).isLessThan(SERIES);
  }

  @ParameterizedTest
  @EnumSource(AggregationTemporality.class)
  void aSteadyCollectionOfObservationsAllocatesNothingThatGrowsWithTheirNumber(
      AggregationTemporality temporality) {
    final ModeReader reader = new ModeReader(MemoryMode.REUSABLE_DATA, temporality);
    provider =
        GlintMeterProvider.builder()
            .setCallbackTimeout(Duration.ZERO)
            .registerMetricReader(reader)
            .build();
    final long[] total = new long[1];
    // Two callbacks, so that each series has two sources; some sets are observed in some rounds.
    for (int callback = 0; callback < 2; callback++) {
      final int offset = callback;
      provider
          .get("memory")
          .counterBuilder("counter")
          .buildWithCallback(
              counter -> {
                total[0]++;
                for (int i = 0; i < SERIES - total[0] % 10; i++) {
                  counter.record(total[0] + offset, ATTRIBUTES[i]);
                }
              });
    }
    final long[] samples = new long[50];
    for (int round = 0; round < samples.length; round++) {
      samples[round] = allocated(reader::collect);
    }
    // A run of a callback has its price; an object for each observation would take 32,000 bytes.
    assertThat(median(samples)).isLessThan(4 * SERIES);
  }

  private static long median(long[] samples) {
    return Arrays.stream(samples).sorted().toArray()[samples.length / 2];
  }

  private static long allocated(Runnable task) {
    final var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    final long before = threads.getCurrentThreadAllocatedBytes();
    task.run();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  @Test
  void aLargeCollectionLeavesNoLargePoolBehind() {
    final PointPool buffer = new PointPool(true);
    for (int i = 0; i < 100_000; i++) {
      buffer.add(LongPoint::new);
    }
    buffer.end(points -> new Points.Gauge<>(points));
    final LongPoint first = new ArrayList<>(List.of(first(buffer))).get(0);
    assertThat(buffer.pooled()).isEqualTo(16);
    assertThat(first(buffer)).isSameAs(first);
  }

  private static LongPoint first(PointPool buffer) {
    buffer.begin();
    final LongPoint first = buffer.add(LongPoint::new);
    buffer.end(points -> new Points.Gauge<>(points));
    return first;
  }

  /** Its wall time runs ahead of its monotonic time, so that series begin after their exemplars. */
  private static final class FastWallClock implements Clock {
    private final AtomicLong readings = new AtomicLong();
    private final long lead;

    /**
     * Makes a clock.
     *
     * @param lead by how many nanoseconds more it is ahead of {@code nanoTime} at each reading
     */
    FastWallClock(long lead) {
      this.lead = lead;
    }

    @Override
    public long now() {
      return 1_000_000_000_000_000_000L + System.nanoTime() + lead * readings.incrementAndGet();
    }

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }
  }
}
