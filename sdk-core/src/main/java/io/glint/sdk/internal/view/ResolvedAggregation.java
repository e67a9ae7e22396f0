package io.glint.sdk.internal.view;

import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An aggregation with everything decided, from what a reader asks for and the instrument advises.
 *
 * @param boundaries of an explicit-bucket histogram; empty for the others
 * @param maxBuckets of a base-2 exponential histogram, for each sign; 0 for the others
 * @param maxScale of a base-2 exponential histogram; 0 for the others
 * @param recordsMinMax whether points of a histogram have a minimum and a maximum
 */
public record ResolvedAggregation(
    Kind kind, List<Double> boundaries, int maxBuckets, int maxScale, boolean recordsMinMax) {

  public enum Kind {
    DROP,
    SUM,
    LAST_VALUE,
    EXPLICIT_BUCKET_HISTOGRAM,
    BASE2_EXPONENTIAL_HISTOGRAM
  }

  /** SDK specification, "Explicit Bucket Histogram Aggregation". */
  public static final List<Double> DEFAULT_BOUNDARIES =
      List.of(
          0d, 5d, 10d, 25d, 50d, 75d, 100d, 250d, 500d, 750d, 1_000d, 2_500d, 5_000d, 7_500d,
          10_000d);

  private static final ResolvedAggregation DROP = simple(Kind.DROP);
  private static final ResolvedAggregation SUM = simple(Kind.SUM);
  private static final ResolvedAggregation LAST_VALUE = simple(Kind.LAST_VALUE);

  private static final Set<InstrumentType> GAUGES =
      Set.of(InstrumentType.GAUGE, InstrumentType.OBSERVABLE_GAUGE);
  private static final Set<InstrumentType> ASYNCHRONOUS =
      Set.of(
          InstrumentType.OBSERVABLE_COUNTER,
          InstrumentType.OBSERVABLE_UP_DOWN_COUNTER,
          InstrumentType.OBSERVABLE_GAUGE);

  // Written out: on JDK 17 the derived methods of a record keep its class loader alive permanently.

  @Override
  public boolean equals(Object object) {
    return object instanceof ResolvedAggregation other
        && kind == other.kind
        && boundaries.equals(other.boundaries)
        && maxBuckets == other.maxBuckets
        && maxScale == other.maxScale
        && recordsMinMax == other.recordsMinMax;
  }

  @Override
  public int hashCode() {
    return Objects.hash(kind, boundaries, maxBuckets, maxScale, recordsMinMax);
  }

  private static ResolvedAggregation simple(Kind kind) {
    return new ResolvedAggregation(kind, List.of(), 0, 0, false);
  }

  public static ResolvedAggregation explicitBuckets(
      List<Double> boundaries, boolean recordsMinMax) {
    return new ResolvedAggregation(Kind.EXPLICIT_BUCKET_HISTOGRAM, boundaries, 0, 0, recordsMinMax);
  }

  public static ResolvedAggregation exponential(
      int maxBuckets, int maxScale, boolean recordsMinMax) {
    return new ResolvedAggregation(
        Kind.BASE2_EXPONENTIAL_HISTOGRAM, List.of(), maxBuckets, maxScale, recordsMinMax);
  }

  /**
   * Resolves an aggregation of the stock SDK.
   *
   * @param advisedBoundaries what the instrument advises, or null; used where the aggregation is
   *     the default one
   * @return null if the aggregation makes no sense for instruments of this type
   * @throws IllegalArgumentException if the aggregation is not one that Glint knows
   */
  public static @Nullable ResolvedAggregation of(
      Aggregation aggregation, InstrumentType type, @Nullable List<Double> advisedBoundaries) {
    if (aggregation == Aggregation.defaultAggregation()) {
      return ofDefault(type, advisedBoundaries);
    }
    final ResolvedAggregation asked = known(aggregation);
    return asked.suits(type) ? asked : null;
  }

  private static ResolvedAggregation known(Aggregation aggregation) {
    if (aggregation == Aggregation.drop()) {
      return DROP;
    }
    if (aggregation == Aggregation.sum()) {
      return SUM;
    }
    return aggregation == Aggregation.lastValue()
        ? LAST_VALUE
        : StockAggregations.histogram(aggregation);
  }

  /** Throws if the aggregation is not one that Glint knows. */
  public static void requireKnown(Aggregation aggregation) {
    if (aggregation != Aggregation.defaultAggregation()) {
      known(aggregation);
    }
  }

  /**
   * SDK specification, "Measurement processing": a histogram of observations that are totals
   * already makes no sense, nor does the last of several increments.
   */
  private boolean suits(InstrumentType type) {
    return switch (kind) {
      case DROP, SUM -> true;
      case LAST_VALUE -> GAUGES.contains(type);
      case EXPLICIT_BUCKET_HISTOGRAM, BASE2_EXPONENTIAL_HISTOGRAM -> !ASYNCHRONOUS.contains(type);
    };
  }

  /** SDK specification, "Default Aggregation". */
  public static ResolvedAggregation ofDefault(
      InstrumentType type, @Nullable List<Double> advisedBoundaries) {
    return switch (type) {
      case COUNTER, UP_DOWN_COUNTER, OBSERVABLE_COUNTER, OBSERVABLE_UP_DOWN_COUNTER -> SUM;
      case GAUGE, OBSERVABLE_GAUGE -> LAST_VALUE;
      case HISTOGRAM ->
          explicitBuckets(
              advisedBoundaries != null ? advisedBoundaries : DEFAULT_BOUNDARIES,
              /* recordsMinMax= */ true);
    };
  }

  public double[] boundaryArray() {
    return boundaries.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** Number of buckets of an explicit-bucket histogram; 1 for the other aggregations. */
  public int bucketCount() {
    return boundaries.size() + 1;
  }

  /** Says what is wrong with boundaries that a user gave, or null if nothing is. */
  public static @Nullable String problemWith(double[] boundaries) {
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
