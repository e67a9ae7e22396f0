package io.glint.it.differential;

import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.Base2ExponentialHistogramOptions;
import io.opentelemetry.sdk.metrics.ExplicitBucketHistogramOptions;
import io.opentelemetry.sdk.metrics.InstrumentType;
import java.util.List;

/**
 * An aggregation with its options, as data.
 *
 * @param boundaries of an explicit-bucket histogram; null for the default ones
 * @param maxBuckets of an exponential histogram; 0 for the default options
 */
record AggregationSetup(
    Kind kind, List<Double> boundaries, int maxBuckets, int maxScale, boolean recordMinMax) {

  enum Kind {
    DEFAULT,
    DROP,
    SUM,
    LAST_VALUE,
    EXPLICIT,
    EXPONENTIAL
  }

  static final AggregationSetup DEFAULT = of(Kind.DEFAULT);

  static AggregationSetup of(Kind kind) {
    return new AggregationSetup(kind, null, 0, 0, true);
  }

  static AggregationSetup explicit(List<Double> boundaries, boolean recordMinMax) {
    return new AggregationSetup(Kind.EXPLICIT, boundaries, 0, 0, recordMinMax);
  }

  static AggregationSetup exponential(int maxBuckets, int maxScale, boolean recordMinMax) {
    return new AggregationSetup(Kind.EXPONENTIAL, null, maxBuckets, maxScale, recordMinMax);
  }

  boolean isHistogram() {
    return kind == Kind.EXPLICIT || kind == Kind.EXPONENTIAL;
  }

  /** True if the stock SDK applies it to instruments of this type. */
  boolean suitsInStock(InstrumentType type) {
    return switch (kind) {
      case DEFAULT, DROP -> true;
      case SUM -> type != InstrumentType.GAUGE && type != InstrumentType.OBSERVABLE_GAUGE;
      case LAST_VALUE -> type == InstrumentType.GAUGE || type == InstrumentType.OBSERVABLE_GAUGE;
      case EXPLICIT, EXPONENTIAL ->
          type == InstrumentType.COUNTER || type == InstrumentType.HISTOGRAM;
    };
  }

  Aggregation stock() {
    return switch (kind) {
      case DEFAULT -> Aggregation.defaultAggregation();
      case DROP -> Aggregation.drop();
      case SUM -> Aggregation.sum();
      case LAST_VALUE -> Aggregation.lastValue();
      case EXPLICIT ->
          boundaries == null
              ? Aggregation.explicitBucketHistogram()
              : Aggregation.explicitBucketHistogram(
                  ExplicitBucketHistogramOptions.builder()
                      .setBucketBoundaries(boundaries)
                      .setRecordMinMax(recordMinMax)
                      .build());
      case EXPONENTIAL ->
          maxBuckets == 0
              ? Aggregation.base2ExponentialBucketHistogram()
              : Aggregation.base2ExponentialBucketHistogram(
                  Base2ExponentialHistogramOptions.builder()
                      .setMaxBuckets(maxBuckets)
                      .setMaxScale(maxScale)
                      .setRecordMinMax(recordMinMax)
                      .build());
    };
  }

  String code() {
    return switch (kind) {
      case DEFAULT -> "defaultAggregation()";
      case DROP -> "drop()";
      case SUM -> "sum()";
      case LAST_VALUE -> "lastValue()";
      case EXPLICIT ->
          boundaries == null
              ? "explicitBucketHistogram()"
              : "explicitBucketHistogram(" + boundaries + ", recordMinMax=" + recordMinMax + ")";
      case EXPONENTIAL ->
          maxBuckets == 0
              ? "base2ExponentialBucketHistogram()"
              : "base2ExponentialBucketHistogram(maxBuckets="
                  + maxBuckets
                  + ", maxScale="
                  + maxScale
                  + ", recordMinMax="
                  + recordMinMax
                  + ")";
    };
  }
}
