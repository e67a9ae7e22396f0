package io.glint.sdk;

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

/**
 * The threads of one periodic reader: its own, or those of an executor of the user's.
 *
 * <p>Of its own there are a timer, which never runs foreign code and so is always in time, and
 * workers, which end when they were idle for ten seconds. None exists before the first task. They
 * are daemons, inherit no thread locals and have the context class loader that they are given, not
 * that of whoever happened to come first.
 *
 * <p>Thread-safe.
 */
final class ReaderThreads {
  static final String NAME = "glint-metric-reader-";

  private static final AtomicInteger READERS = new AtomicInteger();
  private static final long IDLE_SECONDS = 10;

  private final ScheduledExecutorService timer;
  private final ExecutorService workers;
  private final boolean areOwn;

  private ReaderThreads(ScheduledExecutorService timer, ExecutorService workers, boolean areOwn) {
    this.timer = timer;
    this.workers = workers;
    this.areOwn = areOwn;
  }

  static ReaderThreads own(ClassLoader contextClassLoader) {
    final String name = NAME + READERS.incrementAndGet();
    final ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(1, factory(name + "-timer", contextClassLoader));
    timer.setRemoveOnCancelPolicy(true);
    return new ReaderThreads(
        timer,
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            factory(name, contextClassLoader)),
        /* areOwn= */ true);
  }

  static ReaderThreads of(ScheduledExecutorService executor) {
    return new ReaderThreads(executor, executor, /* areOwn= */ false);
  }

  private static ThreadFactory factory(String name, ClassLoader contextClassLoader) {
    return task -> {
      final Thread thread =
          new Thread(null, task, name, /* stackSize= */ 0, /* inheritThreadLocals= */ false);
      thread.setDaemon(true);
      thread.setContextClassLoader(contextClassLoader);
      return thread;
    };
  }

  /**
   * Runs a task on a worker; on the calling thread if there is no worker to be had, so that nothing
   * that has begun is left hanging. Do not call it with a lock held.
   */
  void execute(Runnable task) {
    try {
      workers.execute(task);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      task.run();
    }
  }

  /** Runs a short task later; returns null, and never runs it, if the executor was shut down. */
  Future<?> schedule(Runnable task, long delayNanos) {
    try {
      return timer.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      return null;
    }
  }

  /**
   * Ends the threads, if they are our own.
   *
   * @param interrupt true if one may hang in foreign code
   */
  void close(boolean interrupt) {
    if (!areOwn) {
      return;
    }
    timer.shutdownNow();
    if (interrupt) {
      workers.shutdownNow();
    } else {
      workers.shutdown();
    }
  }
}
