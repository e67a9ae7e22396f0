package io.glint.sdk.internal.export;

import io.glint.sdk.internal.exporter.BoundedWait;
import io.glint.sdk.internal.exporter.DaemonThreads;
import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.SafeLog;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Asks all readers of a provider to flush or to shut down, one after another, each on a thread of
 * its own: one that takes long delays the next one for a second, and the caller for a bounded time.
 */
public final class ReaderFanOut {
  private static final Logger LOGGER = Logger.getLogger(ReaderFanOut.class.getName());

  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

  private static final long HEAD_START_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final String what;
  private final Function<MetricReader, CompletableResultCode> action;
  private final long timeoutNanos;
  private final long deadline;

  /**
   * A request to all readers, whose time begins now.
   *
   * @param what the action as a verb, for messages
   */
  public ReaderFanOut(
      String what, Function<MetricReader, CompletableResultCode> action, Duration timeout) {
    this.what = what;
    this.action = action;
    this.timeoutNanos = timeout.toNanos();
    this.deadline = System.nanoTime() + timeoutNanos;
  }

  /** Calls all readers, and waits until they have returned or the time is over. */
  public CompletableResultCode call(List<MetricReader> readers) {
    final List<Call> calls = new ArrayList<>();
    for (final MetricReader reader : readers) {
      final Call call = new Call(reader);
      calls.add(call);
      // One reader, the usual case, needs a thread as well: it may hang.
      call.start();
      call.await(HEAD_START_NANOS);
    }
    for (final Call call : calls) {
      call.await(deadline - System.nanoTime());
      call.failUnlessReturned();
    }
    return all(calls);
  }

  /** Calls all readers, and waits for none. */
  public CompletableResultCode start(List<MetricReader> readers) {
    final List<Call> calls = readers.stream().map(Call::new).toList();
    calls.forEach(Call::start);
    return all(calls);
  }

  private static CompletableResultCode all(List<Call> calls) {
    return CompletableResultCode.ofAll(calls.stream().map(call -> call.result).toList());
  }

  /** Completes a result as another one has completed. */
  public static void pass(CompletableResultCode from, CompletableResultCode to) {
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
      final Thread thread =
          DaemonThreads.newThread(
              "glint-" + what.replace(' ', '-'), Context.current().wrap(this::run));
      try {
        thread.start();
      } catch (OutOfMemoryError e) {
        // No thread to be had. Better without a bound than not at all.
        run();
      }
    }

    private void run() {
      try {
        final CompletableResultCode ofReader =
            Objects.requireNonNull(action.apply(reader), "the reader returned no result");
        ofReader.whenComplete(() -> pass(ofReader, result));
        returned.countDown();
        // No caller waits for this thread: it is there to end what never completes.
        ofReader.join(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (!ofReader.isDone()) {
          failOverdue("completed");
        }
      } catch (Throwable t) {
        result.failExceptionally(t);
        SafeLog.log(
            LOGGER, Level.WARNING, "Reader " + LogText.nameOf(reader) + " could not " + what, t);
      } finally {
        returned.countDown();
      }
    }

    /** Waits for the reader to return, and no longer than the time. */
    void await(long nanos) {
      final var unused = BoundedWait.await(returned::await, nanos);
    }

    void failUnlessReturned() {
      // One that has thrown has failed, and is perhaps just being told of.
      if (returned.getCount() > 0 && !result.isDone()) {
        failOverdue("returned");
      }
    }

    private void failOverdue(String whatItHasNot) {
      // First: a log handler may hang.
      result.fail();
      SafeLog.log(
          LOGGER,
          Level.WARNING,
          "Reader "
              + LogText.nameOf(reader)
              + " has not "
              + whatItHasNot
              + " within "
              + TimeUnit.NANOSECONDS.toMillis(timeoutNanos)
              + " ms from being asked to "
              + what
              + ", which counts as failed. Its exporter hangs, or is slower than the timeout"
              + " (setReaderTimeout)",
          null);
    }
  }
}
