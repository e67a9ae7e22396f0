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
 * Collects a response body up to a limit, and cuts off one that is longer. Of one that breaks off
 * it has what came: the status, which says what became of the request, was there before.
 */
final class LimitedBody implements BodySubscriber<LimitedBody> {
  private final int limit;
  private final int status;
  private final ByteArrayOutputStream received = new ByteArrayOutputStream(64);
  private final CompletableFuture<LimitedBody> body = new CompletableFuture<>();
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
   * @throws ResponseTooLargeException if the content is larger than the limit: a few kilobytes can
   *     stand for gigabytes
   */
  static byte[] gunzip(byte[] compressed, int limit, int status) throws IOException {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
      byte[] content = in.readNBytes(limit);
      if (in.read() >= 0) {
        throw new ResponseTooLargeException(limit, status);
      }
      return content;
    }
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
    for (ByteBuffer buffer : buffers) {
      int size = buffer.remaining();
      if (size > limit - received.size()) {
        body.completeExceptionally(new ResponseTooLargeException(limit, status));
        subscription.cancel();
        return;
      }
      byte[] bytes = new byte[size];
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

  /** What was received, once {@link #getBody()} is complete. */
  byte[] bytes() {
    return received.toByteArray();
  }

  /** Whether it did not break off. */
  boolean isComplete() {
    return isComplete;
  }
}
