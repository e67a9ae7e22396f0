package io.glint.exporter.otlp;

import io.glint.sdk.ExemplarOutcomes;
import io.glint.sdk.ExemplarOutcomes.Outcome;
import io.glint.sdk.internal.log.LoggedFailure;
import io.glint.sdk.internal.log.UndeliveredPoints;
import io.opentelemetry.sdk.common.CompletableResultCode;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

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

  /** The last attempt; null if it did not end by itself. */
  private Attempt last;

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
    while (true) {
      attempts++;
      last = null;
      long remainingNanos = deadline.remainingNanos();
      if (remainingNanos == 0) {
        return settings.transport.timedOut();
      }
      Attempt attempt = settings.transport.send(body, size, remainingNanos);
      last = attempt;
      if (attempt.isDelivered()) {
        settings.log.delivered(points.all(), attempt.message());
        return null;
      }
      ExportFailure failure = attempt.failure();
      mayHaveArrived |= failure.fate() == Fate.UNKNOWN;
      if (!attempt.isRetryable() || !settings.backoff.allowsAttemptAfter(attempts)) {
        return failure;
      }
      long delayNanos = attempt.retryAfterNanos().orElse(settings.backoff.delayNanos(attempts));
      if (delayNanos >= deadline.remainingNanos()) {
        return failure.withoutTimeToRetry();
      }
      if (attempt.retryAfterNanos().isPresent() && delayNanos > Backoff.MAX_RETRY_AFTER_NANOS) {
        return failure.withTooLongDelay(delayNanos);
      }
      settings.log.willRetry(failure, attempts, delayNanos);
      TimeUnit.NANOSECONDS.sleep(delayNanos);
    }
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
        operation.succeeded(last.status(), last.message().rejectedPoints());
      } else {
        operation.failed(failure, last == null ? Attempt.NO_STATUS : last.status());
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
    boolean isDelivered = failure == null && last.message().rejectedPoints() < points.all();
    return isDelivered ? Outcome.EXPORTED : Outcome.EXPORT_FAILED;
  }

  /** What all deliveries of an exporter have in common. */
  record Settings(
      Transport transport,
      Backoff backoff,
      Duration timeout,
      ExportLog log,
      ExemplarOutcomes exemplarOutcomes) {}
}
