package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.export.MetricBatches;
import io.glint.sdk.internal.export.ReaderThreads;
import io.opentelemetry.sdk.common.CompletableResultCode;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The threads of a periodic reader where the system has none to spare. */
@Timeout(60)
class ReaderThreadsTest {
  private final AtomicBoolean areTimersRefused = new AtomicBoolean();
  private final AtomicBoolean areWorkersRefused = new AtomicBoolean();
  private final ReaderThreads threads =
      ReaderThreads.own(
          task -> thread(task, "timer", areTimersRefused),
          task -> thread(task, "worker", areWorkersRefused));

  /**
   * A factory that throws fails as a start of a thread does, and from Java 19 on pools start past
   * {@link Thread#start}.
   */
  private static Thread thread(Runnable task, String name, AtomicBoolean isRefused) {
    if (isRefused.get()) {
      throw new OutOfMemoryError("unable to create native thread");
    }
    final Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  @Test
  void theTimerRunsNoTaskForAWorkerButWaitsUntilThereIsOne() throws Exception {
    areWorkersRefused.set(true);
    final AtomicReference<String> ranOn = new AtomicReference<>();
    final CountDownLatch hasRun = new CountDownLatch(1);
    assertThat(
            threads.schedule(
                () ->
                    threads.execute(
                        () -> {
                          ranOn.set(Thread.currentThread().getName());
                          hasRun.countDown();
                        }),
                0))
        .isNotNull();
    assertThat(hasRun.await(300, TimeUnit.MILLISECONDS)).isFalse();
    areWorkersRefused.set(false);
    assertThat(hasRun.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(ranOn).hasValue("worker");
    threads.close(/* interrupt= */ false);
  }

  @Test
  void anotherThreadRunsTheTaskItself() {
    areWorkersRefused.set(true);
    final AtomicReference<Thread> ranOn = new AtomicReference<>();
    threads.execute(() -> ranOn.set(Thread.currentThread()));
    assertThat(ranOn).hasValue(Thread.currentThread());
    threads.close(/* interrupt= */ false);
  }

  @Test
  void withoutATimerThreadTheReaderSaysSoAndAFlushExportsNevertheless() {
    areTimersRefused.set(true);
    final FakeExporter exporter = new FakeExporter();
    try (LogCapture log = new LogCapture()) {
      final GlintPeriodicMetricReader reader =
          new GlintPeriodicMetricReader(
              exporter,
              Duration.ofHours(1).toNanos(),
              Duration.ofSeconds(30).toNanos(),
              MetricBatches.UNLIMITED,
              threads);
      reader.register(new FakeSource(exporter));
      assertThat(log.messages())
          .singleElement()
          .asString()
          .contains("no thread for the timer", "FakeExporter", "no periodic exports", "limit");
      final CompletableResultCode flush = reader.forceFlush();
      assertThat(flush.join(30, TimeUnit.SECONDS).isSuccess()).isTrue();
      assertThat(exporter.calls).containsExactly("export m1", "flush");
      areTimersRefused.set(false);
      assertThat(reader.shutdown().join(30, TimeUnit.SECONDS).isSuccess()).isTrue();
      assertThat(exporter.calls).endsWith("export m2", "flush", "shutdown");
    }
  }
}
