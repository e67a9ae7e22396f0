package io.glint.examples.webstore.watch;

import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** A histogram summed over its series, and the quantiles that its buckets allow. */
public final class Distribution {

  public static final Distribution EMPTY =
      new Distribution(List.of(), new long[1], Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);

  private final List<Double> boundaries;
  private final long[] counts;
  private final double min;
  private final double max;

  private Distribution(List<Double> boundaries, long[] counts, double min, double max) {
    this.boundaries = boundaries;
    this.counts = counts;
    this.min = min;
    this.max = max;
  }

  static Distribution of(Collection<HistogramPointData> points) {
    Distribution sum = EMPTY;
    for (final HistogramPointData point : points) {
      sum =
          sum.plus(
              new Distribution(
                  point.getBoundaries(),
                  point.getCounts().stream().mapToLong(Long::longValue).toArray(),
                  point.hasMin() ? point.getMin() : Double.POSITIVE_INFINITY,
                  point.hasMax() ? point.getMax() : Double.NEGATIVE_INFINITY));
    }
    return sum;
  }

  Distribution plus(Distribution other) {
    if (other.count() == 0) {
      return this;
    }
    if (count() == 0) {
      return other;
    }
    if (!boundaries.equals(other.boundaries)) {
      throw new IllegalArgumentException("Histograms with different boundaries cannot be summed");
    }
    final long[] sums = counts.clone();
    Arrays.setAll(sums, bucket -> sums[bucket] + other.counts[bucket]);
    return new Distribution(boundaries, sums, Math.min(min, other.min), Math.max(max, other.max));
  }

  public long count() {
    return Arrays.stream(counts).sum();
  }

  /** By bucket; a single zero if nothing was recorded. */
  List<Long> counts() {
    return Arrays.stream(counts).boxed().toList();
  }

  /** NaN if nothing was recorded. */
  public double max() {
    return count() == 0 ? Double.NaN : max;
  }

  /**
   * The value below which this share of the measurements lies, taking them to be spread evenly
   * within a bucket, and the outermost buckets to end at the least and greatest measurement. NaN if
   * nothing was recorded.
   */
  public double quantile(double share) {
    final double rank = share * count();
    double below = 0;
    for (int bucket = 0; bucket < counts.length; bucket++) {
      final long inBucket = counts[bucket];
      if (inBucket > 0 && below + inBucket >= rank) {
        final double from = bucket == 0 ? min : Math.max(min, boundaries.get(bucket - 1));
        final double to = bucket == boundaries.size() ? max : Math.min(max, boundaries.get(bucket));
        return from + (to - from) * (rank - below) / inBucket;
      }
      below += inBucket;
    }
    return Double.NaN;
  }
}
