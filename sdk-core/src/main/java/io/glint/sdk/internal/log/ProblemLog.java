package io.glint.sdk.internal.log;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Warns of problems that are met again and again, such as by each scrape or by code that asks for
 * an instrument wrongly for each request: of each problem once, or once in an interval with the
 * number of times it was met since.
 *
 * <p>Thread-safe. It remembers a bounded number of problems of each kind; those beyond share one
 * message.
 */
public final class ProblemLog {

  /** The most problems of one kind that a message each is logged of. */
  private static final int MAX_OF_A_KIND = 100;

  private static final Duration HUNDRED_YEARS = Duration.ofDays(36_500);
  private static final int LONGEST_REMEMBERED = 500;

  /** Stands for all problems beyond the bound; no subject is called so. */
  private static final String OTHERS = "\u0000";

  private final Logger logger;
  private final Duration interval;
  private final boolean isOnce;
  private final int mostOfAKind;
  private final LongSupplier nanoClock;
  private final Map<String, Map<String, RateLimitedLog>> kinds = new ConcurrentHashMap<>();

  private ProblemLog(
      Logger logger, Duration interval, boolean isOnce, int mostOfAKind, LongSupplier nanoClock) {
    this.logger = logger;
    this.interval = interval;
    this.isOnce = isOnce;
    this.mostOfAKind = mostOfAKind;
    this.nanoClock = nanoClock;
  }

  /** Makes one that logs each problem once. */
  public static ProblemLog once(Logger logger) {
    return new ProblemLog(logger, HUNDRED_YEARS, true, MAX_OF_A_KIND, System::nanoTime);
  }

  /**
   * Makes one that logs each problem at most once in an interval.
   *
   * @param mostOfAKind how many problems of one kind have a message of their own, and one for the
   *     rest
   * @param nanoClock nanoseconds since any time, as {@link System#nanoTime}
   */
  public static ProblemLog every(
      Duration interval, Logger logger, int mostOfAKind, LongSupplier nanoClock) {
    return new ProblemLog(logger, interval, false, mostOfAKind, nanoClock);
  }

  /**
   * Warns of a problem that is told from others of its kind by the message itself.
   *
   * @param kind one of few, not made from text of users
   */
  public void warn(String kind, String message) {
    warn(kind, message, () -> message, null);
  }

  /** As {@link #warn(String, String, Supplier, Throwable)}, without a cause. */
  public void warn(String kind, String subject, Supplier<String> message) {
    warn(kind, subject, message, null);
  }

  /**
   * Warns of a problem, unless that was done lately.
   *
   * @param kind one of few, not made from text of users
   * @param subject what has the problem: the name of a metric, for instance
   * @param message called only if the warning is logged
   * @param cause null if there is none
   */
  public void warn(
      String kind, String subject, Supplier<String> message, @Nullable Throwable cause) {
    if (!logger.isLoggable(Level.WARNING)) {
      return;
    }
    final Map<String, RateLimitedLog> ofKind =
        kinds.computeIfAbsent(kind, unused -> new ConcurrentHashMap<>());
    final String key = subject.substring(0, Math.min(subject.length(), LONGEST_REMEMBERED));
    RateLimitedLog log = ofKind.get(key);
    if (log == null) {
      final boolean hasPlace = ofKind.size() < mostOfAKind - 1;
      log = ofKind.computeIfAbsent(hasPlace ? key : OTHERS, unused -> newLog());
    }
    if (log.isDue()) {
      final boolean isLast = isOnce && ofKind.size() >= mostOfAKind;
      log.log(
          isLast ? message.get() + " Further messages of this kind are not logged." : message.get(),
          cause);
    }
  }

  private RateLimitedLog newLog() {
    return new RateLimitedLog(logger, Level.WARNING, 1, interval, nanoClock);
  }
}
