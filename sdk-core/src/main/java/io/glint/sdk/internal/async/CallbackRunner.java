package io.glint.sdk.internal.async;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.glint.sdk.internal.collect.ReaderId;
import io.glint.sdk.internal.exporter.DaemonThreads;
import io.glint.sdk.internal.log.RateLimitedLog;
import io.glint.sdk.internal.metric.DropCounters;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Runs the callbacks of a provider, each for a bounded time (SDK specification, "Observations
 * inside asynchronous callbacks").
 *
 * <p>A thread of its own runs them one after another while the collecting thread waits. If one
 * takes too long, the collection goes on without it: what it still observes is dropped, it is not
 * started again before it has returned, and a further thread runs the callbacks that are left.
 * Threads end when they have been idle for a second.
 *
 * <p>Rounds of callbacks follow one another, also those for different readers. So the callbacks of
 * one collection take at most their number times the timeout; and as long again, and a timeout
 * more, it waits if another reader is collecting.
 *
 * <p>What is to be said about callbacks and observations while a lock is held is {@linkplain #later
 * put off}. It is {@linkplain #log logged} behind the collection by such a thread, and so is what
 * recording calls have left to be logged: a log handler that hangs is waited for as a callback is.
 */
public final class CallbackRunner {
  private static final Logger LOGGER = Logger.getLogger(CallbackRunner.class.getName());

  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

  private static final Duration MAX_TIMEOUT = Duration.ofDays(1);
  private static final long KEEP_ALIVE_SECONDS = 1;
  private static final int MAX_DEFERRED = 1_000;
  private static final AtomicInteger THREAD_NUMBER = new AtomicInteger();

  /** Batches of any provider, from before a thread runs them until after that. */
  private static final Set<Batch> BATCHES = ConcurrentHashMap.newKeySet();

  private final long timeoutNanos;
  private final DropCounters losses;
  private final ThreadPoolExecutor workers =
      new ThreadPoolExecutor(
          0,
          Integer.MAX_VALUE,
          KEEP_ALIVE_SECONDS,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          CallbackRunner::newThread);

  /** Held by the collecting thread whose callbacks run. */
  private final ReentrantLock turn = new ReentrantLock();

  private final RateLimitedLog refusedThreadLog = new RateLimitedLog(LOGGER, Level.WARNING);
  private final RateLimitedLog missedTurnLog = new RateLimitedLog(LOGGER, Level.WARNING);

  /** Messages to be logged; one that does not fit is dropped. */
  private final Queue<Runnable> deferred = new ArrayBlockingQueue<>(MAX_DEFERRED);

  /** Logs what recording calls have left to be logged. */
  private final Runnable logsOfRecorders;

  private final AtomicBoolean isLogging = new AtomicBoolean();

  /**
   * Makes a runner.
   *
   * @param timeout for each callback; zero for no bound, then the collecting thread runs them
   */
  public CallbackRunner(Duration timeout, DropCounters losses) {
    this.losses = losses;
    this.logsOfRecorders = losses.reports()::log;
    this.timeoutNanos =
        timeout.compareTo(MAX_TIMEOUT) < 0 ? timeout.toNanos() : MAX_TIMEOUT.toNanos();
  }

  private static Thread newThread(Runnable work) {
    // Each callback brings its own class loader; an idle thread holds no application's.
    return DaemonThreads.newThread(
        "glint-callbacks-" + THREAD_NUMBER.incrementAndGet(), /* contextClassLoader= */ null, work);
  }

  /** True if the current thread is running a callback of some provider of Glint. */
  public static boolean isAnyRunByCurrentThread() {
    for (final Batch batch : BATCHES) {
      if (batch.isRunByCurrentThread()) {
        return true;
      }
    }
    return false;
  }

  /** True if the current thread is running a callback of this provider. */
  public boolean isRunByCurrentThread() {
    for (final Batch batch : BATCHES) {
      if (batch.runner() == this && batch.isRunByCurrentThread()) {
        return true;
      }
    }
    return false;
  }

  /** Runs callbacks for a reader, in this order. */
  public void run(ReaderId reader, List<CallbackRegistration> callbacks) {
    if (callbacks.isEmpty()) {
      return;
    }
    for (int i = 0; i < callbacks.size(); i++) {
      callbacks.get(i).begin(reader);
    }
    if (!takeTurn(callbacks.size())) {
      callbacks.forEach(callback -> callback.markIncomplete(reader));
      losses.count(DropCounters.Reason.CALLBACK_TIMEOUT);
      later(
          () ->
              missedTurnLog.event(
                  null,
                  () ->
                      "Callbacks have been running for another reader for too long. This collection"
                          + " goes on without asynchronous instruments. Callbacks must not block"));
      return;
    }
    try {
      int next = 0;
      while (next < callbacks.size()) {
        final Batch batch = new Batch(reader, callbacks, next);
        if (timeoutNanos > 0 && start(batch)) {
          next = batch.await();
          if (batch.isAbandoned) {
            later(callbacks.get(next - 1).abandon(reader, timeoutNanos));
          }
        } else {
          batch.run();
          next = callbacks.size();
        }
      }
    } finally {
      turn.unlock();
    }
  }

  /** Waits for another reader's callbacks, which are about as many. */
  private boolean takeTurn(int callbacks) {
    if (timeoutNanos == 0) {
      turn.lock();
      return true;
    }
    try {
      return turn.tryLock(turnNanos(callbacks, timeoutNanos), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return turn.tryLock();
    }
  }

  /** How long so many callbacks and one more may take; without overflow. */
  public static long turnNanos(int callbacks, long timeoutNanos) {
    final long runs = callbacks + 1L;
    return runs > Long.MAX_VALUE / timeoutNanos ? Long.MAX_VALUE : runs * timeoutNanos;
  }

  private boolean start(Runnable work) {
    try {
      workers.execute(work);
      return true;
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      later(
          () ->
              refusedThreadLog.event(
                  e,
                  () ->
                      "No thread could be started for callbacks. The collecting thread runs them"
                          + " itself, without a timeout"));
      return false;
    }
  }

  /** Puts off what is to be said; for any thread that must not wait for a log handler. */
  void later(Runnable message) {
    deferred.offer(message);
  }

  /**
   * Logs what was put off, and what recording calls have left to be logged. Called when a
   * collection has ended and nothing is held. Log handlers may hang: another thread logs, which is
   * waited for as for a callback, and as long as it logs there is no further one.
   */
  public void log() {
    if (!losses.reports().isEmpty() && !deferred.contains(logsOfRecorders)) {
      later(logsOfRecorders);
    }
    if (deferred.isEmpty() || isLogging.get()) {
      return;
    }
    final CountDownLatch logged = new CountDownLatch(1);
    final Runnable logging =
        () -> {
          logAll();
          logged.countDown();
        };
    if (timeoutNanos == 0 || !start(logging)) {
      logAll();
      return;
    }
    try {
      logged.await(timeoutNanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** As {@link #log}, and all that recording calls have left, as there is no later collection. */
  public void logLast() {
    later(losses.reports()::logLast);
    log();
  }

  /** Logs all, unless another thread does. */
  private void logAll() {
    while (!deferred.isEmpty() && isLogging.compareAndSet(false, true)) {
      try {
        for (Runnable next = deferred.poll(); next != null; next = deferred.poll()) {
          log(next);
        }
      } finally {
        isLogging.set(false);
      }
    }
  }

  /** Whatever one message throws, the others are logged. */
  private static void log(Runnable message) {
    try {
      message.run();
    } catch (Throwable t) {
      // The failure cannot be reported either.
    }
  }

  /** Callbacks that one thread runs, until they are done or one takes too long. */
  private final class Batch implements Runnable {
    private final ReaderId reader;
    private final List<CallbackRegistration> callbacks;

    @GuardedBy("this")
    private int current;

    @GuardedBy("this")
    private long startedNanos = System.nanoTime();

    @GuardedBy("this")
    private boolean isDone;

    private volatile boolean isAbandoned;

    /** The thread that runs it now. */
    private volatile @Nullable Thread thread;

    Batch(ReaderId reader, List<CallbackRegistration> callbacks, int first) {
      this.reader = reader;
      this.callbacks = callbacks;
      this.current = first;
    }

    @Override
    public void run() {
      try {
        thread = Thread.currentThread();
        BATCHES.add(this);
        CallbackRegistration callback = first();
        while (callback != null) {
          if (!callback.run(reader, () -> isAbandoned)) {
            later(callback.goneOnWithout(timeoutNanos));
          }
          callback = next();
        }
      } finally {
        // First, as it cannot fail: a thread that seemed to run callbacks could collect no more.
        thread = null;
        BATCHES.remove(this);
      }
    }

    CallbackRunner runner() {
      return CallbackRunner.this;
    }

    boolean isRunByCurrentThread() {
      return thread == Thread.currentThread();
    }

    private synchronized @Nullable CallbackRegistration first() {
      startedNanos = System.nanoTime();
      return isAbandoned ? null : callbacks.get(current);
    }

    /** The next callback to run; null if there is none, or another thread runs it. */
    private synchronized @Nullable CallbackRegistration next() {
      if (isAbandoned) {
        return null;
      }
      current++;
      startedNanos = System.nanoTime();
      if (current < callbacks.size()) {
        return callbacks.get(current);
      }
      isDone = true;
      notifyAll();
      return null;
    }

    /** Waits, and returns the place of the first callback that is left for another thread. */
    synchronized int await() {
      boolean wasInterrupted = false;
      try {
        while (!isDone) {
          final long left = startedNanos + timeoutNanos - System.nanoTime();
          if (left <= 0) {
            isAbandoned = true;
            return current + 1;
          }
          try {
            TimeUnit.NANOSECONDS.timedWait(this, left);
          } catch (InterruptedException e) {
            wasInterrupted = true;
          }
        }
        return callbacks.size();
      } finally {
        if (wasInterrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }
}
