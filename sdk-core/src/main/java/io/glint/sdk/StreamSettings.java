package io.glint.sdk;

import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;

/**
 * What all streams have in common.
 *
 * @param instrument as messages name it
 * @param metric name and description as they are exported, which a view may have set
 * @param attributeFilter null if all attributes are kept
 * @param creationEpochNanos when the instrument was created
 */
record StreamSettings(
    InstrumentDescriptor instrument,
    MetricIdentity metric,
    AttributeFilter attributeFilter,
    AggregationTemporality temporality,
    int cardinalityLimit,
    ExemplarSampling sampling,
    Clock clock,
    long creationEpochNanos) {

  /** Settings of a stream that no view has changed. */
  StreamSettings(
      InstrumentDescriptor instrument,
      AggregationTemporality temporality,
      int cardinalityLimit,
      ExemplarSampling sampling,
      Clock clock,
      long creationEpochNanos) {
    this(
        instrument,
        MetricIdentity.of(instrument),
        /* attributeFilter= */ null,
        temporality,
        cardinalityLimit,
        sampling,
        clock,
        creationEpochNanos);
  }
}
