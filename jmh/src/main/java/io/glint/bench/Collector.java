package io.glint.bench;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that collects at a fixed interval, beside those that record. What it collects from
 * belongs to it until {@link #stop} has returned.
 */
final class Collector {
  private final Runnable collection;
  private final long intervalNanos;
  private final Thread thread;
  private volatile boolean stopping;
  private Throwable failure;

  Collector(Runnable collection, Duration interval) {
    this.collection = collection;
    this.intervalNanos = interval.toNanos();
    this.thread = new Thread(this::run, "collector");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try {
      long next = System.nanoTime() + intervalNanos;
      while (!stopping) {
        final long now = System.nanoTime();
        if (next - now > 0) {
          LockSupport.parkNanos(next - now);
          continue;
        }
        collection.run();
        // A collection that took longer than an interval is not made up for.
        next = Math.max(next + intervalNanos, System.nanoTime());
      }
    } catch (Throwable t) {
      failure = t;
    }
  }

  /**
   * Stops the thread and waits for it.
   *
   * @throws IllegalStateException if a collection has failed
   */
  void stop() throws InterruptedException {
    stopping = true;
    LockSupport.unpark(thread);
    thread.join();
    if (failure != null) {
      throw new IllegalStateException("The collector failed", failure);
    }
  }
}
