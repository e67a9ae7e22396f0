package io.glint.sdk.internal.export;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One collection, the exports of its batches, one after the other, and, if a caller asked for a
 * flush or the reader is shut down, the flush of the exporter.
 *
 * <p>While a call of the exporter is under way that is not complete when the exporter returns, the
 * cycle occupies no thread: it is run again, by a worker, when the call is done. So it is run by
 * several threads, but by one at a time, and each sees what the one before it did, because the
 * result and the executor hand it on.
 *
 * <p>A cycle always ends with {@link PeriodicExport#ended}, once, unless the exporter never
 * completes an export.
 */
final class ExportCycle implements Runnable {
  /** What the cycle is at; it goes forward, with one call of EXPORT for each batch. */
  private enum Step {
    START,
    COLLECTION,
    EXPORT,
    FLUSH
  }

  private final PeriodicExport export;
  private final CollectionRegistration registration;
  private final List<FlushRequest> requests;
  private final boolean isLast;

  /** What is to be exported; none before the collection, and after one that failed. */
  private Iterator<Collection<MetricData>> batches = Collections.emptyIterator();

  private Step step = Step.START;
  private @Nullable TimedCall call;
  private @Nullable Collection<MetricData> batch;

  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean isAbandoned;
  private volatile @Nullable Thread caller;

  /**
   * @param requests who waits for this cycle; if anybody does, the exporter is flushed as well
   * @param isLast true if the reader is shut down after it, which includes a flush (SDK
   *     specification, "MetricReader", "Shutdown")
   */
  ExportCycle(
      PeriodicExport export,
      CollectionRegistration registration,
      List<FlushRequest> requests,
      boolean isLast) {
    this.export = export;
    this.registration = registration;
    this.requests = requests;
    this.isLast = isLast;
  }

  List<FlushRequest> requests() {
    return requests;
  }

  boolean isLast() {
    return isLast;
  }

  /** The first thing that went wrong, or null. */
  @Nullable Throwable failure() {
    return failure.get();
  }

  /** True if this thread is inside the collection or the exporter, on behalf of this cycle. */
  boolean isCalledBy(Thread thread) {
    return caller == thread;
  }

  /** From now on the exporter is not called any more; what is not exported is dropped. */
  void abandon() {
    isAbandoned = true;
  }

  @Override
  public void run() {
    try {
      if (!isCompleted()) {
        return;
      }
    } catch (Throwable t) {
      // Data that cannot be cut into batches: the exporter's failures do not come here.
      failed(t);
      export.log().collectionFailure(t);
    }
    export.ended(this);
  }

  /** Goes on; returns false if a call is under way that will run this cycle again. */
  private boolean isCompleted() {
    if (call != null) {
      finishStep(call);
    }
    TimedCall next;
    while (!isAbandoned && (next = nextCall()) != null) {
      call = next;
      if (!next.make(this)) {
        // Another thread may be running this cycle already.
        return false;
      }
      finishStep(next);
    }
    return true;
  }

  /** Null if the cycle has come to its end. */
  private @Nullable TimedCall nextCall() {
    final MetricExporter exporter = export.exporter();
    if (step == Step.START) {
      step = Step.COLLECTION;
      return newCall(this::collect);
    }
    if (batches.hasNext()) {
      step = Step.EXPORT;
      final Collection<MetricData> next = batches.next();
      batch = next;
      return newCall(() -> exporter.export(next));
    }
    if (step != Step.FLUSH && (isLast || !requests.isEmpty())) {
      step = Step.FLUSH;
      return newCall(exporter::flush);
    }
    return null;
  }

  private CompletableResultCode collect() {
    batches = MetricBatches.of(registration.collectAllMetrics(), export.maxExportBatchSize());
    return CompletableResultCode.ofSuccess();
  }

  private TimedCall newCall(Supplier<CompletableResultCode> function) {
    final Step of = step;
    return export.newCall(
        /* endsOnTimeout= */ of == Step.FLUSH,
        () -> {
          caller = Thread.currentThread();
          try {
            return function.get();
          } finally {
            caller = null;
          }
        },
        overdue -> overdue(of, overdue.elapsedMillis()));
  }

  private void finishStep(TimedCall done) {
    final Throwable reason = done.failure();
    if (reason != null) {
      failed(reason);
      switch (step) {
        case START, COLLECTION -> export.log().collectionFailure(reason);
        case EXPORT ->
            export.log().exportFailure(Objects.requireNonNull(batch), reason, done.hasThrown());
        case FLUSH -> export.log().exporterFailure("flush", reason, done.hasThrown());
      }
    }
    call = null;
    batch = null;
  }

  /**
   * Those who wait for this cycle learn at once that it has failed. Runs beside the cycle, and so
   * uses nothing that the cycle changes.
   */
  private boolean overdue(Step of, long elapsedMillis) {
    if (isAbandoned) {
      return false;
    }
    final TimeoutException timeout =
        new TimeoutException(
            of.name().toLowerCase(Locale.ROOT) + " not complete after " + elapsedMillis + " ms");
    failed(timeout);
    if (of == Step.FLUSH) {
      requests.forEach(request -> request.complete(timeout));
      return false;
    }
    export.expire(
        requests,
        timeout,
        of == Step.COLLECTION
            ? () -> export.log().overdueCollection(elapsedMillis)
            : () -> export.log().overdueExport(elapsedMillis));
    return true;
  }

  private void failed(Throwable reason) {
    failure.compareAndSet(null, reason);
  }
}
