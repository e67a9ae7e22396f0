package io.glint.sdk.internal.export;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.glint.sdk.internal.async.CallbackRunner;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The state machine of a {@code GlintPeriodicMetricReader}: when it collects and exports, what
 * waits for that, and how it ends. The class of the reader says what can be relied on. Thread-safe.
 */
public final class PeriodicExport {
  /*
   * The state machine. All of it is guarded by `lock`. Under it no user code runs, and nothing is
   * logged; only an executor of the user's, if one was set, is handed tasks.
   *
   * `cycle` is the permit to collect and to use the exporter: null, or the one that has it.
   *
   *   startCycle   null -> new cycle, if there is work: isDue, or requests, or the phase is DRAINING
   *   ended        cycle -> null, once every export of the cycle is complete
   *
   * In between, an ExportCycle makes its calls one after the other, and each begins when the one
   * before it is done (TimedCall). Nothing else sets it, so collections and exports cannot overlap. A
   * timeout does not set it
   * either. What makes work calls startCycle afterwards, and so does the end of a cycle: work that
   * finds a cycle under way is found by that one's end.
   *
   * `phase` only goes forward:
   *
   *   NEW       register: ACTIVE, and the first tick is set up
   *   ACTIVE    tick: isDue. The start of the cycle that isDue causes sets up the next tick, so there
   *             is a tick set up or due, and only one
   *   DRAINING  shutdown was called. No ticks or requests are taken any more. The next cycle is the
   *             last one; it takes all requests
   *   CLOSING   the last cycle has ended, or its time has run out: then the cycle under way, if any,
   *             is abandoned and calls the exporter no more; a call that it is just about to make
   *             may still meet the exporter's shutdown. exporter.shutdown() is called by whoever
   *             made the step to CLOSING
   *   CLOSED    the exporter's shutdown is done, or its time has run out. Whoever made this step
   *             completes the result and ends the threads
   *
   * A request is in `requests`, or in one cycle, or is complete. It is completed by the end of its
   * cycle, by its deadline, by an overdue export of its cycle, or by the end of the drain time;
   * the first of them wins, the others find it complete.
   */

  private enum Phase {
    NEW,
    ACTIVE,
    DRAINING,
    CLOSING,
    CLOSED
  }

  private final MetricExporter exporter;
  private final long intervalNanos;
  private final long exportTimeoutNanos;
  private final int maxExportBatchSize;
  private final ReaderThreads threads;
  private final ExportLog log;

  private final CompletableResultCode shutdownResult = new CompletableResultCode();

  /** True while an exporter is flushed for the sake of requests that have run out of time. */
  private final AtomicBoolean isFlushedLate = new AtomicBoolean();

  private final Object lock = new Object();

  @GuardedBy("lock")
  private Phase phase = Phase.NEW;

  @GuardedBy("lock")
  private CollectionRegistration registration = CollectionRegistration.noop();

  @GuardedBy("lock")
  private @Nullable ExportCycle cycle;

  @GuardedBy("lock")
  private List<FlushRequest> requests = new ArrayList<>();

  @GuardedBy("lock")
  private boolean isDue;

  @GuardedBy("lock")
  private boolean isDelayed;

  @GuardedBy("lock")
  private long tickNanoTime;

  @GuardedBy("lock")
  private @Nullable Future<?> tick;

  @GuardedBy("lock")
  private @Nullable Future<?> drainDeadline;

  public PeriodicExport(
      MetricExporter exporter,
      long intervalNanos,
      long exportTimeoutNanos,
      int maxExportBatchSize,
      ReaderThreads threads) {
    this.exporter = exporter;
    this.intervalNanos = intervalNanos;
    this.exportTimeoutNanos = exportTimeoutNanos;
    this.maxExportBatchSize = maxExportBatchSize;
    this.threads = threads;
    this.log = new ExportLog(exporter);
  }

  /** Sets up the first tick. */
  public void register(CollectionRegistration registration) {
    synchronized (lock) {
      if (phase != Phase.NEW) {
        throw new IllegalStateException(
            log.reader()
                + (phase == Phase.ACTIVE
                    ? " is registered with a provider already"
                    : " has been shut down")
                + "; make a new reader for each provider");
      }
      phase = Phase.ACTIVE;
      this.registration = registration;
      tickNanoTime = System.nanoTime() + intervalNanos;
      tick = threads.schedule(this::tick, intervalNanos);
    }
    warnIfNoTick();
  }

