package io.glint.it.fidelity;

import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.ExplicitBucketHistogramOptions;
import java.util.List;

/** What becomes of measurements. */
enum AggregationKind {
  SUM,
  LAST_VALUE,
  EXPLICIT_BUCKETS,
  BASE2_EXPONENTIAL;

  /** True if the aggregation makes sense for the instruments of a kind. */
  boolean suits(Kind kind) {
    return switch (this) {
      case SUM -> true;
      case LAST_VALUE -> kind.isGauge();
      case EXPLICIT_BUCKETS, BASE2_EXPONENTIAL -> !kind.isObservable();
    };
  }

  /** As {@link #suits}, as the stock SDK sees it; what does not suit is ignored there. */
  boolean suitsInStock(Kind kind) {
    return switch (this) {
      case SUM -> !kind.isGauge();
      case LAST_VALUE -> kind.isGauge();
      case EXPLICIT_BUCKETS, BASE2_EXPONENTIAL -> !kind.isObservable() && !kind.isSigned();
    };
  }

  Aggregation stock(List<Double> boundaries) {
    return switch (this) {
      case SUM -> Aggregation.sum();
      case LAST_VALUE -> Aggregation.lastValue();
      case EXPLICIT_BUCKETS ->
          Aggregation.explicitBucketHistogram(
              ExplicitBucketHistogramOptions.builder().setBucketBoundaries(boundaries).build());
      case BASE2_EXPONENTIAL -> Aggregation.base2ExponentialBucketHistogram();
    };
  }
}
