package io.glint.bench;

import io.opentelemetry.sdk.metrics.Aggregation;

/** What a reader makes of histograms. */
public enum HistogramKind {
  /** Explicit buckets, those of the instrument. */
  EXPLICIT,

  /** Base-2 exponential buckets, with the default options. */
  EXPONENTIAL;

  Aggregation aggregation() {
    return switch (this) {
      case EXPLICIT -> Aggregation.defaultAggregation();
      case EXPONENTIAL -> Aggregation.base2ExponentialBucketHistogram();
    };
  }
}