  /** As that of the reader. */
  public CompletableResultCode forceFlush() {
    if (isCalledFromInside()) {
      log.reentry();
      return failure("a flush from inside a callback or the exporter");
    }
    final FlushRequest request = new FlushRequest();
    synchronized (lock) {
      if (phase.compareTo(Phase.DRAINING) >= 0) {
        return failure(log.reader() + " has been shut down");
      }
      requests.add(request);
      request.setDeadline(threads.schedule(() -> outOfTime(request), flushTimeoutNanos()));
    }
    startCycle();
    return request.result();
  }

  private boolean isCalledFromInside() {
    if (CallbackRunner.isAnyRunByCurrentThread()) {
      // Perhaps of a provider that another reader collects: that one would have to wait all the
      // same.
      return true;
    }
    synchronized (lock) {
      return cycle != null && cycle.isCalledBy(Thread.currentThread());
    }
  }

  /** As that of the reader. */
  public CompletableResultCode shutdown() {
    final boolean isUnattended;
    synchronized (lock) {
      if (phase.compareTo(Phase.DRAINING) >= 0) {
        return shutdownResult;
      }
      phase = Phase.DRAINING;
      if (tick != null) {
        tick.cancel(false);
      }
      isDue = false;
      drainDeadline = threads.schedule(this::stopDraining, flushTimeoutNanos());
      isUnattended = drainDeadline == null && !threads.areOwn();
    }
    startCycle();
    if (isUnattended) {
      // The user's executor is gone, and nobody would come back to this.
      stopDraining();
    }
    return shutdownResult;
  }

  // ---------------------------------------------------------------- the schedule

  private void tick() {
    synchronized (lock) {
      isDue = phase == Phase.ACTIVE;
      isDelayed = cycle != null;
    }
    startCycle();
  }

  private void startCycle() {
    final ExportCycle started;
    final boolean isTickDue;
    synchronized (lock) {
      final boolean isLast = phase == Phase.DRAINING;
      final boolean isOpen = phase.compareTo(Phase.DRAINING) <= 0;
      if (cycle != null || !isOpen || !(isDue || isLast || !requests.isEmpty())) {
        return;
      }
      started = new ExportCycle(this, registration, requests, isLast);
      requests = new ArrayList<>();
      cycle = started;
      isTickDue = isDue;
      if (isDue) {
        isDue = false;
        scheduleNextTick();
      }
    }
    if (isTickDue) {
      warnIfNoTick();
    }
    threads.execute(started);
  }

  /** An interval after this one was due; or after now, if this one is late. */
  @GuardedBy("lock")
  private void scheduleNextTick() {
    final long now = System.nanoTime();
    final long late = now - tickNanoTime;
    final boolean isInTime = !isDelayed && late >= 0 && late < intervalNanos;
    tickNanoTime = (isInTime ? tickNanoTime : now) + intervalNanos;
    tick = threads.schedule(this::tick, tickNanoTime - now);
  }

  /** Called by each cycle when it is over. */
  void ended(ExportCycle ended) {
    final boolean closes;
    synchronized (lock) {
      if (cycle != ended) {
        return;
      }
      cycle = null;
      closes = ended.isLast() && phase == Phase.DRAINING;
      if (closes) {
        phase = Phase.CLOSING;
        if (drainDeadline != null) {
          drainDeadline.cancel(false);
        }
      }
    }
    try {
      if (closes) {
        closeExporter(ended.failure(), /* isStuck= */ false);
      } else {
        startCycle();
      }
    } finally {
      ended.requests().forEach(request -> request.complete(ended.failure()));
    }
  }

  // ---------------------------------------------------------------- running out of time

  /** How long a flush, or the last cycle, may take together with the export it waits for. */
  private long flushTimeoutNanos() {
    return 2 * exportTimeoutNanos;
  }

