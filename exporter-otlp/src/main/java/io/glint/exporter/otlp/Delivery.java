package io.glint.exporter.otlp;

import io.glint.sdk.ExemplarOutcomes;
import io.glint.sdk.ExemplarOutcomes.Outcome;
import io.glint.sdk.internal.log.UndeliveredPoints;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Delivers one encoded request: attempts, and waits in between.
 *
 * <p>Runs on a thread of the exporter, which sees what became of it. It ends within the timeout, or
 * soon after its thread is interrupted, and whatever happens is accounted for once.
 */
final class Delivery implements Runnable {
  private final SentBody body;
  private final int size;
  private final UndeliveredPoints points;
  private final RequestExemplars exemplars;
  private final Settings settings;
  private final ExporterTelemetry.Operation operation;
  private int attempts;

  /** Null unless it has failed. */
  private String failureMessage;

  /** What other requests would meet, too; null for nothing. */
  private ExportFailure obstacle;

  /** Whether an attempt that had no answer, or that of a gateway, may have got through. */
  private boolean mayHaveArrived;

  /** The last attempt; null if it did not end by itself. */
  private Attempt last;

  Delivery(Request request, Settings settings, ExporterTelemetry.Operation operation) {
    this.body = new SentBody(request.body());
    this.size = request.size();
    this.points = request.points();
    this.exemplars = request.exemplars();
    this.settings = settings;
    this.operation = operation;
  }

  /** The points in the request. */
  UndeliveredPoints points() {
    return points;
  }

  /** Once it has ended: the message that was logged, or null if the request was delivered. */
  String failure() {
    return failureMessage;
  }

  /** Once it has ended: a failure that other requests would meet, too; null for none. */
  ExportFailure obstacle() {
    return obstacle;
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
      boolean isOfThisRequest =
          last != null && last.status() != Attempt.NO_STATUS && !last.isRetryable();
      obstacle = failure == null || isOfThisRequest ? null : failure;
      end(mayHaveArrived && failure != null ? failure.afterUnansweredRequest() : failure);
    }
  }

  /** Ends a delivery that is not to be run, and whose failure was logged. */
  void abandon(ExportFailure failure) {
    complete(failure);
  }

  /**
   * Tries until the request is delivered, or there is no point in trying again.
   *
   * @return null if delivered
   */
  private ExportFailure deliver() throws InterruptedException {
    Deadline deadline = Deadline.after(settings.timeout);
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
    try {
      if (failure != null) {
        failureMessage = "failed";
        failureMessage = settings.log.failed(points, attempts, failure);
      }
    } finally {
      // Even if memory runs out.
      complete(failure);
    }
  }

  private void complete(ExportFailure failure) {
    exemplars.enterIn(settings.exemplarOutcomes, outcome(failure));
    if (failure == null) {
      operation.succeeded(last.status(), last.message().rejectedPoints());
    } else {
      operation.failed(failure, last == null ? Attempt.NO_STATUS : last.status());
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
