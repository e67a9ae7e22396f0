package io.glint.sdk;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * One collection, the exports of its batches, one after the other, and, if somebody asked for a
 * flush, the flush of the exporter.
 *
 * <p>While a call of the exporter is under way that is not complete when the exporter returns, the
 * cycle occupies no thread: it is run again, by a worker, when the call is done. So it is run by
 * several threads, but by one at a time, and each sees what the one before it did, because the
 * result and the executor hand it on.
 *
 * <p>A cycle always ends with {@link GlintPeriodicMetricReader#ended}, once, unless the exporter
 * never completes an export.
 */
final class ExportCycle implements Runnable {
  private final GlintPeriodicMetricReader reader;
  private final CollectionRegistration registration;
  private final List<FlushRequest> requests;
  private final boolean isLast;

  private Iterator<Collection<MetricData>> batches;
  private ExporterCall call;
  private Collection<MetricData> batch;
  private boolean isExporterFlushed;

  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private volatile boolean isAbandoned;
  private volatile Thread caller;
  private volatile boolean isCollecting;

  /**
   * @param requests who waits for this cycle; if anybody does, the exporter is flushed as well
   * @param isLast true if the reader is shut down after it
   */
  ExportCycle(
      GlintPeriodicMetricReader reader,
      CollectionRegistration registration,
      List<FlushRequest> requests,
      boolean isLast) {
    this.reader = reader;
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
  Throwable failure() {
    return failure.get();
  }

  /** True if this thread is inside the collection or the exporter, on behalf of this cycle. */
  boolean isCalledBy(Thread thread) {
    return caller == thread;
  }

  boolean isCollecting() {
    return isCollecting;
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
      reader.logCollectionFailure(t);
    }
    reader.ended(this);
  }

  /** Goes on; returns false if a call is under way that will run this cycle again. */
  private boolean isCompleted() {
    if (batches == null) {
      batches = MetricBatches.of(collect(), reader.maxExportBatchSize());
    } else {
      settle();
    }
    while (!isAbandoned && nextCall()) {
      if (!call.make(this)) {
        // Another thread may be running this cycle already.
        return false;
      }
      settle();
    }
    return true;
  }

  private Collection<MetricData> collect() {
    caller = Thread.currentThread();
    isCollecting = true;
    try {
      return registration.collectAllMetrics();
    } catch (Throwable t) {
      failed(t);
      reader.logCollectionFailure(t);
      return List.of();
    } finally {
      isCollecting = false;
      caller = null;
    }
  }

  private boolean nextCall() {
    final MetricExporter exporter = reader.exporter();
    if (batches.hasNext()) {
      final Collection<MetricData> next = batches.next();
      batch = next;
      call = newCall(/* givesUp= */ false, () -> exporter.export(next));
      return true;
    }
    if (!requests.isEmpty() && !isExporterFlushed) {
      isExporterFlushed = true;
      batch = null;
      call = newCall(/* givesUp= */ true, exporter::flush);
      return true;
    }
    return false;
  }

  private ExporterCall newCall(boolean givesUp, Supplier<CompletableResultCode> function) {
    return reader.newExporterCall(
        givesUp,
        () -> {
          caller = Thread.currentThread();
          try {
            return function.get();
          } finally {
            caller = null;
          }
        },
        call -> overdue(call, givesUp));
  }

  private void settle() {
    final Throwable reason = call.failure();
    if (reason != null) {
      failed(reason);
      reader.logExporterFailure(
          batch != null ? "export of " + MetricBatches.points(batch) + " data points" : "flush",
          reason);
    }
    call = null;
    batch = null;
  }

  /** Those who wait for this cycle learn at once that it has failed. */
  private boolean overdue(ExporterCall overdueCall, boolean givesUp) {
    if (isAbandoned) {
      return false;
    }
    final TimeoutException timeout =
        new TimeoutException(
            "The exporter has not completed "
                + (givesUp ? "a flush" : "an export")
                + " after "
                + overdueCall.elapsedMillis()
                + " ms");
    failed(timeout);
    if (givesUp) {
      requests.forEach(request -> request.complete(timeout));
      return false;
    }
    reader.logOverdueExport(overdueCall.elapsedMillis());
    reader.expire(requests, timeout);
    return true;
  }

  private void failed(Throwable reason) {
    failure.compareAndSet(null, reason);
  }
}
