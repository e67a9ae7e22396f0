package io.glint.testing;

import io.opentelemetry.sdk.common.Clock;

/** A wall clock and a monotonic clock that stand still unless they are moved. Not thread-safe. */
public final class SettableClock implements Clock {
  private long wallTime;
  private long nanoTime = 500_000_000L;

  /**
   * Makes one.
   *
   * @param epochNanos what the wall clock shows
   */
  public SettableClock(long epochNanos) {
    wallTime = epochNanos;
  }

  /** Lets time pass. */
  public void advance(long nanos) {
    wallTime += nanos;
    nanoTime += nanos;
  }

  /** Sets the wall clock back; the monotonic one stays. */
  public void setBack(long nanos) {
    wallTime -= nanos;
  }

  @Override
  public long now() {
    return wallTime;
  }

  @Override
  public long nanoTime() {
    return nanoTime;
  }
}
