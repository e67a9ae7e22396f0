package io.glint.sdk.internal.exporter;

import java.util.concurrent.TimeUnit;

/** Waits for a bounded time, which no interrupt shortens. */
public final class BoundedWait {
  private BoundedWait() {}

  /** What is waited for, such as {@code CountDownLatch::await} or {@code Lock::tryLock}. */
  @FunctionalInterface
  public interface Condition {
    /**
     * Waits until it is so, and no longer than the time.
     *
     * @return false if the time is over
     */
    boolean await(long time, TimeUnit unit) throws InterruptedException;
  }

  /**
   * Waits until the condition is so, and no longer than the time. A thread that is interrupted
   * before or meanwhile waits nevertheless, and is interrupted afterwards.
   *
   * @return false if the time is over
   */
  public static boolean await(Condition condition, long nanos) {
    final long begin = System.nanoTime();
    boolean isInterrupted = false;
    try {
      while (true) {
        try {
          return condition.await(nanos - (System.nanoTime() - begin), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          isInterrupted = true;
        }
      }
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
