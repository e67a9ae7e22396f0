package io.glint.exporter.otlp;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Logs at most five messages a minute, and with the next one says how many were left out. Safe for
 * use by several threads at once.
 */
final class RateLimitedLog {
  static final int MESSAGES_PER_WINDOW = 5;
  static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final Logger logger;
  private final LongSupplier nanoTime;
  private long windowStart;
  private int logged;
  private long suppressed;

  RateLimitedLog(Logger logger, LongSupplier nanoTime) {
    this.logger = logger;
    this.nanoTime = nanoTime;
    this.windowStart = nanoTime.getAsLong();
  }

  /** Returns whether the message was logged. */
  boolean log(Level level, String message) {
    long leftOut;
    boolean last;
    synchronized (this) {
      long now = nanoTime.getAsLong();
      if (now - windowStart >= WINDOW_NANOS) {
        windowStart = now;
        logged = 0;
      }
      if (logged == MESSAGES_PER_WINDOW) {
        suppressed++;
        return false;
      }
      last = ++logged == MESSAGES_PER_WINDOW;
      leftOut = suppressed;
      suppressed = 0;
    }
    String before = leftOut == 0 ? "" : " (" + leftOut + " more messages were left out before)";
    String after = last ? " (further messages of this kind are left out for up to a minute)" : "";
    // The logger's class is the source, not this one.
    logger.logp(level, logger.getName(), null, message + before + after);
    return true;
  }
}
