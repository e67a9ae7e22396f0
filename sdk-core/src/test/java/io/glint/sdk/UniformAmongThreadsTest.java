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
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Which measurement becomes an exemplar is a fair choice also where threads meet in a series, so
 * that it has several cells, each with a reservoir, which collections join.
 */
class UniformAmongThreadsTest {
  private static final int THREADS = 4;
  private static final int RECORDS = 25;
  private static final int MEASUREMENTS = THREADS * RECORDS;
  private static final int INTERVALS = 10_000;

  /** Exceeded by one run in a thousand, by two in a row by one in a million. */
  private static final double UNLIKELY = chiSquareQuantile(MEASUREMENTS - 1, 3.0902);

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

  /** How often each measurement was the exemplar: of the first thread, of the second and so on. */
  private static long[] choices(Reservoir reservoir) throws Exception {
    final ExemplarReservoirFactory factory = reservoir.factory();
    final AtomicInteger reservoirs = new AtomicInteger();
    final InMemoryMetricReader reader =
        InMemoryMetricReader.builder()
            .setAggregationTemporalitySelector(type -> AggregationTemporality.DELTA)
            .build();
    final long[] choices = new long[MEASUREMENTS];
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
      // All values are in one bucket, and one octave.
      final DoubleHistogram histogram =
          provider
              .get("m")
              .histogramBuilder("h")
              .setExplicitBucketBoundariesAdvice(List.of(5000.0))
              .build();
      final CyclicBarrier start = new CyclicBarrier(THREADS + 1);
      final CyclicBarrier end = new CyclicBarrier(THREADS + 1);
      final List<Future<?>> recorders =
          IntStream.range(0, THREADS)
              .<Future<?>>mapToObj(
                  thread ->
                      threads.submit(
                          () -> {
                            final Context context = span(1, true);
                            for (int interval = 0; interval < INTERVALS; interval++) {
                              start.await(30, TimeUnit.SECONDS);
                              for (int i = 0; i < RECORDS; i++) {
                                histogram.record(
                                    3000 + thread * RECORDS + i, Attributes.empty(), context);
                              }
                              end.await(30, TimeUnit.SECONDS);
                            }
                            return null;
                          }))
              .toList();
      for (int interval = 0; interval < INTERVALS; interval++) {
        start.await(30, TimeUnit.SECONDS);
        end.await(30, TimeUnit.SECONDS);
        final List<? extends ExemplarData> exemplars = exemplars(reader);
        assertThat(exemplars).hasSize(reservoir.size);
        for (final ExemplarData exemplar : exemplars) {
          choices[(int) ((DoubleExemplarData) exemplar).getValue() - 3000]++;
        }
      }
      for (final Future<?> recorder : recorders) {
        recorder.get(30, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
    // One of each cell, and the one that joins them.
    assertThat(reservoirs.get()).as("threads have met").isGreaterThan(2);
    return choices;
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
