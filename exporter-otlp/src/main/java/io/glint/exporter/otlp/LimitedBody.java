package io.glint.exporter.otlp;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.zip.GZIPInputStream;

/**
 * Collects a response body up to a limit, and cuts off one that is longer. Of one that breaks off,
 * or is longer and not that of a success, it has what came: the status, which says what became of
 * the request, was there before.
 */
final class LimitedBody implements BodySubscriber<LimitedBody> {
  private final int limit;
  private final int status;
  private final ByteArrayOutputStream received = new ByteArrayOutputStream(64);
  private final CompletableFuture<LimitedBody> body = new CompletableFuture<>();

  @SuppressWarnings("NullAway.Init") // By onSubscribe().
  private Flow.Subscription subscription;

  private volatile boolean isComplete;

  /**
   * Creates one.
   *
   * @param status the HTTP status of the response
   */
  LimitedBody(int limit, int status) {
    this.limit = limit;
    this.status = status;
  }

  /**
   * Undoes gzip.
   *
   * @return the content, up to the limit: a few kilobytes can stand for gigabytes
   * @throws ResponseTooLargeException if there is more of it, and the status is a success
   */
  static byte[] gunzip(byte[] compressed, int limit, int status) throws IOException {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
      final byte[] content = in.readNBytes(limit);
      if (isNeededWhole(status) && in.read() >= 0) {
        throw new ResponseTooLargeException(limit, status);
      }
      return content;
    }
  }

  /** Only the body of a success says what became of the points; of others the status does. */
  private static boolean isNeededWhole(int status) {
    return status / 100 == 2;
  }

  @Override
  public CompletionStage<LimitedBody> getBody() {
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
      final int size = buffer.remaining();
      if (size > limit - received.size()) {
        if (isNeededWhole(status)) {
          body.completeExceptionally(new ResponseTooLargeException(limit, status));
        } else {
          body.complete(this);
        }
        subscription.cancel();
        return;
      }
      final byte[] bytes = new byte[size];
      buffer.get(bytes);
      received.write(bytes, 0, size);
    }
  }

  @Override
  public void onError(Throwable failure) {
    body.complete(this);
  }

  @Override
  public void onComplete() {
    isComplete = true;
    body.complete(this);
  }

  /** What was received so far; all of it once {@link #getBody()} is complete. For any thread. */
  byte[] bytes() {
    return received.toByteArray();
  }

  /** Whether it did not break off. */
  boolean isComplete() {
    return isComplete;
  }
}
