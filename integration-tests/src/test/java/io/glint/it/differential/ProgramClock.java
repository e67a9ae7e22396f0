package io.glint.it.differential;

import io.opentelemetry.sdk.common.Clock;

/** A wall clock that a program sets, and a monotonic clock that follows its steps forward. */
final class ProgramClock implements Clock {
  static final long START = 1_000_000_000_000L;

  private long wall = START;
  private long monotonic = 500_000_000L;

  void advance(long nanos) {
    wall += nanos;
    monotonic += nanos;
  }

  void setBack(long nanos) {
    wall -= nanos;
  }

  @Override
  public long now() {
    return wall;
  }

  @Override
  public long nanoTime() {
    return monotonic;
  }
}
