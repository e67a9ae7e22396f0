package io.glint.bench.builds;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;

/** A cumulative reader that never collects. */
final class IdleReader implements MetricReader {
  private final boolean isExponential;

  IdleReader(boolean isExponential) {
    this.isExponential = isExponential;
  }

  @Override
  public void register(CollectionRegistration registration) {}

  @Override
  public Aggregation getDefaultAggregation(InstrumentType type) {
    return isExponential
        ? Aggregation.base2ExponentialBucketHistogram()
        : Aggregation.explicitBucketHistogram();
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType type) {
    return AggregationTemporality.CUMULATIVE;
  }

  @Override
  public CompletableResultCode forceFlush() {
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode shutdown() {
    return CompletableResultCode.ofSuccess();
  }
}
