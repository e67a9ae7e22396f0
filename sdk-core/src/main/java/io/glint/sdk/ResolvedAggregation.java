package io.glint.sdk;

import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * An aggregation with everything decided, from what a reader asks for and the instrument advises.
 *
 * @param boundaries of an explicit-bucket histogram; empty for the others
 * @param recordsMinMax whether points of a histogram have a minimum and a maximum
 */
record ResolvedAggregation(Kind kind, List<Double> boundaries, boolean recordsMinMax) {

  /** Base-2 exponential histograms will be a kind of their own. */
  enum Kind {
    DROP,
    SUM,
    LAST_VALUE,
    EXPLICIT_BUCKET_HISTOGRAM
  }

  /** SDK specification, "Explicit Bucket Histogram Aggregation". */
  static final List<Double> DEFAULT_BOUNDARIES =
      List.of(
          0d, 5d, 10d, 25d, 50d, 75d, 100d, 250d, 500d, 750d, 1_000d, 2_500d, 5_000d, 7_500d,
          10_000d);

  private static final ResolvedAggregation DROP = simple(Kind.DROP);
  private static final ResolvedAggregation SUM = simple(Kind.SUM);
  private static final ResolvedAggregation LAST_VALUE = simple(Kind.LAST_VALUE);

  private static final Set<InstrumentType> SUMMABLE =
      Set.of(
          InstrumentType.COUNTER,
          InstrumentType.UP_DOWN_COUNTER,
          InstrumentType.OBSERVABLE_COUNTER,
          InstrumentType.OBSERVABLE_UP_DOWN_COUNTER,
          InstrumentType.HISTOGRAM);
  private static final Set<InstrumentType> GAUGES =
      Set.of(InstrumentType.GAUGE, InstrumentType.OBSERVABLE_GAUGE);
  private static final Set<InstrumentType> NEVER_NEGATIVE =
      Set.of(InstrumentType.COUNTER, InstrumentType.HISTOGRAM);

  private static ResolvedAggregation simple(Kind kind) {
    return new ResolvedAggregation(kind, List.of(), false);
  }

  /**
   * Resolves an aggregation of the stock SDK.
   *
   * @param advisedBoundaries what the instrument advises, or null; used where the aggregation is
   *     the default one
   * @throws IllegalArgumentException if the aggregation is not one that Glint knows
   */
  static ResolvedAggregation of(
      Aggregation aggregation, InstrumentType type, List<Double> advisedBoundaries) {
    if (aggregation == Aggregation.drop()) {
      return DROP;
    }
    if (aggregation == Aggregation.sum() && SUMMABLE.contains(type)) {
      return SUM;
    }
    if (aggregation == Aggregation.lastValue() && GAUGES.contains(type)) {
      return LAST_VALUE;
    }
    final boolean isHistogram = StockAggregations.isExplicitBucketHistogram(aggregation);
    if (isHistogram && NEVER_NEGATIVE.contains(type)) {
      return new ResolvedAggregation(
          Kind.EXPLICIT_BUCKET_HISTOGRAM,
          StockAggregations.boundaries(aggregation),
          StockAggregations.recordsMinMax(aggregation));
    }
    if (isHistogram
        || aggregation == Aggregation.defaultAggregation()
        || aggregation == Aggregation.sum()
        || aggregation == Aggregation.lastValue()) {
      return ofDefault(type, advisedBoundaries);
    }
    throw new IllegalArgumentException(
        "Aggregation "
            + aggregation
            + " for instruments of type "
            + type
            + " is not supported. Use one of the aggregations drop, sum, lastValue,"
            + " explicitBucketHistogram or defaultAggregation");
  }

  /** SDK specification, "Default Aggregation". */
  private static ResolvedAggregation ofDefault(
      InstrumentType type, List<Double> advisedBoundaries) {
    return switch (type) {
      case COUNTER, UP_DOWN_COUNTER, OBSERVABLE_COUNTER, OBSERVABLE_UP_DOWN_COUNTER -> SUM;
      case GAUGE, OBSERVABLE_GAUGE -> LAST_VALUE;
      case HISTOGRAM ->
          new ResolvedAggregation(
              Kind.EXPLICIT_BUCKET_HISTOGRAM,
              advisedBoundaries != null ? advisedBoundaries : DEFAULT_BOUNDARIES,
              /* recordsMinMax= */ true);
    };
  }

  double[] boundaryArray() {
    return boundaries.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** Number of histogram buckets; 1 for the other aggregations. */
  int bucketCount() {
    return boundaries.size() + 1;
  }

  /** Says what is wrong with boundaries that a user gave, or null if nothing is. */
  static String problemWith(double[] boundaries) {
    for (int i = 0; i < boundaries.length; i++) {
      if (Double.isNaN(boundaries[i]) || Double.isInfinite(boundaries[i])) {
        return "boundary " + boundaries[i] + " is not a finite number";
      }
      if (i > 0 && !(boundaries[i - 1] < boundaries[i])) {
        return "boundaries are not strictly increasing: " + Arrays.toString(boundaries);
      }
    }
    return null;
  }
}
