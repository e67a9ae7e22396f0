package io.glint.exporter.otlp;

import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/**
 * The body of a request, which knows whether the current attempt has sent all of it: only then can
 * the server have taken it. Used by one attempt at a time.
 */
final class SentBody implements BodyPublisher {
  private final BodyPublisher bytes;
  private volatile boolean isSent;

  SentBody(byte[] bytes) {
    this.bytes = BodyPublishers.ofByteArray(bytes);
  }

  /** Whether all of it was sent since {@link #reset}. */
  boolean isSent() {
    return isSent;
  }

  void reset() {
    isSent = false;
  }

  @Override
  public long contentLength() {
    return bytes.contentLength();
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
    bytes.subscribe(
        new Flow.Subscriber<>() {
          @Override
          public void onSubscribe(Flow.Subscription subscription) {
            subscriber.onSubscribe(subscription);
          }

          @Override
          public void onNext(ByteBuffer buffer) {
            subscriber.onNext(buffer);
          }

          @Override
          public void onError(Throwable failure) {
            subscriber.onError(failure);
          }

          @Override
          public void onComplete() {
            // The client asks for a buffer when the one before it is on its way.
            isSent = true;
            subscriber.onComplete();
          }
        });
  }
}
