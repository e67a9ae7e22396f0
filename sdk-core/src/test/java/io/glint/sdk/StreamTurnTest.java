package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.glint.sdk.internal.async.StreamTurn;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StreamTurnTest {
  private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(50);

  private final StreamTurn turn = new StreamTurn();
  private final Thread other = new Thread(turn::take);

  private void takeByOther() throws InterruptedException {
    other.start();
    other.join();
  }

  @Test
  void aHolderThatIsWaitedForInVainIsGivenUpUntilItGivesTheTurnBack() throws Exception {
    takeByOther();
    turn.await(other, 1);
    assertThat(turn.take()).isFalse();
    assertThat(turn.isGivenUp()).isTrue();
    // Not waited for a second time.
    turn.await(other, LONG_NANOS);
    turn.release();
    assertThat(turn.isGivenUp()).isFalse();
    assertThat(turn.take()).isTrue();
  }

  @Test
  void nobodyIsGivenUpButTheThreadThatIsWaitedFor() {
    assertThat(turn.take()).isTrue();
    turn.await(other, LONG_NANOS);
    assertThat(turn.isGivenUp()).isFalse();
  }

  @Test
  void whoHasTheTurnDoesNotWaitForIt() {
    assertThat(turn.take()).isTrue();
    assertThatIllegalStateException().isThrownBy(turn::take);
  }

  @Test
  void whoWaitsForTheTurnGetsItWhenItIsGivenBack() throws Exception {
    assertThat(turn.take()).isTrue();
    other.start();
    other.join(50);
    turn.release();
    other.join();
    turn.await(other, 1);
    assertThat(turn.isGivenUp()).isTrue();
  }
}
