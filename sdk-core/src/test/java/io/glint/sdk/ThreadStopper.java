package io.glint.sdk;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Stops one thread at one place of the code, until it is released. All other threads pass. */
final class ThreadStopper {
  private final Object place;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);

  /** How often the thread is still to pass the place; its own. */
  private int passes;

  private volatile Thread toStop;

  /**
   * A stopper that does nothing yet.
   *
   * @param passes how often the thread passes the place before it is stopped there
   */
  ThreadStopper(Object place, int passes) {
    this.place = place;
    this.passes = passes;
  }

  /** From now on this is the thread to stop. */
  void stopCurrentThread() {
    toStop = Thread.currentThread();
  }

  /** To be called wherever threads may be stopped. */
  void reached(Object place) {
    if (place == this.place && toStop == Thread.currentThread() && passes-- == 0) {
      stopped.countDown();
      await(released);
    }
  }

  /** Returns true once the thread has been stopped; false if it is not for half a minute. */
  boolean awaitStopped() {
    return await(stopped);
  }

  /** Lets the thread go on, also one that has not been stopped yet. */
  void release() {
    released.countDown();
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
