package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.common.export.RetryPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackoffTest {
  private static final Instant NOW = Instant.parse("2026-11-20T08:00:00Z");

  private static final RetryPolicy POLICY =
      RetryPolicy.builder()
          .setMaxAttempts(4)
          .setInitialBackoff(Duration.ofSeconds(1))
          .setMaxBackoff(Duration.ofSeconds(3))
          .setBackoffMultiplier(2)
          .build();

  @Test
  void delayGrowsExponentiallyUpToTheMaximum() {
    final Backoff backoff = new Backoff(POLICY, () -> 0.5);

    assertThat(backoff.delayNanos(1)).isEqualTo(1_000_000_000L);
    assertThat(backoff.delayNanos(2)).isEqualTo(2_000_000_000L);
    assertThat(backoff.delayNanos(3)).isEqualTo(3_000_000_000L);
    assertThat(backoff.delayNanos(100)).isEqualTo(3_000_000_000L);
  }

  @Test
  void delayVariesByAFifth() {
    assertThat(new Backoff(POLICY, () -> 0.0).delayNanos(1)).isEqualTo(800_000_000L);
    assertThat(new Backoff(POLICY, () -> Math.nextDown(1.0)).delayNanos(1))
        .isBetween(1_199_000_000L, 1_200_000_000L);
  }

  @Test
  void attemptsAreThoseOfThePolicyAndOneWithout() {
    final Backoff backoff = new Backoff(POLICY, () -> 0.5);
    assertThat(backoff.allowsAttemptAfter(3)).isTrue();
    assertThat(backoff.allowsAttemptAfter(4)).isFalse();
    assertThat(new Backoff(null, () -> 0.5).allowsAttemptAfter(1)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "1,1",
    "120,120",
    "' 7 ',7",
    "0,0",
    "'Fri, 20 Nov 2026 08:00:30 GMT',30",
    "'Fri, 20 Nov 2026 07:59:59 GMT',0",
    "'Friday, 20-Nov-26 08:00:30 GMT',30",
    "'Sunday, 06-Nov-94 08:49:37 GMT',0",
    "'Fri Nov 20 08:00:30 2026',30",
    "'Tue Dec  1 08:00:00 2026',950400",
    "'Sun Nov  6 08:49:37 1994',0",
    "'fri, 20 nov 2026 08:00:30 gmt',30",
  })
  void retryAfterIsReadInSecondsAndInEachFormOfADate(String header, long seconds) {
    assertThat(Backoff.retryAfterNanos(Optional.of(header), NOW))
        .hasValue(Duration.ofSeconds(seconds).toNanos());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-5",
        "1.5",
        "soon",
        "Fri, 32 Nov 2026 07:59:59 GMT",
        "Friday, 20-Nov-26",
        "Nov 20 08:00:30 2026"
      })
  void retryAfterThatCannotBeReadIsIgnored(String header) {
    assertThat(Backoff.retryAfterNanos(Optional.of(header), NOW)).isEqualTo(OptionalLong.empty());
  }

  @Test
  void absentRetryAfterIsIgnoredAndAHugeOneIsCut() {
    assertThat(Backoff.retryAfterNanos(Optional.empty(), NOW)).isEmpty();
    assertThat(Backoff.retryAfterNanos(Optional.of("9000000000000000000"), NOW))
        .hasValue(Long.MAX_VALUE / 2);
    assertThat(Backoff.retryAfterNanos(Optional.of("99999999999999999999"), NOW))
        .hasValue(Long.MAX_VALUE / 2);
  }

  @Test
  void yearOfTwoDigitsIsThatOfTheNextFiftyYearsOrElseOfThePast() {
    assertThat(Backoff.retryAfterNanos(Optional.of("Wednesday, 20-Nov-75 08:00:00 GMT"), NOW))
        .hasValue(Duration.between(NOW, Instant.parse("2075-11-20T08:00:00Z")).toNanos());
    assertThat(Backoff.retryAfterNanos(Optional.of("Sunday, 20-Nov-77 08:00:00 GMT"), NOW))
        .hasValue(0);
  }
}
