package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.GlintMeterProvider;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.Base2ExponentialHistogramOptions;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramBuckets;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.metrics.export.DefaultAggregationSelector;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Quantiles that are read off a base-2 exponential histogram, beside those that HdrHistogram finds
 * for the same values.
 */
@Timeout(120)
class ExponentialQuantilesTest {
  private static final int VALUES = 200_000;
  private static final int THREADS = 2;
  private static final int MAX_BUCKETS = 160;

  /** The most that HdrHistogram has. */
  private static final int SIGNIFICANT_DIGITS = 5;

  /** What HdrHistogram itself may be wrong by, and a little for the arithmetic of this test. */
  private static final double OF_HDR_HISTOGRAM = 1.1e-5;

  private static final double[] QUANTILES = {
    0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 1
  };

  /** All values are between 1e-6 and 1e6: HdrHistogram's range is bounded at this precision. */
  private enum Distribution {
    UNIFORM {
      @Override
      double draw(Random random) {
        return 1 + 999 * random.nextDouble();
      }
    },
    EXPONENTIAL {
      @Override
      double draw(Random random) {
        return 1e-3 - Math.log(1 - random.nextDouble()) * 0.05;
      }
    },
    /** Latencies, as services have them. */
    LOG_NORMAL {
      @Override
      double draw(Random random) {
        return 0.04 * Math.exp(random.nextGaussian());
      }
    },
    /** Has a tail so heavy that its mean does not exist. */
    PARETO {
      @Override
      double draw(Random random) {
        return Math.min(1e6, Math.pow(1 - random.nextDouble(), -1 / 0.9));
      }
    },
    /** Nothing lies between answers of a cache and of a disk. */
    TWO_PEAKS {
      @Override
      double draw(Random random) {
        return random.nextInt(10) == 0
            ? 8 + random.nextGaussian() * 0.2
            : 2e-4 * Math.exp(random.nextGaussian() * 0.1);
      }
    },
    /** So narrow that its scale is high. */
    NARROW {
      @Override
      double draw(Random random) {
        return 100 + random.nextDouble() * 0.01;
      }
    };

    abstract double draw(Random random);
  }

  @ParameterizedTest
  @EnumSource
  void quantilesAreWithinHalfABucketOfThoseOfHdrHistogram(Distribution distribution)
      throws Exception {
    final Random random = new Random(42);
    final double[] values =
        Stream.generate(() -> distribution.draw(random))
            .limit(VALUES)
            .mapToDouble(Double::doubleValue)
            .toArray();
    final org.HdrHistogram.DoubleHistogram expected =
        new org.HdrHistogram.DoubleHistogram(SIGNIFICANT_DIGITS);
    Arrays.stream(values).forEach(expected::recordValue);
    final ExponentialHistogramPointData point = record(values);

    assertThat(point.getCount()).isEqualTo(VALUES);
    final double base = Math.pow(2, Math.pow(2, -point.getScale()));
    // A point with fewer, larger buckets than there is room for would have a bound that is easily
    // kept: a bucket may be cut off at either end, and those of the next scale would not do.
    final double bucketsOfNextScale =
        Math.log(point.getMax() / point.getMin()) / Math.log(base) * 2;
    assertThat(bucketsOfNextScale).isGreaterThan(MAX_BUCKETS - 2);

    for (final double quantile : QUANTILES) {
      final double exact = expected.getValueAtPercentile(quantile * 100);
      final double tolerance = Math.sqrt(base) * (1 + OF_HDR_HISTOGRAM);
      assertThat(quantile(point, base, quantile))
          .as("quantile %s at scale %s", quantile, point.getScale())
          .isBetween(exact / tolerance, exact * tolerance);
    }
  }

  /** Several threads, so that cells are joined, and collections, so that totals are. */
  private static ExponentialHistogramPointData record(double[] values) throws Exception {
    final InMemoryMetricReader reader =
        InMemoryMetricReader.create(
            AggregationTemporalitySelector.alwaysCumulative(),
            DefaultAggregationSelector.getDefault()
                .with(
                    InstrumentType.HISTOGRAM,
                    Aggregation.base2ExponentialBucketHistogram(
                        Base2ExponentialHistogramOptions.builder()
                            .setMaxBuckets(MAX_BUCKETS)
                            .setMaxScale(20)
                            .build())));
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder().registerMetricReader(reader).build()) {
      final DoubleHistogram histogram = provider.get("test").histogramBuilder("values").build();
      final Thread[] threads = new Thread[THREADS];
      for (int t = 0; t < THREADS; t++) {
        final int first = t;
        threads[t] =
            new Thread(
                () -> {
                  for (int i = first; i < values.length; i += THREADS) {
                    histogram.record(values[i]);
                  }
                });
        threads[t].start();
      }
      while (Stream.of(threads).anyMatch(Thread::isAlive)) {
        reader.collectAllMetrics();
        Thread.sleep(1);
      }
      return reader
          .collectAllMetrics()
          .iterator()
          .next()
          .getExponentialHistogramData()
          .getPoints()
          .iterator()
          .next();
    }
  }

  /**
   * The geometric middle of the bucket that holds the value of this rank. No estimate has a smaller
   * error in the worst case: the square root of the base.
   */
  private static double quantile(ExponentialHistogramPointData point, double base, double q) {
    final ExponentialHistogramBuckets buckets = point.getPositiveBuckets();
    // As HdrHistogram has it: one less than a percentile whose arithmetic is not exact.
    final long rank = Math.max(1, (long) Math.ceil(Math.nextDown(q) * point.getCount()));
    long seen = 0;
    for (int i = 0; i < buckets.getBucketCounts().size(); i++) {
      seen += buckets.getBucketCounts().get(i);
      if (seen >= rank) {
        return Math.pow(base, buckets.getOffset() + i + 0.5);
      }
    }
    throw new AssertionError("There are " + seen + " values in buckets, not " + rank);
  }
}
