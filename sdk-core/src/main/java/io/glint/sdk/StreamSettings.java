package io.glint.sdk;

import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;

/**
 * What all streams have in common.
 *
 * @param creationEpochNanos when the instrument was created
 */
record StreamSettings(
    InstrumentDescriptor instrument,
    AggregationTemporality temporality,
    int cardinalityLimit,
    ExemplarSampling sampling,
    Clock clock,
    long creationEpochNanos) {}
