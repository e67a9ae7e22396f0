package io.glint.it.fidelity;

import io.opentelemetry.context.Context;

/** Makes a measurement, by whatever instrument. */
@FunctionalInterface
interface Recorder {
  /**
   * Makes a measurement.
   *
   * @param value in the unit of the instrument; an integer if it takes those only
   * @param series whose attributes to record with
   * @param context null for the call without a context
   */
  void record(double value, int series, Context context);
}
