package io.glint.it.fidelity;

import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import java.util.ArrayList;
import java.util.List;

/**
 * How all combinations of one run are recorded and read.
 *
 * @param threads how many record at once
 * @param isBound whether the instruments are bound to their attributes
 */
record Setup(
    Filter filter,
    AggregationTemporality temporality,
    ReaderKind reader,
    int threads,
    boolean isBound) {

  static List<Setup> all() {
    final List<Setup> all = new ArrayList<>();
    for (final Filter filter : Filter.values()) {
      for (final AggregationTemporality temporality : AggregationTemporality.values()) {
        for (final ReaderKind reader : ReaderKind.values()) {
          if (reader.supports(temporality)) {
            for (final int threads : new int[] {1, 8}) {
              all.add(new Setup(filter, temporality, reader, threads, /* isBound= */ false));
              all.add(new Setup(filter, temporality, reader, threads, /* isBound= */ true));
            }
          }
        }
      }
    }
    return all;
  }

  boolean isDelta() {
    return temporality == AggregationTemporality.DELTA;
  }
}
