package io.glint.exporter.otlp;

import java.time.Duration;

/** The end of the time one export may take, retries included. */
final class Deadline {
  /** What {@link #remainingNanos()} answers when there is no limit: 292 years. */
  static final long UNLIMITED = Long.MAX_VALUE;

  private final boolean limited;
  private final long nanoTime;

  private Deadline(boolean limited, long nanoTime) {
    this.limited = limited;
    this.nanoTime = nanoTime;
  }

  /** A deadline that far from now; zero stands for no limit. */
  static Deadline after(Duration timeout) {
    return after(timeout, 1);
  }

  /** A deadline that many times as far from now; zero stands for no limit. */
  static Deadline after(Duration timeout, int times) {
    final long each = Math.min(nanos(timeout), Long.MAX_VALUE / 2 / times);
    return new Deadline(!timeout.isZero(), System.nanoTime() + each * times);
  }

  /** This one, or the other one if that is earlier. */
  Deadline orEarlier(Deadline other) {
    return other.remainingNanos() < remainingNanos() ? other : this;
  }

  /** The nanoseconds left, at least 0. */
  long remainingNanos() {
    return limited ? Math.max(0, nanoTime - System.nanoTime()) : UNLIMITED;
  }

  /** The duration in nanoseconds, cut to 146 years so that sums do not overflow. */
  static long nanos(Duration duration) {
    final long limit = Long.MAX_VALUE / 2;
    return duration.toSeconds() >= limit / 1_000_000_000 ? limit : duration.toNanos();
  }
}
