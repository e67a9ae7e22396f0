package io.glint.sdk.internal.log;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Logs one kind of event: so many messages in any interval, each with the number of events since
 * the last one. By default that is one message a minute. The first event is logged at once.
 *
 * <p>Thread-safe, and never waits. While nothing is logged, {@link #isDue} costs one counter
 * increment and a clock read, and allocates nothing.
 */
public final class RateLimitedLog {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final Logger logger;
  private final Level level;
  private final long intervalNanos;
  private final LongSupplier nanoClock;
  private final LongAdder events = new LongAdder();

  /** For each of the messages of an interval the time from which it may be logged again. */
  private final AtomicLongArray nextNanos;

  private volatile long reported;

  /** Makes one of at most one message a minute. */
  public RateLimitedLog(Logger logger, Level level) {
    this(logger, level, 1, MINUTE, System::nanoTime);
  }

  /** Makes one of at most so many messages a minute. */
  public RateLimitedLog(Logger logger, Level level, int messages) {
    this(logger, level, messages, MINUTE, System::nanoTime);
  }

  /**
   * Makes one of at most so many messages in any interval.
   *
   * @param nanoClock nanoseconds since any time, as {@link System#nanoTime}
   */
  RateLimitedLog(
      Logger logger, Level level, int messages, Duration interval, LongSupplier nanoClock) {
    this.logger = logger;
    this.level = level;
    this.intervalNanos = interval.toNanos();
    this.nanoClock = nanoClock;
    this.nextNanos = new AtomicLongArray(messages);
    final long now = nanoClock.getAsLong();
    for (int i = 0; i < messages; i++) {
      nextNanos.setPlain(i, now);
    }
  }

  /** Counts an event, and says whether it is to be logged by {@link #log}. */
  public boolean isDue() {
    events.increment();
    final long now = nanoClock.getAsLong();
    for (int i = 0; i < nextNanos.length(); i++) {
      final long next = nextNanos.get(i);
      if (now - next >= 0 && nextNanos.compareAndSet(i, next, now + intervalNanos)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Logs a message that {@link #isDue} was true for.
   *
   * @param cause null if there is none
   */
  void log(String message, @Nullable Throwable cause) {
    final long total = events.sum();
    final long since = total - reported;
    reported = total;
    final String count = since > 1 ? " (" + since + " times since the last message)" : "";
    final String pause =
        nextNanos.length() > 1 && isExhausted()
            ? " (further messages of this kind are left out for a while, and counted)"
            : "";
    SafeLog.log(logger, level, message + count + pause, cause);
  }

  private boolean isExhausted() {
    final long now = nanoClock.getAsLong();
    for (int i = 0; i < nextNanos.length(); i++) {
      if (now - nextNanos.get(i) >= 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Counts an event and logs it if it is due.
   *
   * @param cause null if there is none
   * @param message called only if it is logged
   * @return whether it was due
   */
  public boolean event(@Nullable Throwable cause, Supplier<String> message) {
    final boolean isDue = isDue();
    if (isDue) {
      log(message.get(), cause);
    }
    return isDue;
  }
}
