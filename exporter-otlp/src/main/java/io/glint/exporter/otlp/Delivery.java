package io.glint.exporter.otlp;

import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.glint.sdk.internal.exporter.OutcomeCounts;
import io.glint.sdk.internal.log.LoggedFailure;
import io.opentelemetry.sdk.common.CompletableResultCode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Delivers what one export encoded: as one request, or as several if it is too large for one, with
 * attempts, waits in between, and one result for all.
 *
 * <p>Runs on a thread of the exporter. It ends within its timeout, or soon after its thread is
 * interrupted, and whatever happens completes its result once, when all its points are settled:
 * delivered, kept for a later request, or given up.
 */
final class Delivery implements Runnable {
  /** A collection that is split may take as long as that many requests. */
  static final int MAX_TIMEOUTS = 6;

  private final Request whole;
  private final boolean hasKeptPoints;
  private final Settings settings;
  private final ExporterTelemetry.Operation operation;
  private final Consumer<Delivery> onEnd;
  private final Deadline start;
  private final CompletableResultCode result;
  private final Settlement settlement;

  /** What is under way; null if there is nothing. */
  private @Nullable Request current;

  /** What is split and not all sent yet. The first of two has parts of a part of the other. */
  private final Deque<Parts> unsent = new ArrayDeque<>(2);

  private @Nullable SentBody body;
  private int attempts;
  private int attemptsOfRequest;
  private int requests;

  /** Whether an attempt that had no answer, or that of a gateway, may have got through. */
  private boolean mayHaveArrived;

  /** The last attempt; null if it did not end by itself. */
  private @Nullable Attempt last;

  /** The answer to the last request that was delivered. */
  private @Nullable Attempt answer;

  private long rejected;

  /** Null unless the last attempt before the end has lost points. */
  private @Nullable String lostAtShutdown;

  /**
   * Creates a delivery, whose time starts now.
   *
   * @param hasKeptPoints whether the request was made by {@link Redelivery#join}
   * @param result is completed at the end
   * @param onEnd called before the result is completed
   */
  Delivery(
      Request whole,
      boolean hasKeptPoints,
      Settings settings,
      ExporterTelemetry.Operation operation,
      CompletableResultCode result,
      Consumer<Delivery> onEnd) {
    this.whole = whole;
    this.hasKeptPoints = hasKeptPoints;
    this.settings = settings;
    this.operation = operation;
    this.result = result;
    this.onEnd = onEnd;
    this.start = Deadline.after(settings.timeout);
    this.settlement = new Settlement(settings);
  }

  CompletableResultCode result() {
    return result;
  }

  /** What went wrong first; null if nothing did. Once the result is complete. */
  @Nullable ExportFailure failure() {
    return settlement.failure();
  }

  /**
   * The message about points that the last attempt before the end has lost; null if there are none.
   * Once the result is complete.
   */
  @Nullable String lostAtShutdown() {
    return lostAtShutdown;
  }

  /**
   * Whether the content of the request is not used any more, once the result is complete: an
   * attempt that was given up may still be reading it.
   */
  boolean isContentFree() {
    return settlement.failure() == null && attempts == requests;
  }

  @Override
  public void run() {
    // Stays if deliverAll() throws what nobody expects: the result must be completed nevertheless.
    ExportFailure failure = ExportFailure.unexpected();
    try {
      deliverAll();
      failure = null;
    } catch (InterruptedException e) {
      // Only a shutdown interrupts; the pool's thread ends after this.
      failure = ExportFailure.shutdown();
    } finally {
      try {
        if (failure != null && current != null) {
          settle(failure, /* isRefused= */ false);
        }
        settleRest(settlement.failure() != null ? settlement.failure() : failure);
      } finally {
        end();
      }
    }
  }

  /** Ends a delivery that is not to be run. */
  void abandon(ExportFailure failure) {
    current = whole;
    try {
      settle(failure, /* isRefused= */ false);
    } finally {
      end();
    }
  }

