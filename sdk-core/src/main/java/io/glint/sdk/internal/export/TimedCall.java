package io.glint.sdk.internal.export;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.opentelemetry.sdk.common.CompletableResultCode;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One call of foreign code, an exporter or a collection, with a timeout. The call is done when it
 * has returned and its result is complete, successfully or not. If that takes longer than the
 * timeout it is reported, and then:
 *
 * <ul>
 *   <li>a call that {@linkplain #endsOnTimeout gives up} is done as soon as it has returned, and
 *       failed;
 *   <li>any other is waited for, for as long as it takes.
 * </ul>
 *
 * <p>Becomes done exactly once: {@code isDone} is set, under the lock, by the first of the calling
 * thread, the completion of the result, and the timer.
 */
public final class TimedCall {
  private static final long REMINDER_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final ReaderThreads threads;
  private final long timeoutNanos;
  private final boolean endsOnTimeout;
  private final Supplier<CompletableResultCode> function;
  private final Predicate<TimedCall> whenOverdue;
  private final long startNanoTime = System.nanoTime();

  @GuardedBy("this")
  private @Nullable Runnable whenDone;

  @GuardedBy("this")
  private @Nullable CompletableResultCode result;

  @GuardedBy("this")
  private @Nullable Future<?> timer;

  @GuardedBy("this")
  private boolean hasThrown;

  @GuardedBy("this")
  private boolean isOverdue;

  @GuardedBy("this")
  private boolean isDone;

  /**
   * @param whenOverdue run by a worker when the timeout has passed; run again a minute later if it
   *     returns true and the call is still not done
   */
  public TimedCall(
      ReaderThreads threads,
      long timeoutNanos,
      boolean endsOnTimeout,
      Supplier<CompletableResultCode> function,
      Predicate<TimedCall> whenOverdue) {
    this.threads = threads;
    this.timeoutNanos = timeoutNanos;
    this.endsOnTimeout = endsOnTimeout;
    this.function = function;
    this.whenOverdue = whenOverdue;
  }

  /**
   * Makes the call, on this thread, once. What it throws counts as its failure.
   *
   * @param whenDone run by a worker when the call is done, unless this method returns true. It may
   *     run, and even have ended, before this method returns
   * @return true if the call is done
   */
  public boolean make(Runnable whenDone) {
    watch(timeoutNanos);
    CompletableResultCode returned;
    boolean threw = false;
    try {
      returned = Objects.requireNonNull(function.get(), "the exporter returned no result");
    } catch (Throwable t) {
      returned = CompletableResultCode.ofExceptionalFailure(t);
      threw = true;
    }
    synchronized (this) {
      hasThrown = threw;
      this.whenDone = whenDone;
      result = returned;
      if (returned.isDone() || (endsOnTimeout && isOverdue)) {
        done();
        return true;
      }
    }
    returned.whenComplete(this::completed);
    return false;
  }

  /** Whether a call that is done has thrown what is its {@link #failure}. */
  synchronized boolean hasThrown() {
    return hasThrown;
  }

  /** Why a call that is done has failed; null if it succeeded. */
  synchronized @Nullable Throwable failure() {
    final CompletableResultCode returned = Objects.requireNonNull(result, "not called");
    if (returned.isSuccess()) {
      return null;
    }
    if (!returned.isDone()) {
      return new TimeoutException("not complete after " + elapsedMillis() + " ms");
    }
    final Throwable reason = returned.getFailureThrowable();
    return reason != null ? reason : new IllegalStateException("it gives no reason");
  }

  long elapsedMillis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanoTime);
  }

  private void completed() {
    final Runnable next;
    synchronized (this) {
      if (isDone) {
        return;
      }
      done();
      next = Objects.requireNonNull(whenDone);
    }
    threads.execute(next);
  }

  private void overdue() {
    final Runnable next;
    synchronized (this) {
      if (isDone) {
        return;
      }
      isOverdue = true;
      // There is one if the call has returned.
      next = endsOnTimeout ? whenDone : null;
      if (next != null) {
        done();
      }
    }
    threads.execute(
        () -> {
          if (whenOverdue.test(this)) {
            watch(REMINDER_NANOS);
          }
          if (next != null) {
            next.run();
          }
        });
  }

  private synchronized void watch(long nanos) {
    if (!isDone) {
      timer = threads.schedule(this::overdue, nanos);
    }
  }

  @GuardedBy("this")
  private void done() {
    isDone = true;
    if (timer != null) {
      timer.cancel(false);
    }
  }
}
