package io.glint.micrometer;

import io.glint.sdk.GlintMeterProvider;
import io.micrometer.core.instrument.Meter;
import io.opentelemetry.api.common.Attributes;
import java.util.Map;

/** The series that one meter records into. Thread-safe. */
final class RecordedSeries {
  final Attributes attributes;
  private final Object instrument;
  private final Meter.Id id;
  private final Map<Meter.Id, RecordedSeries> all;
  private volatile boolean isRemoved;

  /**
   * Begins the series, or goes on with that of a meter of the same id that was removed just now.
   *
   * @param all those of the registry whose meters are not removed; concurrent
   */
  RecordedSeries(
      Map<Meter.Id, RecordedSeries> all, Meter.Id id, Object instrument, Attributes attributes) {
    this.all = all;
    this.id = id;
    this.instrument = instrument;
    this.attributes = attributes;
    all.compute(
        id,
        (same, before) -> {
          setRemovable(false);
          return this;
        });
  }

  /** False for what an instrument drops and reports; who reads the meter is not to see it. */
  static boolean isAmount(double amount) {
    return amount >= 0 && amount <= Double.MAX_VALUE;
  }

  boolean isRemoved() {
    return isRemoved;
  }

  /** Ends the series. */
  void remove() {
    isRemoved = true;
    end();
  }

  /**
   * To be called after each recording. If the meter was removed in the middle of it, the series may
   * have ended before the recording came to it, and has begun again then.
   */
  void recorded() {
    if (isRemoved) {
      end();
    }
  }

  /** Ends the series, unless it is that of a new meter of the same id by now. */
  private void end() {
    all.compute(
        id,
        (same, current) -> {
          if (current == null || current == this || current.instrument != instrument) {
            setRemovable(true);
          }
          return current == this ? null : current;
        });
  }

  /** In vain if the instrument is not one of Glint's: the series stays then. */
  private void setRemovable(boolean isRemovable) {
    final var unused = GlintMeterProvider.setSeriesRemovable(instrument, attributes, isRemovable);
  }
}
