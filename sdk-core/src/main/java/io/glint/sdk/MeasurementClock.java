package io.glint.sdk;

import io.opentelemetry.sdk.common.Clock;
import java.util.function.LongSupplier;

/**
 * The time of a measurement that becomes an exemplar, in nanoseconds since the Unix epoch.
 *
 * <p>Reads only the monotonic time of the provider's clock, which unlike its wall clock allocates
 * nothing, and adds an offset that each collection measures anew, so that steps of the wall clock
 * are followed. While a wall clock that was set back to before the last collection catches up, time
 * goes on at the pace of the monotonic clock. Thread-safe.
 */
final class MeasurementClock implements LongSupplier {
  private final Clock clock;
  private volatile long offset;

  /** The time of the last collection. Guarded by this. */
  private long latest;

  MeasurementClock(Clock clock) {
    this.clock = clock;
    this.latest = clock.now();
    this.offset = latest - clock.nanoTime();
  }

  /**
   * The time of a collection that begins now, which measurements go by from then on: not before
   * that of an earlier collection, of any reader.
   */
  long synchronize() {
    final long wallTime = clock.now();
    final long nanoTime = clock.nanoTime();
    synchronized (this) {
      if (wallTime >= latest) {
        latest = wallTime;
        offset = wallTime - nanoTime;
      } else {
        latest = Math.max(latest, offset + nanoTime);
      }
      return latest;
    }
  }

  @Override
  public long getAsLong() {
    return offset + clock.nanoTime();
  }

  /**
   * The provider's clock for the start of what measurements will be made of: its wall time is not
   * ahead of the time of a measurement that comes after, as it would be by microseconds, or by more
   * if it has been set since the last collection.
   */
  Clock ofStarts() {
    return new Clock() {
      @Override
      public long now() {
        return Math.min(clock.now(), getAsLong());
      }

      @Override
      public long nanoTime() {
        return clock.nanoTime();
      }
    };
  }
}
