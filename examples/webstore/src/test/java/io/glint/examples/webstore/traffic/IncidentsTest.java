package io.glint.examples.webstore.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.examples.webstore.shop.Dice;
import io.glint.examples.webstore.shop.PaymentProvider;
import io.glint.examples.webstore.traffic.Incidents.Incident;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class IncidentsTest {

  private final PaymentProvider provider = new PaymentProvider(new Dice(1), 1_000);

  @Test
  void oneComesByItselfAndTheNextIsAnnounced() throws Exception {
    try (Incidents incidents =
        Incidents.start(provider, Duration.ofMillis(50), Duration.ofSeconds(15))) {
      assertThat(incidents.nextMillis()).isPresent();
      final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (incidents.known().isEmpty() && System.nanoTime() < deadline) {
        Thread.sleep(5);
      }
      assertThat(incidents.known()).hasSize(1);
      assertThat(incidents.nextMillis().orElseThrow())
          .as("after this one")
          .isGreaterThan(incidents.known().get(0).toMillis());
    }
  }

  @Test
  void noneComesByItselfIfTheFirstIsAtZeroButOneCanBeCaused() {
    try (Incidents incidents = Incidents.start(provider, Duration.ZERO, Duration.ofSeconds(15))) {
      assertThat(incidents.nextMillis()).isEmpty();
      final Incident caused = incidents.begin();

      assertThat(caused.toMillis() - caused.fromMillis()).isEqualTo(15_000);
      assertThat(incidents.known()).containsExactly(caused);
      assertThat(incidents.nextMillis()).isEmpty();
    }
  }

  @Test
  void oneThatIsCausedWhileAnotherIsUnderWayProlongsIt() throws Exception {
    try (Incidents incidents = Incidents.start(provider, Duration.ZERO, Duration.ofSeconds(15))) {
      final Incident first = incidents.begin();
      Thread.sleep(20);
      final Incident second = incidents.begin();

      assertThat(incidents.known()).containsExactly(second);
      assertThat(second.fromMillis()).isEqualTo(first.fromMillis());
      assertThat(second.toMillis()).isGreaterThan(first.toMillis());
    }
  }
}
