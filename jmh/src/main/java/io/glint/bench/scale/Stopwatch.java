package io.glint.bench.scale;

import com.sun.management.ThreadMXBean;
import io.glint.bench.Statistics;
import io.glint.bench.tool.ChildJvm;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures rounds of one piece of work: the time, and what the thread that does it allocates. Not
 * thread-safe.
 */
final class Stopwatch {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final double units;
  private final List<Double> nanos = new ArrayList<>();
  private final List<Double> bytes = new ArrayList<>();

  /** Work that is measured; it may fail in any way. */
  interface Work {
    void run() throws Exception;
  }

  /**
   * Makes a stopwatch.
   *
   * @param units what the costs of a round are divided by
   */
  Stopwatch(double units) {
    this.units = units;
  }

  /**
   * Does the work for a time to warm up, and then for a time that counts, at least thrice.
   *
   * @param before done before each round, without being measured
   */
  static Stopwatch measure(
      double units, long warmupMillis, long measuredMillis, Work before, Work work)
      throws Exception {
    new Stopwatch(units).rounds(warmupMillis, before, work);
    final Stopwatch stopwatch = new Stopwatch(units);
    stopwatch.rounds(measuredMillis, before, work);
    return stopwatch;
  }

  private void rounds(long millis, Work before, Work work) throws Exception {
    final long end = System.nanoTime() + millis * 1_000_000;
    do {
      before.run();
      round(work);
    } while (nanos.size() < 3 || System.nanoTime() - end < 0);
  }

  private void round(Work work) throws Exception {
    final long thread = Thread.currentThread().getId();
    final long allocatedBefore = THREADS.getThreadAllocatedBytes(thread);
    final long start = System.nanoTime();
    work.run();
    final long end = System.nanoTime();
    final long allocated = THREADS.getThreadAllocatedBytes(thread) - allocatedBefore;
    nanos.add((end - start) / units);
    bytes.add(allocated / units);
  }

  double medianNanos() {
    return Statistics.median(nanos.stream().mapToDouble(Double::doubleValue).toArray());
  }

  double medianBytes() {
    return Statistics.median(bytes.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** Tells the medians to the parent. */
  void tell(String key) {
    ChildJvm.tell(key + ScaleFork.NANOS, medianNanos());
    ChildJvm.tell(key + ScaleFork.BYTES, medianBytes());
  }
}
