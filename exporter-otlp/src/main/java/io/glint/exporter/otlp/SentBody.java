package io.glint.exporter.otlp;

import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/**
 * The body of a request, which knows whether the current attempt has sent all of it: only then can
 * the server have taken it. Used by one attempt at a time, on any thread.
 */
final class SentBody {
  private final byte[] bytes;

  /** How often all of it was sent without an answer: some clients send it again by themselves. */
  private int unanswered;

  /** How many threads are writing it. */
  private int writing;

  private boolean isGivenUp;

  SentBody(byte[] bytes) {
    this.bytes = bytes;
  }

  int length() {
    return bytes.length;
  }

  /** Whether all of it was sent, and is not answered. */
  synchronized boolean isSent() {
    return unanswered > 0;
  }

  /** Tells that all of it was sent. */
  private synchronized void sent() {
    unanswered++;
  }

  /** Tells that there was an answer to what was sent last. */
  synchronized void answered() {
    unanswered = Math.max(0, unanswered - 1);
  }

  /** Forgets what was sent. */
  synchronized void reset() {
    unanswered = 0;
  }

  /**
   * Keeps a client that cannot be stopped from sending it later. What it is sending now counts as
   * sent.
   */
  synchronized void giveUp() {
    isGivenUp = true;
    unanswered += writing;
  }

  /**
   * Writes all of it. Not to be used beside {@link #publisher}.
   *
   * @throws IOException if the attempt was given up, or the stream throws it
   */
  void writeTo(OutputStream out) throws IOException {
    synchronized (this) {
      if (isGivenUp) {
        throw new IOException("the attempt was given up");
      }
      writing++;
    }
    boolean isComplete = false;
    try {
      out.write(bytes);
      isComplete = true;
    } finally {
      endWriting(isComplete);
    }
  }

  private synchronized void endWriting(boolean isComplete) {
    writing--;
    unanswered += isComplete && !isGivenUp ? 1 : 0;
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
      sent();
      subscriber.onComplete();
    }
  }
}
