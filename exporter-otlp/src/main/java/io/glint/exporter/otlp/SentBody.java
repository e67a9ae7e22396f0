package io.glint.exporter.otlp;

import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The body of a request, which knows whether the current attempt has sent all of it: only then can
 * the server have taken it. Used by one attempt at a time, on any thread.
 */
final class SentBody {
  private final byte[] bytes;

  /** How often all of it was sent without an answer: some clients send it again by themselves. */
  private final AtomicInteger unanswered = new AtomicInteger();

  SentBody(byte[] bytes) {
    this.bytes = bytes;
  }

  int length() {
    return bytes.length;
  }

  /** Whether all of it was sent, and is not answered. */
  boolean isSent() {
    return unanswered.get() > 0;
  }

  /** Tells that there was an answer to what was sent last. */
  void answered() {
    unanswered.updateAndGet(count -> Math.max(0, count - 1));
  }

  /** Forgets what was sent. */
  void reset() {
    unanswered.set(0);
  }

  /** Writes all of it. Not to be used beside {@link #publisher}. */
  void writeTo(OutputStream out) throws IOException {
    out.write(bytes);
    unanswered.incrementAndGet();
  }

  /** The body for the client of the JDK. */
  BodyPublisher publisher() {
    BodyPublisher all = BodyPublishers.ofByteArray(bytes);
    return new BodyPublisher() {
      @Override
      public long contentLength() {
        return all.contentLength();
      }

      @Override
      public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        all.subscribe(new TellsTheEnd(subscriber));
      }
    };
  }

  private final class TellsTheEnd implements Flow.Subscriber<ByteBuffer> {
    private final Flow.Subscriber<? super ByteBuffer> subscriber;

    private TellsTheEnd(Flow.Subscriber<? super ByteBuffer> subscriber) {
      this.subscriber = subscriber;
    }

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
      unanswered.incrementAndGet();
      subscriber.onComplete();
    }
  }
}
