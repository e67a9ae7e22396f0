package io.glint.sdk;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Logs one kind of event at once, and again at most once a minute with the number of events since.
 * Thread-safe; while nothing is logged, {@link #isDue} costs one counter increment and a clock
 * read, and allocates nothing.
 */
final class RateLimitedLog {
  private static final long INTERVAL_NANOS = 60_000_000_000L;

  private final Logger logger;
  private final Level level;
  private final LongAdder events = new LongAdder();
  private final AtomicLong nextNanos = new AtomicLong(System.nanoTime());
  private volatile long reported;

  RateLimitedLog(Logger logger, Level level) {
    this.logger = logger;
    this.level = level;
  }

  /** Counts an event, and says whether it is to be logged by {@link #log}. */
  boolean isDue() {
    events.increment();
    final long now = System.nanoTime();
    final long next = nextNanos.get();
    return now - next >= 0 && nextNanos.compareAndSet(next, now + INTERVAL_NANOS);
  }

  /** Logs a message that {@link #isDue} was true for. */
  void log(String message, Throwable cause) {
    final long total = events.sum();
    final long since = total - reported;
    reported = total;
    final String text =
        since > 1 ? message + " (" + since + " times since the last message)" : message;
    SafeLog.log(logger, level, text, cause);
  }

  /** Counts an event and logs it if it is due. The message is made only then. */
  void event(Throwable cause, Supplier<String> message) {
    if (isDue()) {
      log(message.get(), cause);
    }
  }
}
