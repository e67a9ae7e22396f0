package io.glint.micrometer;

import io.glint.sdk.GlintMeterProvider;
import io.opentelemetry.api.common.Attributes;

/** The series that one meter records into. Thread-safe. */
final class RecordedSeries {
  final Attributes attributes;
  private final Object instrument;
  private volatile boolean isRemoved;

  RecordedSeries(Object instrument, Attributes attributes) {
    this.instrument = instrument;
    this.attributes = attributes;
    // It may still be there, of a meter that was removed just now.
    var unused = GlintMeterProvider.setSeriesRemovable(instrument, attributes, false);
  }

  /** False for what an instrument drops and reports; who reads the meter is not to see it. */
  static boolean isAmount(double amount) {
    return amount >= 0 && amount <= Double.MAX_VALUE;
  }

  boolean isRemoved() {
    return isRemoved;
  }

  void remove() {
    isRemoved = true;
    // In vain if it is not one of Glint's: its series stays, and is not recorded into.
    var unused = GlintMeterProvider.setSeriesRemovable(instrument, attributes, true);
  }
}
