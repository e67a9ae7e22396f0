package io.glint.sdk.internal.metric;

import io.glint.sdk.internal.log.CallSite;
import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.SafeLog;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleFunction;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What recording calls of one instrument could not do for one reason. A recording call must not
 * log: handlers of log records are user code, which may block. It counts, notes a few facts of the
 * first event, and leaves the message to the next collection, see {@link DeferredReports}.
 *
 * <p>There is at most one message a minute. It says how often the event was met since the last one.
 *
 * <p>Thread-safe.
 */
public final class DeferredReport {
  private static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final DeferredReports reports;
  private final DropCounters losses;
  private final DropCounters.@Nullable Reason reason;
  private final Logger logger;
  private final DoubleFunction<String> message;
  private final AtomicLong events = new AtomicLong();

  /**
   * Whether it is in the queue of {@link #reports}, or in the hands of the one thread that puts it
   * there or has taken it out. All fields below belong to that thread.
   */
  private final AtomicBoolean isQueued = new AtomicBoolean();

  /** The next one in the queue. */
  @Nullable DeferredReport next;

  private double value;
  private @Nullable Throwable cause;
  private @Nullable String thread;
  private @Nullable String site;

  /** Those of {@link #events} that messages have told of. */
  private long logged;

  /** When the next message may be logged, if any was. */
  private long nextNanos;

  /**
   * A report of something that loses a measurement or an exemplar, or of something harmless.
   *
   * @param reason under which each event is counted as a loss; null for no loss
   * @param message made from the value of the first event since the last message, by the thread
   *     that logs; ends without a full stop
   */
  public DeferredReport(
      DropCounters losses,
      DropCounters.@Nullable Reason reason,
      Logger logger,
      DoubleFunction<String> message) {
    this.reports = losses.reports();
    this.losses = losses;
    this.reason = reason;
    this.logger = logger;
    this.message = message;
  }

  /**
   * Counts an event. Lock-free; never throws and never logs. Allocates nothing, unless it is the
   * first event since the last message.
   *
   * @param value for the message; 0 if it has none
   * @param cause what was thrown; null if nothing was
   */
  public void event(double value, @Nullable Throwable cause) {
    try {
      if (reason != null) {
        losses.count(reason);
      }
      events.getAndIncrement();
      if (!isQueued.get() && isQueued.compareAndSet(false, true)) {
        note(value, cause);
      }
    } catch (Throwable t) {
      // No memory, or no stack: what made the event makes the report fail. The application goes on.
    }
  }

  private void note(double value, @Nullable Throwable cause) {
    boolean isNoted = false;
    try {
      this.value = value;
      this.cause = cause;
      this.thread = null;
      this.site = null;
      try {
        this.thread = Thread.currentThread().getName();
        // A cause brings its stack trace.
        this.site = cause == null ? CallSite.ofCaller() : null;
      } catch (Throwable t) {
        // The message goes without.
      }
      reports.add(this);
      isNoted = true;
    } finally {
      if (!isNoted) {
        isQueued.set(false);
      }
    }
  }

  /**
   * Logs the message if it is due; otherwise, and if there were events meanwhile, goes back to the
   * queue. For the thread that has taken it out.
   *
   * <p>There may be nothing to tell: if the event that has put it into the queue was counted before
   * the last message, which has told of it.
   */
  void log(long nowNanos, boolean isLast) {
    try {
      final long total = events.get();
      final boolean isLogged = total == logged;
      if (isLogged || logged == 0 || isLast || nowNanos - nextNanos >= 0) {
        if (!isLogged) {
          SafeLog.log(logger, Level.WARNING, text(total - logged), cause);
          logged = total;
          nextNanos = nowNanos + INTERVAL_NANOS;
        }
        if (events.get() == total) {
          cause = null;
        }
        isQueued.set(false);
        if (events.get() == total || !isQueued.compareAndSet(false, true)) {
          return;
        }
      }
    } catch (Throwable t) {
      // No memory for the message: it waits for the next collection.
    }
    reports.add(this);
  }

  private String text(long count) {
    final StringBuilder text = new StringBuilder(message.apply(value));
    if (thread != null) {
      text.append(" (first by thread '").append(LogText.of(thread)).append('\'');
      if (site != null) {
        text.append(" at ").append(LogText.of(site));
      }
      if (count > 1) {
        text.append("; ").append(count).append(" times since the last message");
      }
      text.append(')');
    } else if (count > 1) {
      text.append(" (").append(count).append(" times since the last message)");
    }
    return text.toString();
  }
}
