package io.glint.sdk.internal.metric;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The queue of what recording calls have left to be logged, of one provider. It is logged after
 * each collection, see {@code CallbackRunner.log}; the shutdown of the provider logs what is left.
 *
 * <p>Thread-safe. Adding is lock-free and allocates nothing: reports are linked to each other. A
 * log handler that blocks stops the thread that logs, and the reports that this thread has taken
 * out; not recording calls.
 */
public final class DeferredReports {
  private final LongSupplier nanoClock;
  private final AtomicReference<@Nullable DeferredReport> first = new AtomicReference<>();

  /**
   * An empty queue.
   *
   * @param nanoClock nanoseconds since any time, as {@link System#nanoTime}
   */
  DeferredReports(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /** Adds a report that is in no queue. */
  public void add(DeferredReport report) {
    DeferredReport before;
    do {
      before = first.get();
      report.next = before;
    } while (!first.compareAndSet(before, report));
  }

  public boolean isEmpty() {
    return first.get() == null;
  }

  /** Logs the reports that are due. The others stay. */
  public void log() {
    log(/* isLast= */ false);
  }

  /** Logs all reports, as there will be no further collection. */
  public void logLast() {
    log(/* isLast= */ true);
  }

  private void log(boolean isLast) {
    if (isEmpty()) {
      return;
    }
    DeferredReport report = inOrder(first.getAndSet(null));
    while (report != null) {
      final DeferredReport next = report.next;
      report.next = null;
      report.log(nanoClock.getAsLong(), isLast);
      report = next;
    }
  }

  /** Turns the links round, so that what was added first comes first. */
  private static @Nullable DeferredReport inOrder(@Nullable DeferredReport last) {
    DeferredReport report = last;
    DeferredReport later = null;
    while (report != null) {
      final DeferredReport earlier = report.next;
      report.next = later;
      later = report;
      report = earlier;
    }
    return later;
  }
}
