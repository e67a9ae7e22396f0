package io.glint.sdk;

import io.opentelemetry.sdk.common.Clock;

/**
 * The time of a provider: that of its clock, for whatever is compared with the time of another
 * collection or measurement.
 *
 * <p>{@link #now} reads only the monotonic time of the clock, which unlike its wall time allocates
 * nothing, and adds an offset that each collection measures anew, so that steps of the wall clock
 * are followed. While a wall clock that was set back to before the last collection catches up, time
 * goes on at the pace of the monotonic clock. Thread-safe.
 */
final class MeasurementClock implements Clock {
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
   * The time of a collection that begins now, which {@link #now} is set by: not before that of an
   * earlier collection, of any reader.
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
  public long now() {
    return offset + clock.nanoTime();
  }

  @Override
  public long nanoTime() {
    return clock.nanoTime();
  }
}
