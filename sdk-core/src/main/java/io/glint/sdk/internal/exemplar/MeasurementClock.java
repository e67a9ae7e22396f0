package io.glint.sdk.internal.exemplar;

import io.opentelemetry.sdk.common.Clock;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The time of collections, and of measurements that become exemplars, in nanoseconds since the Unix
 * epoch. All of a provider is dated by one of these, so that an exemplar lies before the end of the
 * collection that comes after it.
 *
 * <p>A measurement reads only the monotonic time of the provider's clock, which unlike its wall
 * clock allocates nothing. Each collection reads both and thereby starts a new {@linkplain Line
 * line}, from which the wall time follows until the next collection. A wall clock that was set
 * forward is followed at once.
 *
 * <p>A wall clock that was set back, or was right again after it had been ahead, must not take the
 * time back with it: windows of delta points follow one another without gaps. So time goes on at
 * half its pace until the wall clock has caught up, which takes twice as long as it was ahead.
 * Where that would be more than {@link #MAX_AHEAD_NANOS}, the line is given up, and time is set
 * back with the wall clock: otherwise points would lie in the future for hours or years, and
 * receivers refuse such points. Times on a line that was given up are {@linkplain #onPresentLine
 * carried over}.
 *
 * <p>Thread-safe.
 */
public final class MeasurementClock implements LongSupplier {
  /**
   * How far points may be ahead of the wall clock. Receivers commonly take pushed points that are
   * up to ten minutes ahead of their own clock.
   */
  public static final long MAX_AHEAD_NANOS = TimeUnit.MINUTES.toNanos(10);

  /** How time follows from the monotonic time, since the latest collection of any reader. */
  public static final class Line {
    private final long startNanoTime;
    private final long startEpochNanos;

    /** The wall time at its start. Not after {@link #startEpochNanos}. */
    private final long startWallNanos;

    /** By how much time was set back when a line was last given up; 0 if that never happened. */
    private final long setBackNanos;

    Line(long startNanoTime, long startEpochNanos, long startWallNanos, long setBackNanos) {
      this.startNanoTime = startNanoTime;
      this.startEpochNanos = startEpochNanos;
      this.startWallNanos = startWallNanos;
      this.setBackNanos = setBackNanos;
    }

    long at(long nanoTime) {
      final long elapsed = nanoTime - startNanoTime;
      return Math.max(startEpochNanos + elapsed / 2, startWallNanos + elapsed);
    }

    /** The time of the collection that has started it. */
    public long startEpochNanos() {
      return startEpochNanos;
    }

    /**
     * A time of an earlier collection, as it is to be understood in the one that has started this
     * line. Not after its {@link #startEpochNanos}.
     */
    public long atItsStart(long epochNanos) {
      return Math.min(startEpochNanos, carriedOver(epochNanos, startEpochNanos));
    }

    private long carriedOver(long epochNanos, long now) {
      return setBackNanos == 0 || epochNanos <= now
          ? epochNanos
          : Math.min(now, epochNanos - setBackNanos);
    }
  }

  private final Clock clock;

  /** Written under the lock of this. */
  private volatile Line line;

  public MeasurementClock(Clock clock) {
    this.clock = clock;
    final long wallTime = clock.now();
    this.line = new Line(clock.nanoTime(), wallTime, wallTime, 0);
  }

  /**
   * Starts the line of a collection that begins now, which measurements go by from then on. It does
   * not start before that of an earlier collection, of any reader, unless that one is given up.
   */
  public Line synchronize() {
    synchronized (this) {
      // In here, so that a line that is started later starts at a later reading.
      final long wallTime = clock.now();
      final long nanoTime = clock.nanoTime();
      final Line before = line;
      final long expected = Math.max(before.startEpochNanos, before.at(nanoTime));
      final long ahead = expected - wallTime;
      final Line next =
          ahead > MAX_AHEAD_NANOS
              ? new Line(nanoTime, wallTime, wallTime, ahead)
              : new Line(nanoTime, Math.max(expected, wallTime), wallTime, before.setBackNanos);
      line = next;
      return next;
    }
  }

  /**
   * The time of a measurement that is made now, and at which a series or an instrument that is made
   * now starts. Not before the end of an earlier point, unless the line was given up.
   */
  @Override
  public long getAsLong() {
    final Line current = line;
    return current.at(clock.nanoTime());
  }

  /** The monotonic time of the provider's clock. */
  public long nanoTime() {
    return clock.nanoTime();
  }

  /** Whether a line was ever given up, so that times from before may lie in the future. */
  public boolean wasSetBack() {
    return line.setBackNanos != 0;
  }

  /**
   * A time that was read here, as it is to be understood now: one that lies in the future was read
   * on a line that has been given up, and is set back as that was. Others stay as they are.
   */
  public long onPresentLine(long epochNanos) {
    final Line current = line;
    if (current.setBackNanos == 0) {
      return epochNanos;
    }
    return current.carriedOver(epochNanos, current.at(clock.nanoTime()));
  }
}
