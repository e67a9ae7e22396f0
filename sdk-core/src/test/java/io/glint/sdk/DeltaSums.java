package io.glint.sdk;

import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.InstrumentValueType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;

/** Streams without an instrument, for tests of what is below. */
final class DeltaSums {
  private DeltaSums() {}

  /** A counter of longs under delta temporality, without exemplars. */
  static SumStream create(int cardinalityLimit) {
    return new SumStream(
        new StreamSettings(
            new InstrumentDescriptor(
                "sum", "", "", InstrumentType.COUNTER, InstrumentValueType.LONG),
            AggregationTemporality.DELTA,
            cardinalityLimit,
            new ExemplarSampling(ExemplarFilter.alwaysOff(), "sum", null, null),
            Clock.getDefault(),
            0));
  }
}
