package io.glint.exporter.openmetrics;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Logs each problem at once, and again at most once in ten minutes with the number of times it was
 * met since. A scrape comes every few seconds and finds the same problem each time; one line tells
 * the user, a line per scrape would hide everything else.
 *
 * <p>Safe for use by several threads. It remembers a bounded number of problems; those beyond share
 * one allowance.
 */
final class RateLimitedLog {

  static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(10);
  static final int MAX_PROBLEMS = 1024;

  /** Stands for all problems beyond the bound. */
  private static final Problem OTHERS = new Problem("", "");

  private final Logger logger;
  private final LongSupplier nanoClock;
  private final Map<Problem, Occurrences> problems = new HashMap<>();

  RateLimitedLog(Logger logger, LongSupplier nanoClock) {
    this.logger = logger;
    this.nanoClock = nanoClock;
  }

  /**
   * Logs a warning unless the same problem was logged lately.
   *
   * @param kind the kind of problem
   * @param subject what has it: the name of a metric, for instance
   * @param message called only if the warning is logged
   */
  void warn(String kind, String subject, Supplier<String> message) {
    warn(kind, subject, message, null);
  }

  void warn(String kind, String subject, Supplier<String> message, Throwable cause) {
    if (!logger.isLoggable(Level.WARNING)) {
      return;
    }
    long since = timesIfDue(new Problem(kind, subject));
    if (since > 0) {
      String text = message.get();
      // With the source given, or the log would name this class as the source of every line.
      logger.logp(
          Level.WARNING,
          logger.getName(),
          null,
          since > 1 ? text + " (" + since + " times since the last message)" : text,
          cause);
    }
  }

  /** Counts the problem; returns how often it was met since it was last logged, 0 if not due. */
  private synchronized long timesIfDue(Problem problem) {
    long now = nanoClock.getAsLong();
    Occurrences occurrences = problems.get(problem);
    if (occurrences == null) {
      Problem key = problems.size() < MAX_PROBLEMS ? problem : OTHERS;
      occurrences = problems.computeIfAbsent(key, unused -> new Occurrences(now - INTERVAL_NANOS));
    }
    occurrences.times++;
    if (now - occurrences.lastLogged < INTERVAL_NANOS) {
      return 0;
    }
    long times = occurrences.times;
    occurrences.times = 0;
    occurrences.lastLogged = now;
    return times;
  }

  private record Problem(String kind, String subject) {

    // Written out: on JDK 17 the derived methods of a record keep its class loader alive for ever.

    @Override
    public boolean equals(Object object) {
      return object instanceof Problem other
          && kind.equals(other.kind)
          && subject.equals(other.subject);
    }

    @Override
    public int hashCode() {
      return kind.hashCode() * 31 + subject.hashCode();
    }
  }

  private static final class Occurrences {
    private long lastLogged;
    private long times;

    Occurrences(long lastLogged) {
      this.lastLogged = lastLogged;
    }
  }
}
