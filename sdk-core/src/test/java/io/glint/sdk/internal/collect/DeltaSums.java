package io.glint.sdk.internal.collect;

import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.reservoir.ReservoirSettings;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.internal.exemplar.ExemplarSampling;
import io.glint.sdk.internal.metric.InstrumentDescriptor;
import io.glint.sdk.internal.stream.StreamSettings;
import io.glint.sdk.internal.stream.SumStream;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.InstrumentValueType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;

/** Streams without an instrument, each with its collector, for tests of what is below. */
public final class DeltaSums {
  private DeltaSums() {}

  /** A counter of longs under delta temporality, without exemplars. */
  public static StreamCollector create(int cardinalityLimit) {
    return create(
        cardinalityLimit,
        new ExemplarSampling(CustomExemplarFilter.alwaysOff(), "sum", null, null));
  }

  /** The same, with one exemplar. */
  public static StreamCollector createSampled(int cardinalityLimit) {
    return create(
        cardinalityLimit,
        new ExemplarSampling(
            CustomExemplarFilter.alwaysOn(),
            "sum",
            ExemplarReservoirFactory.fixedSize(1),
            ReservoirSettings.create(1, () -> 1)));
  }

  private static StreamCollector create(int cardinalityLimit, ExemplarSampling sampling) {
    final StreamSettings settings =
        new StreamSettings(
            new InstrumentDescriptor(
                "sum", "", "", InstrumentType.COUNTER, InstrumentValueType.LONG),
            AggregationTemporality.DELTA,
            cardinalityLimit,
            sampling,
            Clock.getDefault(),
            0);
    return new SumCollector(new SumStream(settings), settings);
  }
}
