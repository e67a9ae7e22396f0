package io.glint.exporter.otlp;

import io.opentelemetry.sdk.common.export.RetryPolicy;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides how long to wait before the next attempt.
 *
 * <p>The delay grows exponentially from one attempt to the next and varies by a fifth either way,
 * so that clients that failed together do not come back together. A server that names a delay in
 * {@code Retry-After} is obeyed instead (OTLP specification, OTLP/HTTP Throttling), up to five
 * minutes; if it is none, the next attempt is made at once. The number of attempts and the timeout
 * of the export bound these too.
 */
final class Backoff {
  /**
   * A server that asks for a longer delay is not waited for: the data would be kept for so long.
   */
  static final long MAX_RETRY_AFTER_NANOS = TimeUnit.MINUTES.toNanos(5);

  private static final double JITTER = 0.2;

  private final int maxAttempts;
  private final double initialNanos;
  private final double maxNanos;
  private final double multiplier;
  private final DoubleSupplier random;

  /**
   * Creates the backoff of a policy.
   *
   * @param policy may be null for a single attempt
   * @param random uniform in [0, 1)
   */
  Backoff(@Nullable RetryPolicy policy, DoubleSupplier random) {
    this.maxAttempts = policy == null ? 1 : policy.getMaxAttempts();
    this.initialNanos = policy == null ? 0 : Deadline.nanos(policy.getInitialBackoff());
    this.maxNanos = policy == null ? 0 : Deadline.nanos(policy.getMaxBackoff());
    this.multiplier = policy == null ? 1 : policy.getBackoffMultiplier();
    this.random = random;
  }

  /** Whether the policy allows another attempt after that many. */
  boolean allowsAttemptAfter(int attempts) {
    return attempts < maxAttempts;
  }

  /** The nanoseconds to wait after that many attempts, when the server named no delay. */
  long delayNanos(int attempts) {
    final double delay = Math.min(maxNanos, initialNanos * Math.pow(multiplier, attempts - 1));
    return (long) (delay * (1 - JITTER + 2 * JITTER * random.getAsDouble()));
  }

  /**
   * Reads a {@code Retry-After} header, in seconds or as an HTTP date of any of the three forms
   * (RFC 9110, 5.6.7).
   *
   * @return the nanoseconds to wait, 0 if the header says so or names a time that has passed; empty
   *     if it is absent or unreadable
   */
  static OptionalLong retryAfterNanos(Optional<String> header, Instant now) {
    if (header.isEmpty()) {
      return OptionalLong.empty();
    }
    final String text = header.get().trim();
    if (isDigits(text)) {
      return OptionalLong.of(Deadline.nanos(seconds(text)));
    }
    for (final DateTimeFormatter format : dateFormats(now)) {
      try {
        final Instant date = LocalDateTime.parse(text, format).toInstant(ZoneOffset.UTC);
        final Duration delay = Duration.between(now, date);
        return OptionalLong.of(delay.isNegative() ? 0 : Deadline.nanos(delay));
      } catch (DateTimeParseException e) {
        // Perhaps the next one fits.
      }
    }
    return OptionalLong.empty();
  }

  private static Duration seconds(String digits) {
    try {
      return Duration.ofSeconds(Long.parseLong(digits));
    } catch (NumberFormatException e) {
      // More than a long has.
      return Duration.ofSeconds(Long.MAX_VALUE);
    }
  }

  /**
   * IMF-fixdate, RFC 850 with its two digits of a year, and that of C's asctime. Made when they are
   * needed: they have the JVM load what it knows of time, and few servers send a date.
   */
  private static List<DateTimeFormatter> dateFormats(Instant now) {
    final LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
    final DateTimeFormatter rfc850 =
        new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .appendPattern("EEEE, dd-MMM-")
            // What seems more than 50 years ahead is of the century before.
            .appendValueReduced(ChronoField.YEAR, 2, 2, today.minusYears(49))
            .appendPattern(" HH:mm:ss 'GMT'")
            .toFormatter(Locale.ENGLISH);
    return List.of(
        format("EEE, d MMM uuuu HH:mm:ss 'GMT'"),
        rfc850,
        // The day of the month has two places, the first of which may be a space.
        format("EEE MMM ppd HH:mm:ss uuuu"));
  }

  private static DateTimeFormatter format(String pattern) {
    return new DateTimeFormatterBuilder()
        .parseCaseInsensitive()
        .appendPattern(pattern)
        .toFormatter(Locale.ENGLISH);
  }

  private static boolean isDigits(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
