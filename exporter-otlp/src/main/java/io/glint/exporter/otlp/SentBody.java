package io.glint.exporter.otlp;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request, which knows whether the current attempt has sent all of it: only then can
 * the server have taken it. Used by one attempt at a time, on any thread.
 */
final class SentBody {
  /** The largest piece handed out at once. */
  private static final int PIECE = 65_536;

  private final byte[] bytes;
  private final int start;
  private final int end;

  /** How often all of it was sent without an answer: some clients send it again by themselves. */
  @GuardedBy("this")
  private int unanswered;

  /** How many threads are writing it. */
  @GuardedBy("this")
  private int writing;

  @GuardedBy("this")
  private boolean isGivenUp;

  /** The last piece, once a client has it: it has no rest when it is on its way. */
  @GuardedBy("this")
  private @Nullable ByteBuffer lastPiece;

  SentBody(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  /** The bytes from {@code start} up to {@code end}, which are not copied and must not change. */
  SentBody(byte[] bytes, int start, int end) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  int length() {
    return end - start;
  }

  /** Whether all of it was sent, or may yet be, and is not answered. */
  synchronized boolean isSent() {
    return unanswered > 0 || (lastPiece != null && (isGivenUp || !lastPiece.hasRemaining()));
  }

  /** Answers whether the piece may be handed out. */
  private synchronized boolean mayHandOut(ByteBuffer piece) {
    if (isGivenUp) {
      return false;
    }
    if (piece.limit() == end) {
      lastPiece = piece;
    }
    return true;
  }

  /** Tells that there was an answer to what was sent last. */
  synchronized void answered() {
    unanswered = Math.max(0, unanswered - 1);
  }

  /** Forgets what was sent. */
  synchronized void reset() {
    unanswered = 0;
    lastPiece = null;
  }

  /**
   * Keeps a client that cannot be stopped from sending it later. What it is sending now, or has
   * been handed and not sent, counts as sent.
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
        throw givenUp();
      }
      writing++;
    }
    boolean isComplete = false;
    try {
      out.write(bytes, start, end - start);
      isComplete = true;
    } finally {
      endWriting(isComplete);
    }
  }

  private static IOException givenUp() {
    return new IOException("the attempt was given up");
  }

  private synchronized void endWriting(boolean isComplete) {
    writing--;
    unanswered += isComplete && !isGivenUp ? 1 : 0;
  }

  /**
   * The bytes from a position on, as many as are handed out at once. Not to be used beside {@link
   * #writeTo}.
   *
   * @param position of {@link #length} at most
   * @throws IOException if the attempt was given up
   */
  ByteBuffer piece(int position) throws IOException {
    final ByteBuffer piece = pieceAt(start + position);
    if (!mayHandOut(piece)) {
      throw givenUp();
    }
    return piece;
  }

  private ByteBuffer pieceAt(int position) {
    return ByteBuffer.wrap(bytes, position, Math.min(PIECE, end - position));
  }

  /** The body for the client of the JDK. */
  BodyPublisher publisher() {
    return new BodyPublisher() {
      @Override
      public long contentLength() {
        return length();
      }

      @Override
      public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        subscriber.onSubscribe(new Pieces(subscriber));
      }
    };
  }

  /** Hands out views of the bytes: publishers of the JDK would copy them. */
  private final class Pieces implements Flow.Subscription {
    private final Flow.Subscriber<? super ByteBuffer> subscriber;

    /** The pieces asked for and not handed out. Who raises it from 0 hands them out. */
    private final AtomicLong demand = new AtomicLong();

    private volatile boolean isOver;
    private int position = start;

    Pieces(Flow.Subscriber<? super ByteBuffer> subscriber) {
      this.subscriber = subscriber;
    }

    @Override
    public void request(long pieces) {
      if (pieces <= 0) {
        isOver = true;
        subscriber.onError(new IllegalArgumentException("asked for " + pieces + " pieces"));
        return;
      }
      if (demand.getAndAccumulate(pieces, Pieces::sum) > 0) {
        return;
      }
      do {
        next();
      } while (demand.decrementAndGet() > 0 && !isOver);
    }

    private static long sum(long a, long b) {
      return a + b < 0 ? Long.MAX_VALUE : a + b;
    }

    private void next() {
      if (isOver) {
        return;
      }
      final ByteBuffer piece = pieceAt(position);
      if (!mayHandOut(piece)) {
        isOver = true;
        subscriber.onError(givenUp());
        return;
      }
      position = piece.limit();
      final boolean isLast = position == end;
      if (isLast) {
        isOver = true;
      }
      subscriber.onNext(piece);
      if (isLast) {
        subscriber.onComplete();
      }
    }

    @Override
    public void cancel() {
      isOver = true;
    }
  }
}
