package io.glint.micrometer;

import io.glint.sdk.GlintMeterProvider;
import io.opentelemetry.api.common.Attributes;
import java.util.Map;

/**
 * The series that one meter records into. Several meters may have the same: a naming convention can
 * make one name of two. It ends with the last of them. Thread-safe.
 */
final class RecordedSeries {
  /** What is the same series: equal attributes of one and the same instrument. */
  record Key(Object instrument, Attributes attributes) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Key key
          && key.instrument == instrument
          && key.attributes.equals(attributes);
    }

    @Override
    public int hashCode() {
      return 31 * System.identityHashCode(instrument) + attributes.hashCode();
    }
  }

  final Attributes attributes;
  private final Key key;
  private final Map<Key, Integer> meters;
  private volatile boolean isRemoved;

  /**
   * Begins the series, or goes on with that of a meter of the same id that was removed just now.
   *
   * @param meters the number of meters of each series that are not removed, at least one;
   *     concurrent
   */
  RecordedSeries(Map<Key, Integer> meters, Object instrument, Attributes attributes) {
    this.meters = meters;
    this.key = new Key(instrument, attributes);
    this.attributes = attributes;
    meters.compute(
        key,
        (same, number) -> {
          setRemovable(false);
          return number == null ? 1 : number + 1;
        });
  }

  /** False for what an instrument drops and reports; who reads the meter is not to see it. */
  static boolean isAmount(double amount) {
    return amount >= 0 && amount <= Double.MAX_VALUE;
  }

  boolean isRemoved() {
    return isRemoved;
  }

  /** Ends the series, unless another meter has it. To be called once. */
  void remove() {
    isRemoved = true;
    meters.compute(
        key,
        (same, number) -> {
          if (number != null && number > 1) {
            return number - 1;
          }
          setRemovable(true);
          return null;
        });
  }

  /**
   * To be called after each recording. If the meter was removed in the middle of it, the series may
   * have ended before the recording came to it, and has begun again then.
   */
  void recorded() {
    if (isRemoved) {
      meters.compute(
          key,
          (same, number) -> {
            if (number == null) {
              setRemovable(true);
            }
            return number;
          });
    }
  }

  /** In vain if the instrument is not one of Glint's: the series stays then. */
  private void setRemovable(boolean isRemovable) {
    final var unused =
        GlintMeterProvider.setSeriesRemovable(key.instrument(), attributes, isRemovable);
  }
}
