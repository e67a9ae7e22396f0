package io.glint.exporter.otlp;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** Collects a response body for the client of the JDK, and cuts off one that is too long. */
final class LimitedBody implements BodySubscriber<ReceivedBody> {
  private final ReceivedBody received;
  private final CompletableFuture<ReceivedBody> body = new CompletableFuture<>();

  @SuppressWarnings("NullAway.Init") // By onSubscribe().
  private Flow.Subscription subscription;

  LimitedBody(ReceivedBody received) {
    this.received = received;
  }

  @Override
  public CompletionStage<ReceivedBody> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Flow.Subscription newSubscription) {
    subscription = newSubscription;
    newSubscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    if (body.isDone()) {
      return;
    }
    for (final ByteBuffer buffer : buffers) {
      final byte[] bytes = new byte[buffer.remaining()];
      buffer.get(bytes);
      try {
        if (!received.add(bytes, 0, bytes.length)) {
          body.complete(received);
        }
      } catch (ResponseTooLargeException e) {
        body.completeExceptionally(e);
      }
      if (body.isDone()) {
        subscription.cancel();
        return;
      }
    }
  }

  @Override
  public void onError(Throwable failure) {
    body.complete(received);
  }

  @Override
  public void onComplete() {
    received.complete();
    body.complete(received);
  }
}
