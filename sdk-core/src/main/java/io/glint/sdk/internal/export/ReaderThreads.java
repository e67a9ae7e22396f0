package io.glint.sdk.internal.export;

import io.glint.sdk.internal.exporter.DaemonThreads;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The threads of one periodic reader: its own, or those of an executor of the user's.
 *
 * <p>Of its own there are a timer, which runs no user code and so is always in time, and workers,
 * which end when they were idle for ten seconds. None exists before the first task. They are
 * daemons, inherit no thread locals and have the context class loader that they are given, not that
 * of the thread that happened to come first.
 *
 * <p>Thread-safe.
 */
public final class ReaderThreads {
  public static final String NAME = "glint-metric-reader-";

  private static final AtomicInteger READERS = new AtomicInteger();
  private static final long IDLE_SECONDS = 10;

  /** After which the timer tries again to find a worker for a task. */
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ScheduledExecutorService timer;
  private final ExecutorService workers;
  private final boolean areOwn;

  /** Holds the thread of our own timer; null until it is started. */
  private final AtomicReference<@Nullable Thread> timerThread;

  private ReaderThreads(
      ScheduledExecutorService timer,
      ExecutorService workers,
      boolean areOwn,
      AtomicReference<@Nullable Thread> timerThread) {
    this.timer = timer;
    this.workers = workers;
    this.areOwn = areOwn;
    this.timerThread = timerThread;
  }

  public static ReaderThreads own(@Nullable ClassLoader contextClassLoader) {
    final String name = NAME + READERS.incrementAndGet();
    return own(factory(name + "-timer", contextClassLoader), factory(name, contextClassLoader));
  }

  /** Threads of our own, from these factories. */
  public static ReaderThreads own(ThreadFactory timerFactory, ThreadFactory workerFactory) {
    final AtomicReference<@Nullable Thread> timerThread = new AtomicReference<>();
    final ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              final Thread thread = timerFactory.newThread(task);
              timerThread.set(thread);
              return thread;
            });
    timer.setRemoveOnCancelPolicy(true);
    return new ReaderThreads(
        timer,
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            workerFactory),
        /* areOwn= */ true,
        timerThread);
  }

  public static ReaderThreads of(ScheduledExecutorService executor) {
    return new ReaderThreads(executor, executor, /* areOwn= */ false, new AtomicReference<>());
  }

  private static ThreadFactory factory(String name, @Nullable ClassLoader contextClassLoader) {
    return task -> DaemonThreads.newThread(name, contextClassLoader, task);
  }

  /** False if an executor of the user's runs everything. */
  boolean areOwn() {
    return areOwn;
  }

  /**
   * Runs a task on a worker. If no worker can be had, as the system has no further thread, the task
   * runs on the calling thread, so that nothing that has begun is left hanging. Only on our own
   * timer it waits for a worker instead, which is tried for every second: user code would hold up
   * what notices timeouts. Do not call this with a lock held.
   */
  public void execute(Runnable task) {
    try {
      workers.execute(task);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      final boolean waits =
          Thread.currentThread() == timerThread.get()
              && !workers.isShutdown()
              && schedule(() -> execute(task), RETRY_NANOS) != null;
      if (!waits) {
        task.run();
      }
    }
  }

  /**
   * Runs a short task later.
   *
   * @return null if the executor was shut down, and then the task never runs; or if the system has
   *     no thread for the timer, and then it runs when a later task has found one
   */
  public @Nullable Future<?> schedule(Runnable task, long delayNanos) {
    try {
      return timer.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      return null;
    }
  }

  /**
   * Ends the threads, if they are our own.
   *
   * @param interrupt true if one may hang in user code; the calling thread, if it is one of them,
   *     is not interrupted
   */
  public void close(boolean interrupt) {
    if (!areOwn) {
      return;
    }
    final boolean wasInterrupted = Thread.currentThread().isInterrupted();
    timer.shutdownNow();
    if (interrupt) {
      workers.shutdownNow();
      if (!wasInterrupted) {
        final var unused = Thread.interrupted();
      }
    } else {
      workers.shutdown();
    }
  }
}
