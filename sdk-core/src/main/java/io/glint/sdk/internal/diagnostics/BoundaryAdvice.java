package io.glint.sdk.internal.diagnostics;

import io.glint.sdk.internal.exemplar.ExemplarCounts;
import io.glint.sdk.internal.metric.InstrumentDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * Sees whether the default boundaries suit a histogram. They are meant for durations in
 * milliseconds; those in seconds are all in the bucket from 0 to 5, those in nanoseconds all in the
 * last one.
 */
final class BoundaryAdvice {
  /** With fewer values it may be chance. */
  private static final long FEW = 20;

  /** What may be elsewhere if nearly all are in one bucket: one in so many. */
  private static final long FEW_ELSEWHERE = 20;

  private BoundaryAdvice() {}

  /** What to set; null if there is nothing to say. */
  static @Nullable String of(InstrumentDescriptor metric, ExemplarCounts tally) {
    if (tally.measurements < FEW) {
      return null;
    }
    if (isNearlyAll(tally.lowest, tally)) {
      return text(metric, tally.lowest, tally, "from 0 to 5");
    }
    return isNearlyAll(tally.highest, tally)
        ? text(metric, tally.highest, tally, "above 10000")
        : null;
  }

  private static boolean isNearlyAll(long inBucket, ExemplarCounts tally) {
    return inBucket >= tally.measurements - tally.measurements / FEW_ELSEWHERE;
  }

  private static String text(
      InstrumentDescriptor metric, long inBucket, ExemplarCounts tally, String bucket) {
    return inBucket
        + " of "
        + tally.measurements
        + " values are in one bucket, that "
        + bucket
        + ": the default boundaries, which are for milliseconds, do not suit "
        + (metric.unit().isEmpty() ? "them" : "the unit '" + metric.unit() + "'")
        + ". Set others: setExplicitBucketBoundariesAdvice("
        + (metric.unit().equals("s")
            ? "List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5,"
                + " 10.0)"
            : "boundaries")
        + ") of the histogram's builder, or a view with"
        + " Aggregation.explicitBucketHistogram(boundaries) or"
        + " Aggregation.base2ExponentialBucketHistogram().";
  }
}
