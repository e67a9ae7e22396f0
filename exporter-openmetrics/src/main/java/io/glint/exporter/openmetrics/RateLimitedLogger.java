package io.glint.exporter.openmetrics;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Logs each problem at most once in ten minutes. A scrape comes every few seconds and finds the
 * same problem each time; one line tells the user, a line per scrape would hide everything else.
 *
 * <p>Safe for use by several threads. It remembers a bounded number of problems; those beyond share
 * one allowance.
 */
final class RateLimitedLogger {

  static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(10);
  static final int MAX_PROBLEMS = 1024;

  private final Logger logger;
  private final LongSupplier nanoClock;
  private final Map<String, Long> lastLogged = new HashMap<>();

  RateLimitedLogger(Logger logger, LongSupplier nanoClock) {
    this.logger = logger;
    this.nanoClock = nanoClock;
  }

  /**
   * Logs a warning unless the same problem was logged lately.
   *
   * @param problem identifies the problem: its kind and the metric's name
   */
  void warn(String problem, Supplier<String> message) {
    warn(problem, message, null);
  }

  void warn(String problem, Supplier<String> message, Throwable cause) {
    if (logger.isLoggable(Level.WARNING) && isDue(problem)) {
      LogRecord entry = new LogRecord(Level.WARNING, message.get());
      entry.setLoggerName(logger.getName());
      // Or the log would name this class as the source of every line.
      entry.setSourceClassName(logger.getName());
      entry.setSourceMethodName(null);
      entry.setThrown(cause);
      logger.log(entry);
    }
  }

  private synchronized boolean isDue(String problem) {
    long now = nanoClock.getAsLong();
    boolean known = lastLogged.containsKey(problem) || lastLogged.size() < MAX_PROBLEMS;
    String key = known ? problem : "";
    Long last = lastLogged.get(key);
    if (last != null && now - last < INTERVAL_NANOS) {
      return false;
    }
    lastLogged.put(key, now);
    return true;
  }
}
