package io.glint.bench.tail;

import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * A thread that sleeps a millisecond at a time and measures by how much it wakes too late: what the
 * operating system and the JVM do to any thread.
 */
final class Hiccups extends Thread {
  private static final long INTERVAL_NANOS = 1_000_000;

  private final Histogram late = Latencies.create();
  private final long measureNanos;
  private final long endNanos;

  Hiccups(long measureNanos, long endNanos) {
    super("hiccups");
    this.measureNanos = measureNanos;
    this.endNanos = endNanos;
    setDaemon(true);
  }

  @Override
  public void run() {
    long now = System.nanoTime();
    while (now - endNanos < 0) {
      final long due = now + INTERVAL_NANOS;
      do {
        LockSupport.parkNanos(due - now);
        now = System.nanoTime();
      } while (now - due < 0);
      if (now - measureNanos > 0) {
        Latencies.add(late, now - due);
      }
    }
  }

  /** Once the thread has ended. */
  Histogram late() {
    return late;
  }
}
