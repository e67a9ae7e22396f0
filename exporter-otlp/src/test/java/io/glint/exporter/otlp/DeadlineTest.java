package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DeadlineTest {
  @Test
  void zeroIsNoLimit() {
    assertThat(Deadline.after(Duration.ZERO).remainingNanos()).isEqualTo(Deadline.UNLIMITED);
    assertThat(Deadline.after(Duration.ZERO, 6).remainingNanos()).isEqualTo(Deadline.UNLIMITED);
  }

  @Test
  void whatRemainsIsLessThanTheTimeoutAndNeverNegative() {
    assertThat(Deadline.after(Duration.ofHours(1)).remainingNanos())
        .isBetween(TimeUnit.MINUTES.toNanos(50), TimeUnit.HOURS.toNanos(1));
    assertThat(Deadline.after(Duration.ofHours(1), 6).remainingNanos())
        .isBetween(TimeUnit.MINUTES.toNanos(350), TimeUnit.HOURS.toNanos(6));
    assertThat(Deadline.after(Duration.ofNanos(1)).remainingNanos()).isZero();
  }

  @Test
  void theEarlierOneCounts() {
    final Deadline early = Deadline.after(Duration.ofMinutes(1));
    final Deadline late = Deadline.after(Duration.ofHours(1));
    final Deadline never = Deadline.after(Duration.ZERO);
    assertThat(early.orEarlier(late)).isSameAs(early);
    assertThat(late.orEarlier(early)).isSameAs(early);
    assertThat(never.orEarlier(late)).isSameAs(late);
  }

  @Test
  void aDurationBeyondALongIsCut() {
    assertThat(Deadline.after(Duration.ofDays(200_000), 6).remainingNanos()).isPositive();
  }
}