  private void deliverAll() throws InterruptedException {
    current = whole;
    boolean goesOn = true;
    if (whole.content().size() <= settings.splitSize) {
      goesOn = deliver(whole, start, /* mayBeSplit= */ true);
    } else {
      final RequestSplitter parts = split(whole, settings.splitSize);
      if (parts.leftOut().all() > 0) {
        settlement.leftOut(parts);
      }
      // The last attempt has what is left of the shutdown, for all of it.
      final int timeouts = settings.isLast ? 1 : Math.max(1, Math.min(parts.count(), MAX_TIMEOUTS));
      push(parts, Deadline.after(settings.timeout, timeouts), /* mayBeSplit= */ true);
    }
    while (goesOn && !unsent.isEmpty()) {
      final Parts parts = unsent.peek();
      if (parts.splitter().hasNext()) {
        final Request part =
            parts
                .splitter()
                .next(/* reuse= */ settlement.failure() == null && attempts == requests);
        current = part;
        goesOn =
            deliver(
                part, Deadline.after(settings.timeout).orEarlier(parts.end()), parts.mayBeSplit());
      } else {
        unsent.pop();
      }
    }
  }

  private RequestSplitter split(Request request, int size) {
    return new RequestSplitter(
        request.content(), size, settings.maxRequestSize, request.exemplars());
  }

  /** From now on it is the parts that are not settled. */
  private void push(RequestSplitter parts, Deadline end, boolean mayBeSplit) {
    unsent.push(new Parts(parts, end, mayBeSplit));
    current = null;
  }

  /** What would fail one part for want of the server would fail the rest too, and take its time. */
  @SuppressWarnings("NullAway") // Something is left only if something went wrong.
  private void settleRest(@Nullable ExportFailure cause) {
    for (final Parts parts : unsent) {
      while (parts.splitter().hasNext()) {
        settlement.notDelivered(
            parts.splitter().next(/* reuse= */ false),
            cause.beforeRequest(),
            /* isKept= */ true,
            0);
      }
    }
  }

  /**
   * Tries until the current request is delivered, or there is no point in trying again, and settles
   * it. One with points that waited, which is too large for the server, is split instead.
   *
   * @param request the {@link #current} one
   * @param mayBeSplit false for a part of a request that was too large for the server
   * @return whether a further request may have success
   */
  private boolean deliver(Request request, Deadline deadline, boolean mayBeSplit)
      throws InterruptedException {
    requests++;
    mayHaveArrived = false;
    body = null;
    body = settings.body.apply(request.content());
    attemptsOfRequest = 0;
    while (true) {
      attempts++;
      attemptsOfRequest++;
      last = null;
      final long remainingNanos = deadline.remainingNanos();
      if (remainingNanos == 0) {
        settle(settings.transport.timedOut(), /* isRefused= */ false);
        return false;
      }
      final Attempt attempt =
          settings.transport.send(body, request.content().size(), remainingNanos);
      last = attempt;
      final ExportFailure failure = attempt.failure();
      if (failure == null) {
        delivered(request, attempt);
        return true;
      }
      mayHaveArrived |= failure.fate() == Fate.UNKNOWN;
      final long delayNanos =
          attempt.retryAfterNanos().orElse(settings.backoff.delayNanos(attemptsOfRequest));
      if (attempt.retry() == Attempt.Retry.SMALLER
          && mayBeSplit
          && hasKeptPoints
          && request.points().all() > 1
          && !mayHaveArrived) {
        settings.log.tooLargeForServer(request, failure);
        settings.counters.failed(failure.fate(), /* isRefused= */ true);
        push(split(request, request.content().size() / 2), deadline, /* mayBeSplit= */ false);
        return true;
      }
      if (attempt.retry() != Attempt.Retry.YES) {
        // Some answers are none of the server, and leave open what it did.
        final boolean isRefused =
            attempt.status() != Attempt.NO_STATUS
                && attempt.retry() != Attempt.Retry.LATER
                && failure.fate() == Fate.NOT_DELIVERED;
        settle(failure, isRefused);
        // Either way the server is there, and answers.
        return isRefused || failure.fate() == Fate.PROBABLY_DELIVERED;
      }
      if (!settings.backoff.allowsAttemptAfter(attemptsOfRequest)) {
        settle(failure, /* isRefused= */ false);
        return false;
      }
      if (delayNanos >= deadline.remainingNanos()) {
        settle(failure.withoutTimeToRetry(), /* isRefused= */ false);
        return false;
      }
      if (attempt.retryAfterNanos().isPresent() && delayNanos > Backoff.MAX_RETRY_AFTER_NANOS) {
        settle(failure.withTooLongDelay(delayNanos), /* isRefused= */ false);
        return false;
      }
      settings.log.willRetry(failure, attemptsOfRequest, delayNanos);
      TimeUnit.NANOSECONDS.sleep(delayNanos);
    }
  }

