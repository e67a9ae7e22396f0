package io.glint.sdk.internal.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BoundedWaitTest {
  private static final long SHORT_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  @AfterEach
  void clearInterrupt() {
    final var unused = Thread.interrupted();
  }

  @Test
  void aThreadThatIsInterruptedWaitsForAllOfTheTimeAndStaysInterrupted() {
    final CountDownLatch never = new CountDownLatch(1);
    Thread.currentThread().interrupt();
    final long begin = System.nanoTime();
    assertThat(BoundedWait.await(never::await, SHORT_NANOS)).isFalse();
    assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(SHORT_NANOS);
    assertThat(Thread.currentThread().isInterrupted()).isTrue();
  }

  @Test
  void anInterruptWhileItWaitsDoesNotKeepItFromWhatItWaitsFor() {
    final CountDownLatch latch = new CountDownLatch(1);
    final Thread waiter = Thread.currentThread();
    final Thread other =
        new Thread(
            () -> {
              waiter.interrupt();
              while (waiter.isInterrupted()) {
                // Until the waiter has seen it.
                Thread.onSpinWait();
              }
              latch.countDown();
            });
    other.setDaemon(true);
    other.start();
    assertThat(BoundedWait.await(latch::await, TimeUnit.SECONDS.toNanos(50))).isTrue();
    assertThat(waiter.isInterrupted()).isTrue();
  }

  @Test
  void aThreadThatIsNotInterruptedIsNotAfterwards() {
    final ReentrantLock lock = new ReentrantLock();
    assertThat(BoundedWait.await(lock::tryLock, SHORT_NANOS)).isTrue();
    assertThat(lock.isHeldByCurrentThread()).isTrue();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }
}
