package io.glint.sdk;

import static io.glint.sdk.Readers.span;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.reservoir.ExemplarReservoirFactory;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Which measurement becomes an exemplar is a fair choice also where threads meet in a series, so
 * that it has several cells, each with a reservoir, which collections join.
 */
@Tag("long")
class UniformAmongThreadsTest {
  /** Measurements of each thread in an interval. Not equal, or unfair joins might seem fair. */
  private static final int[] RECORDS = {1000, 3000};

  private static final int THREADS = RECORDS.length;

  /** Measurements that were made one after the other are counted together, so many of them. */
  private static final int GROUP = 40;

  private static final int GROUPS = IntStream.of(RECORDS).sum() / GROUP;
  private static final int INTERVALS = 5_000;

  /** Of the values: all are in one bucket, and in one octave. */
  private static final int LOWEST = 4097;

  private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(60);

  /** Exceeded by one run in a thousand, by two in a row by one in a million. */
  private static final double UNLIKELY = chiSquareQuantile(GROUPS - 1, 3.0902);

  private enum Reservoir {
    ALIGNED(1),
    FIXED_SIZE(3),
    OCTAVE_ALIGNED(1);

    private final int size;

    Reservoir(int size) {
      this.size = size;
    }

    private ExemplarReservoirFactory factory() {
      return switch (this) {
        case ALIGNED -> ExemplarReservoirFactory.alignedHistogramBucket();
        case FIXED_SIZE -> ExemplarReservoirFactory.fixedSize(size);
        case OCTAVE_ALIGNED -> ExemplarReservoirFactory.octaveAligned();
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void everyMeasurementOfEveryThreadHasTheSameChance(Reservoir reservoir) throws Exception {
    double statistic = statistic(choices(reservoir));
    if (statistic > UNLIKELY) {
      // The system decides which cell a measurement goes to, so that no seed fixes what comes out.
      statistic = statistic(choices(reservoir));
    }
    assertThat(statistic).isLessThan(UNLIKELY);
  }

  /** How often the exemplar was of each group: of the first thread, of the second and so on. */
  private static long[] choices(Reservoir reservoir) throws Exception {
    final ExemplarReservoirFactory factory = reservoir.factory();
    final AtomicInteger reservoirs = new AtomicInteger();
    final InMemoryMetricReader reader =
        InMemoryMetricReader.builder()
            .setAggregationTemporalitySelector(type -> AggregationTemporality.DELTA)
            .build();
    final long[] choices = new long[GROUPS];
    final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .registerMetricReader(reader)
            .registerView(
                InstrumentSelector.builder().setName("*").build(),
                GlintView.builder()
                    .setExemplarReservoir(
                        settings -> {
                          reservoirs.incrementAndGet();
                          return factory.create(settings);
                        })
                    .build())
            .build()) {
      final DoubleHistogram histogram =
          provider
              .get("m")
              .histogramBuilder("h")
              .setExplicitBucketBoundariesAdvice(List.of(10_000.0))
              .build();
      final AtomicInteger begun = new AtomicInteger();
      final AtomicInteger ended = new AtomicInteger();
      final List<Future<?>> recorders =
          IntStream.range(0, THREADS)
              .<Future<?>>mapToObj(
                  thread ->
                      threads.submit(
                          () -> {
                            final Context context = span(1, true);
                            final int first = thread == 0 ? 0 : RECORDS[0];
                            for (int interval = 1; interval <= INTERVALS; interval++) {
                              // Threads that are woken one after the other would not meet.
                              waitUntil(begun, interval, Thread::onSpinWait);
                              for (int i = first; i < first + RECORDS[thread]; i++) {
                                histogram.record(LOWEST + i, Attributes.empty(), context);
                              }
                              ended.getAndIncrement();
                            }
                          }))
              .toList();
      for (int interval = 1; interval <= INTERVALS; interval++) {
        begun.set(interval);
        waitUntil(ended, interval * THREADS, () -> LockSupport.parkNanos(1));
        final List<? extends ExemplarData> exemplars = exemplars(reader);
        assertThat(exemplars).hasSize(reservoir.size);
        for (final ExemplarData exemplar : exemplars) {
          choices[((int) ((DoubleExemplarData) exemplar).getValue() - LOWEST) / GROUP]++;
        }
      }
      for (final Future<?> recorder : recorders) {
        recorder.get(30, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
    return choices;
  }

  private static void waitUntil(AtomicInteger counter, int value, Runnable idle) {
    final long start = System.nanoTime();
    while (counter.get() < value) {
      if (System.nanoTime() - start > DEADLINE_NANOS) {
        throw new IllegalStateException("waited in vain for " + value);
      }
      idle.run();
    }
  }

  private static List<? extends ExemplarData> exemplars(InMemoryMetricReader reader) {
    return reader
        .collectAllMetrics()
        .iterator()
        .next()
        .getHistogramData()
        .getPoints()
        .iterator()
        .next()
        .getExemplars();
  }

  /** Pearson's, against equal chances. */
  private static double statistic(long[] choices) {
    long total = 0;
    for (final long count : choices) {
      total += count;
    }
    final double expected = (double) total / choices.length;
    double statistic = 0;
    for (final long count : choices) {
      statistic += (count - expected) * (count - expected) / expected;
    }
    return statistic;
  }

  /** By Wilson and Hilferty, good to a few thousandths for so many degrees of freedom. */
  private static double chiSquareQuantile(int degreesOfFreedom, double normalQuantile) {
    final double a = 2.0 / (9 * degreesOfFreedom);
    final double root = 1 - a + normalQuantile * Math.sqrt(a);
    return degreesOfFreedom * root * root * root;
  }
}
