package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

/** What is known of a body whose exchange was given up while the client of the JDK has it. */
class SentBodyTest {
  /** As large as two pieces. */
  private static final int TWO_PIECES = 100_000;

  private final SentBody body = new SentBody(new byte[TWO_PIECES]);
  private final Client client = new Client();

  @Test
  void oneThatIsGivenUpHandsOutNoFurtherPiece() {
    body.publisher().subscribe(client);
    client.subscription.request(1);
    body.giveUp();
    client.subscription.request(1);

    assertThat(client.pieces).hasSize(1);
    assertThat(client.failure).hasMessage("the attempt was given up");
    assertThat(body.isSent()).isFalse();
  }

  @Test
  void theLastPieceMayStillBeSentOnceTheBodyIsGivenUp() {
    body.publisher().subscribe(client);
    client.subscription.request(2);

    assertThat(client.pieces).hasSize(2);
    assertThat(client.isComplete).isTrue();
    assertThat(body.isSent()).isFalse();
    body.giveUp();
    assertThat(body.isSent()).isTrue();
  }

  @Test
  void oneWhoseLastPieceTheClientHasSentIsSent() {
    body.publisher().subscribe(client);
    client.subscription.request(2);
    client.pieces.forEach(piece -> piece.position(piece.limit()));

    assertThat(body.isSent()).isTrue();
    body.reset();
    assertThat(body.isSent()).isFalse();
  }

  /** Keeps what it is handed. */
  private static final class Client implements Flow.Subscriber<ByteBuffer> {
    final List<ByteBuffer> pieces = new ArrayList<>();
    Flow.Subscription subscription;
    Throwable failure;
    boolean isComplete;

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      this.subscription = subscription;
    }

    @Override
    public void onNext(ByteBuffer piece) {
      pieces.add(piece);
    }

    @Override
    public void onError(Throwable failure) {
      this.failure = failure;
    }

    @Override
    public void onComplete() {
      isComplete = true;
    }
  }
}
