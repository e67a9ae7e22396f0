package io.glint.exporter.otlp;

import io.glint.sdk.ExemplarOutcomes;
import io.glint.sdk.ExemplarOutcomes.Outcome;
import io.glint.sdk.internal.log.LoggedFailure;
import io.glint.sdk.internal.log.UndeliveredPoints;
import io.opentelemetry.sdk.common.CompletableResultCode;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;

/**
 * Delivers one encoded request: attempts, waits in between, and the final result.
 *
 * <p>Runs on a thread of the exporter. It ends within the timeout, or soon after its thread is
 * interrupted, and whatever happens completes its result once.
 */
final class Delivery implements Runnable {
  private final SentBody body;
  private final int size;
  private final UndeliveredPoints points;
  private final RequestExemplars exemplars;
  private final Deadline deadline;
  private final Settings settings;
  private final ExporterTelemetry.Operation operation;
  private final Consumer<Delivery> onEnd;
  private final CompletableResultCode result = new CompletableResultCode();
  private int attempts;

  /** Whether an attempt that had no answer, or that of a gateway, may have got through. */
  private boolean mayHaveArrived;

  /** The answer to the last attempt, if there was one. */
  private HttpTransport.Reply reply;

  /**
   * Creates a delivery, whose time starts now.
   *
   * @param size of the request in bytes, before compression
   * @param points those in it, which count as undelivered until there is an answer
   * @param onEnd called before the result is completed
   */
  Delivery(
      byte[] body,
      int size,
      UndeliveredPoints points,
      RequestExemplars exemplars,
      Settings settings,
      ExporterTelemetry.Operation operation,
      Consumer<Delivery> onEnd) {
    this.body = new SentBody(body);
    this.size = size;
    this.points = points;
    this.exemplars = exemplars;
    this.settings = settings;
    this.operation = operation;
    this.deadline = Deadline.after(settings.timeout);
    this.onEnd = onEnd;
  }

  CompletableResultCode result() {
    return result;
  }

  @Override
  public void run() {
    // Stays if deliver() throws what nobody expects: the result must be completed nevertheless.
    ExportFailure failure = ExportFailure.unexpected();
    try {
      failure = deliver();
    } catch (InterruptedException e) {
      // Only a shutdown interrupts; the pool's thread ends after this.
      failure = ExportFailure.shutdown();
    } finally {
      mayHaveArrived |= body.isSent();
      end(mayHaveArrived && failure != null ? failure.afterUnansweredRequest() : failure);
    }
  }

  /** Ends a delivery that is not to be run. */
  void abandon(ExportFailure failure) {
    end(failure);
  }

  /**
   * Tries until the request is delivered, or there is no point in trying again.
   *
   * @return null if delivered
   */
  private ExportFailure deliver() throws InterruptedException {
    HttpRequest request;
    try {
      request = settings.requests.request(body);
    } catch (RuntimeException e) {
      return ExportFailure.headers(e);
    }
    while (true) {
      attempts++;
      ExportFailure failure;
      boolean retryable;
      boolean delayIsOfServer = false;
      long delayNanos = settings.backoff.delayNanos(attempts);
      try {
        reply = null;
        reply = attempt(request);
        if (reply.isSuccess()) {
          settings.log.delivered(points.all(), reply.message());
          return null;
        }
        failure = settings.advice.failure(reply, size);
        // It is answered.
        body.reset();
        retryable = reply.isRetryable();
        delayIsOfServer = reply.retryAfterNanos().isPresent();
        delayNanos = reply.retryAfterNanos().orElse(delayNanos);
      } catch (TimeoutException e) {
        return settings.advice.timeout(settings.timeout);
      } catch (IOException e) {
        failure = settings.advice.failure(e, size, body.isSent());
        retryable = settings.isRetryable(e);
        body.reset();
      }
      mayHaveArrived |= failure.fate() == Fate.UNKNOWN;
      if (!retryable || !settings.backoff.allowsAttemptAfter(attempts)) {
        return failure;
      }
      if (delayNanos >= deadline.remainingNanos()) {
        return failure.withoutTimeToRetry();
      }
      if (delayIsOfServer && delayNanos > Backoff.MAX_RETRY_AFTER_NANOS) {
        return failure.withTooLongDelay(delayNanos);
      }
      settings.log.willRetry(failure, attempts, delayNanos);
      TimeUnit.NANOSECONDS.sleep(delayNanos);
    }
  }

  private HttpTransport.Reply attempt(HttpRequest request)
      throws IOException, InterruptedException, TimeoutException {
    long remainingNanos = deadline.remainingNanos();
    if (remainingNanos == 0) {
      throw new TimeoutException("no time left to send the request");
    }
    return settings.transport.exchange(request, remainingNanos);
  }

  private void end(ExportFailure failure) {
    String message = "failed";
    try {
      if (failure != null) {
        message = settings.log.failed(points, attempts, failure);
      }
    } finally {
      // Even if memory runs out.
      complete(failure, message);
    }
  }

  private void complete(ExportFailure failure, String message) {
    try {
      exemplars.enterIn(settings.exemplarOutcomes, outcome(failure));
      if (failure == null) {
        operation.succeeded(reply.status(), reply.message().rejectedPoints());
      } else {
        operation.failed(failure, reply == null ? 0 : reply.status());
      }
    } finally {
      onEnd.accept(this);
      if (failure == null) {
        result.succeed();
      } else {
        result.failExceptionally(new LoggedFailure(message));
      }
    }
  }

  /** Which points a server rejected it does not say: unless it was all, their exemplars count. */
  private Outcome outcome(ExportFailure failure) {
    boolean isDelivered = failure == null && reply.message().rejectedPoints() < points.all();
    return isDelivered ? Outcome.EXPORTED : Outcome.EXPORT_FAILED;
  }

  /** What all deliveries of an exporter have in common. */
  static final class Settings {
    private final HttpTransport transport;
    private final RequestFactory requests;
    private final Backoff backoff;
    private final Predicate<IOException> retryablePredicate;
    private final HttpAdvice advice;
    private final Duration timeout;
    private final ExportLog log;
    private final ExemplarOutcomes exemplarOutcomes;

    Settings(
        HttpTransport transport,
        RequestFactory requests,
        Backoff backoff,
        Predicate<IOException> retryablePredicate,
        HttpAdvice advice,
        Duration timeout,
        ExportLog log,
        ExemplarOutcomes exemplarOutcomes) {
      this.transport = transport;
      this.requests = requests;
      this.backoff = backoff;
      this.retryablePredicate = retryablePredicate;
      this.advice = advice;
      this.timeout = timeout;
      this.log = log;
      this.exemplarOutcomes = exemplarOutcomes;
    }

    private boolean isRetryable(IOException exception) {
      return !(exception instanceof ResponseTooLargeException)
          && retryablePredicate.test(exception);
    }

    /**
     * A connection that failed may work next time; a certificate that is not trusted, and a server
     * of another protocol, will not.
     */
    static boolean isRetryableByDefault(IOException exception) {
      return !(exception instanceof SSLException) && !HttpAdvice.isOtherProtocol(exception);
    }
  }
}
