package io.glint.exporter.otlp;

import io.opentelemetry.sdk.common.export.RetryPolicy;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * Decides how long to wait before the next attempt.
 *
 * <p>The delay grows exponentially from one attempt to the next and varies by a fifth either way,
 * so that clients that failed together do not come back together. A server that names a delay in
 * {@code Retry-After} is obeyed instead (OTLP specification, OTLP/HTTP Throttling), up to five
 * minutes.
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
  Backoff(RetryPolicy policy, DoubleSupplier random) {
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
    double delay = Math.min(maxNanos, initialNanos * Math.pow(multiplier, attempts - 1));
    return (long) (delay * (1 - JITTER + 2 * JITTER * random.getAsDouble()));
  }

  /**
   * Reads a {@code Retry-After} header, in seconds or as an HTTP date.
   *
   * @return the nanoseconds to wait; empty if the header is absent, unreadable, or names no time in
   *     the future
   */
  static OptionalLong retryAfterNanos(Optional<String> header, Instant now) {
    if (header.isEmpty()) {
      return OptionalLong.empty();
    }
    String text = header.get().trim();
    Duration delay;
    try {
      delay =
          isDigits(text)
              ? Duration.ofSeconds(Long.parseLong(text))
              : Duration.between(
                  now, ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeParseException | NumberFormatException e) {
      return OptionalLong.empty();
    }
    boolean future = !delay.isZero() && !delay.isNegative();
    return future ? OptionalLong.of(Deadline.nanos(delay)) : OptionalLong.empty();
  }

  private static boolean isDigits(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
