package io.glint.sdk;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Asks all readers of a provider to flush or to shut down, each on a thread of its own, so that one
 * that hangs delays no other one, and the caller for a bounded time only.
 */
final class ReaderCalls {
  private static final Logger LOGGER = Logger.getLogger(ReaderCalls.class.getName());

  static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

  private final String what;
  private final Function<MetricReader, CompletableResultCode> action;
  private final long timeoutNanos;

  /**
   * Makes it.
   *
   * @param what the action as a verb, for messages
   */
  ReaderCalls(String what, Function<MetricReader, CompletableResultCode> action, Duration timeout) {
    this.what = what;
    this.action = action;
    this.timeoutNanos = timeout.toNanos();
  }

  /** Calls all readers, and waits until they have returned or the time is over. */
  CompletableResultCode call(List<RegisteredReader> readers) {
    final List<Call> calls = new ArrayList<>();
    for (final RegisteredReader reader : readers) {
      calls.add(new Call(reader.reader()));
    }
    // One reader, the usual case, needs a thread as well: it may hang.
    calls.forEach(Call::start);
    final long deadline = System.nanoTime() + timeoutNanos;
    boolean wasInterrupted = false;
    for (final Call call : calls) {
      wasInterrupted |= call.await(deadline);
    }
    if (wasInterrupted) {
      Thread.currentThread().interrupt();
    }
    return CompletableResultCode.ofAll(calls.stream().map(call -> call.result).toList());
  }

  /** Completes a result as another one has completed. */
  static void pass(CompletableResultCode from, CompletableResultCode to) {
    if (from.isSuccess()) {
      to.succeed();
    } else if (from.getFailureThrowable() != null) {
      to.failExceptionally(from.getFailureThrowable());
    } else {
      to.fail();
    }
  }

  private final class Call {
    private final MetricReader reader;
    private final CountDownLatch returned = new CountDownLatch(1);
    private final CompletableResultCode result = new CompletableResultCode();

    Call(MetricReader reader) {
      this.reader = reader;
    }

    void start() {
      final Thread thread = new Thread(Context.current().wrap(this::run), "glint-" + what);
      thread.setDaemon(true);
      try {
        thread.start();
      } catch (OutOfMemoryError e) {
        // No thread to be had. Better without a bound than not at all.
        run();
      }
    }

    private void run() {
      try {
        final CompletableResultCode ofReader = action.apply(reader);
        ofReader.whenComplete(() -> pass(ofReader, result));
      } catch (Throwable t) {
        LOGGER.log(Level.WARNING, "Reader " + reader + " could not " + what, t);
        result.failExceptionally(t);
      } finally {
        returned.countDown();
      }
    }

    /** Waits; true if the thread was interrupted meanwhile. */
    boolean await(long deadline) {
      boolean wasInterrupted = false;
      while (true) {
        try {
          if (!returned.await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            LOGGER.log(
                Level.WARNING,
                "Reader {0} has not returned within {1} ms from being asked to {2}, which counts as"
                    + " failed. Its exporter hangs, or is slower than the time-out",
                new Object[] {
                  reader, Long.toString(TimeUnit.NANOSECONDS.toMillis(timeoutNanos)), what
                });
            result.fail();
          }
          return wasInterrupted;
        } catch (InterruptedException e) {
          wasInterrupted = true;
        }
      }
    }
  }
}