  private void outOfTime(FlushRequest request) {
    synchronized (lock) {
      requests.remove(request);
    }
    threads.execute(
        () ->
            expire(
                List.of(request),
                new TimeoutException(
                    "not flushed after "
                        + Duration.ofNanos(flushTimeoutNanos()).toMillis()
                        + " ms"),
                /* message= */ () -> {}));
  }

  /**
   * Fails requests that have run out of time. The exporter is told to flush nevertheless
   * (specification, "ForceFlush"), which it must bear while it exports.
   *
   * @param message says so in the log, where handlers may hang: run when the requests are complete,
   *     and before the exporter is called, which may hang as well
   */
  void expire(List<FlushRequest> expired, TimeoutException timeout, Runnable message) {
    boolean isAnyOpen = false;
    for (final FlushRequest request : expired) {
      isAnyOpen |= !request.result().isDone();
      request.complete(timeout);
    }
    message.run();
    if (isAnyOpen && isFlushedLate.compareAndSet(false, true)) {
      try {
        exporter.flush().whenComplete(() -> isFlushedLate.set(false));
      } catch (Throwable t) {
        isFlushedLate.set(false);
        log.exporterFailure("flush", t, /* hasThrown= */ true);
      }
    }
  }

  private void stopDraining() {
    final ExportCycle abandoned;
    final List<FlushRequest> expired;
    synchronized (lock) {
      if (phase != Phase.DRAINING) {
        return;
      }
      phase = Phase.CLOSING;
      abandoned = cycle;
      expired = requests;
      requests = new ArrayList<>();
    }
    final TimeoutException timeout =
        new TimeoutException("The last collection could not be exported in time; it is lost");
    if (abandoned != null) {
      abandoned.abandon();
      expired.addAll(abandoned.requests());
    }
    closeExporter(timeout, /* isStuck= */ true);
    threads.execute(() -> expired.forEach(request -> request.complete(timeout)));
    // Not here, on the timer, and last: a log handler may hang.
    threads.execute(() -> log.lastExportMissing(flushTimeoutNanos()));
  }

  // ---------------------------------------------------------------- the end

  private void closeExporter(@Nullable Throwable lastFailure, boolean isStuck) {
    synchronized (lock) {
      registration = CollectionRegistration.noop();
    }
    final TimedCall call =
        newCall(
            /* endsOnTimeout= */ true,
            exporter::shutdown,
            overdue -> {
              closed(
                  lastFailure,
                  new TimeoutException("not complete after " + overdue.elapsedMillis() + " ms"),
                  /* hasThrown= */ false,
                  /* isStuck= */ true);
              return false;
            });
    final Runnable whenDone = () -> closed(lastFailure, call.failure(), call.hasThrown(), isStuck);
    threads.execute(
        () -> {
          if (call.make(whenDone)) {
            whenDone.run();
          }
        });
  }

  private void closed(
      @Nullable Throwable lastFailure,
      @Nullable Throwable shutdownFailure,
      boolean hasThrown,
      boolean isStuck) {
    synchronized (lock) {
      if (phase == Phase.CLOSED) {
        return;
      }
      phase = Phase.CLOSED;
    }
    try {
      FlushRequest.complete(shutdownResult, lastFailure != null ? lastFailure : shutdownFailure);
    } finally {
      threads.close(/* interrupt= */ isStuck || isFlushedLate.get());
    }
    // Last: a log handler may hang.
    if (shutdownFailure != null) {
      log.exporterFailure("shutdown", shutdownFailure, hasThrown);
    }
  }

  // ---------------------------------------------------------------- for the cycles

  MetricExporter exporter() {
    return exporter;
  }

  ExportLog log() {
    return log;
  }

  int maxExportBatchSize() {
    return maxExportBatchSize;
  }

  TimedCall newCall(
      boolean endsOnTimeout,
      Supplier<CompletableResultCode> function,
      Predicate<TimedCall> whenOverdue) {
    return new TimedCall(threads, exportTimeoutNanos, endsOnTimeout, function, whenOverdue);
  }

  private void warnIfNoTick() {
    synchronized (lock) {
      if (tick != null || phase != Phase.ACTIVE) {
        return;
      }
    }
    log.noTimer(threads.areOwn());
  }

  private static CompletableResultCode failure(String message) {
    return CompletableResultCode.ofExceptionalFailure(new IllegalStateException(message));
  }
}
