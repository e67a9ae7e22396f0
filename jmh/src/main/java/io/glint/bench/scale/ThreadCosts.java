package io.glint.bench.scale;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * What Java threads have used so far.
 *
 * @param nanos of processor time
 * @param bytes that were allocated
 */
record ThreadCosts(long nanos, long bytes) {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Of the thread that asks. */
  static ThreadCosts ofThisThread() {
    return of(Thread.currentThread().getId());
  }

  /** Of all threads but the one that asks. */
  static ThreadCosts ofOthers() {
    long nanos = 0;
    long bytes = 0;
    for (final long id : THREADS.getAllThreadIds()) {
      if (id != Thread.currentThread().getId()) {
        final ThreadCosts each = of(id);
        nanos += each.nanos;
        bytes += each.bytes;
      }
    }
    return new ThreadCosts(nanos, bytes);
  }

  /** A thread that has ended meanwhile has used nothing. */
  private static ThreadCosts of(long id) {
    return new ThreadCosts(
        Math.max(0, THREADS.getThreadCpuTime(id)),
        Math.max(0, THREADS.getThreadAllocatedBytes(id)));
  }

  ThreadCosts minus(ThreadCosts before) {
    return new ThreadCosts(nanos - before.nanos, bytes - before.bytes);
  }
}
