package io.glint.exporter.otlp;

import io.opentelemetry.sdk.common.CompletableResultCode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * OTLP through a sender: a client of an HTTP or gRPC library behind an interface of OpenTelemetry.
 *
 * <p>Timeouts, retries and the reading of answers are Glint's, as with the client of the JDK. An
 * attempt that is given up cannot be taken back from a sender: what was not written by then is not
 * sent, and what was sent is waited for until the sender's own timeout. What the interfaces do not
 * show is not known: headers of an answer, such as {@code Retry-After}, and trailers, such as
 * gRPC's {@code RetryInfo}.
 *
 * @param <R> the sender's answer
 */
abstract class SenderTransport<R> implements Transport {
  /** The words of OpenTelemetry's own senders, which have no type for it. */
  private static final String TOO_LARGE_RESPONSE = "response body exceeded limit";

  private final ExecutorService threads;
  private final Predicate<IOException> isRetryable;

  /**
   * Creates the transport of an exporter.
   *
   * @param threads that the sender runs its tasks on; the exporter shuts them down before it closes
   *     the transport
   */
  SenderTransport(OtlpMetricExporterBuilder builder, ExecutorService threads) {
    this.threads = threads;
    this.isRetryable = builder.retryableExceptions(HttpAdvice::isPassing);
  }

  /** Hands the request over to the sender. */
  abstract void send(SentBody body, Consumer<R> onResponse, Consumer<Throwable> onError);

  abstract Attempt answered(R response, int size);

  abstract ExportFailure failure(IOException exception, int size, boolean isSent);

  abstract CompletableResultCode shutdown();

  @Override
  public final Attempt send(SentBody body, int size, long timeoutNanos)
      throws InterruptedException {
    final CompletableFuture<R> response = new CompletableFuture<>();
    try {
      send(body, response::complete, response::completeExceptionally);
    } catch (SenderConfig.HeadersException e) {
      return Attempt.unanswered(ExportFailure.headers(e.reason()), false);
    } catch (RuntimeException e) {
      response.completeExceptionally(e);
    }
    try {
      final Attempt attempt = answered(response.get(timeoutNanos, TimeUnit.NANOSECONDS), size);
      body.answered();
      return attempt;
    } catch (TimeoutException e) {
      body.giveUp();
      return Attempt.unanswered(timedOut(), false);
    } catch (InterruptedException e) {
      body.giveUp();
      throw e;
    } catch (ExecutionException e) {
      return unanswered(e, body, size);
    }
  }

  private Attempt unanswered(Throwable thrown, SentBody body, int size)
      throws InterruptedException {
    final Throwable cause = unwrapped(thrown);
    if (threads.isShutdown()) {
      // Which is why the sender has given up.
      throw new InterruptedException("closed");
    }
    if (cause instanceof InterruptedIOException && !(cause instanceof SocketTimeoutException)) {
      // The sender's own timeout.
      return Attempt.unanswered(timedOut(), false);
    }
    final IOException exception = cause instanceof IOException io ? io : new IOException(cause);
    final String message = exception.getMessage();
    if (message != null && isOfTooLargeResponse(message)) {
      return Attempt.unanswered(ExportFailure.responseTooLarge(message), false);
    }
    final ExportFailure failure = failure(exception, size, body.isSent());
    body.reset();
    return Attempt.unanswered(failure, cause instanceof IOException && isRetryable.test(exception));
  }

  /** Some senders wrap what went wrong, as their threads cannot throw it. */
  private static Throwable unwrapped(Throwable thrown) {
    Throwable cause = thrown;
    while ((cause instanceof UncheckedIOException
            || cause instanceof CompletionException
            || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** Whether a sender says that there was an answer, which passes the limit. */
  static boolean isOfTooLargeResponse(@Nullable String message) {
    return message != null && message.contains(TOO_LARGE_RESPONSE);
  }

  @Override
  public final void close() {
    final CompletableResultCode unused = shutdown();
  }
}