  private void delivered(Request request, Attempt attempt) {
    current = null;
    answer = attempt;
    final long rejectedHere = attempt.message().rejectedPoints();
    rejected += rejectedHere;
    // Which points a server rejected it does not say: unless it was all, their exemplars count.
    request
        .exemplars()
        .addTo(
            settings.exemplarOutcomes,
            rejectedHere < request.points().all() ? Outcome.EXPORTED : Outcome.EXPORT_FAILED);
    settings.counters.delivered(rejectedHere);
    settings.log.delivered(request.points().all(), attempt.message());
  }

  /**
   * Decides what becomes of the points of the current request.
   *
   * @param isRefused whether the server has answered that it will not take them
   */
  private void settle(ExportFailure cause, boolean isRefused) {
    final Request request = Objects.requireNonNull(current, "no request is under way");
    current = null;
    mayHaveArrived |= body != null && body.isSent();
    final ExportFailure failure = mayHaveArrived ? cause.afterUnansweredRequest() : cause;
    final boolean isKept =
        switch (failure.fate()) {
          case NOT_DELIVERED -> !isRefused;
          case UNKNOWN -> !isRefused && settings.resendsUnanswered;
          case PROBABLY_DELIVERED -> false;
        };
    settings.counters.failed(failure.fate(), isRefused);
    settlement.notDelivered(request, failure, isKept, attemptsOfRequest);
  }

  private void end() {
    String message = "failed";
    try {
      settings.redelivery.settled(hasKeptPoints);
      if (settlement.failure() != null && settings.isLast) {
        lostAtShutdown = settlement.lostAtShutdown();
      } else if (settlement.failure() != null) {
        message = settlement.message();
      }
    } finally {
      // Even if memory runs out.
      complete(message);
    }
  }

  @SuppressWarnings("NullAway") // Where nothing went wrong there was an answer.
  private void complete(String message) {
    final ExportFailure failure = settlement.failure();
    final int status = last != null ? last.status() : Attempt.NO_STATUS;
    try {
      if (failure == null) {
        operation.succeeded(answer.status(), rejected);
      } else {
        operation.failed(failure, settlement.undelivered().all() + rejected, status);
      }
    } finally {
      try {
        onEnd.accept(this);
      } finally {
        if (failure == null) {
          result.succeed();
        } else {
          result.failExceptionally(new LoggedFailure(message));
        }
      }
    }
  }

  /**
   * Requests that one was split into.
   *
   * @param end of the time for all of them
   * @param mayBeSplit whether one that is too large for the server may be split again
   */
  private record Parts(RequestSplitter splitter, Deadline end, boolean mayBeSplit) {}

  /**
   * What all deliveries of an exporter have in common.
   *
   * @param body makes what is sent of a request
   * @param splitSize of a request in bytes, beyond which it is split
   * @param maxRequestSize beyond which a request with one point is not sent
   * @param timeout of one request, with all its attempts
   * @param resendsUnanswered whether requests that may have arrived are kept
   * @param isLast whether no export follows: then whoever sees to that logs what is kept
   */
  record Settings(
      Transport transport,
      Backoff backoff,
      Duration timeout,
      int splitSize,
      int maxRequestSize,
      Function<ProtoWriter, SentBody> body,
      Redelivery redelivery,
      boolean resendsUnanswered,
      boolean isLast,
      ExportLog log,
      DeliveryCounters counters,
      OutcomeCounts exemplarOutcomes) {

    /**
     * The same for the one attempt before the exporter ends. With a file, what may have arrived is
     * kept as well: nobody sees how it ended.
     */
    Settings forLastAttempt(Duration atMost) {
      final Duration limit = timeout.isZero() || timeout.compareTo(atMost) > 0 ? atMost : timeout;
      return new Settings(
          transport,
          new Backoff(null, () -> 0),
          limit,
          splitSize,
          maxRequestSize,
          body,
          redelivery,
          resendsUnanswered || redelivery.hasFile(),
          /* isLast= */ true,
          log,
          counters,
          exemplarOutcomes);
    }
  }
}
