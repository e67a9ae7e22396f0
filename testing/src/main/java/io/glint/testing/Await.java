package io.glint.testing;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for other threads, and fails the test if they take longer than any busy machine would. */
public final class Await {
  private static final long MAX_SECONDS = 60;

  private Await() {}

  /** Waits until the condition holds, which is asked every five milliseconds. */
  public static void until(BooleanSupplier condition) {
    final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(MAX_SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw timeIsUp();
      }
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Waits until the latch is open. */
  public static void open(CountDownLatch latch) {
    try {
      if (!latch.await(MAX_SECONDS, TimeUnit.SECONDS)) {
        throw timeIsUp();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static AssertionError timeIsUp() {
    return new AssertionError("time is up after " + MAX_SECONDS + " seconds");
  }
}
