package io.glint.sdk;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The periodic reader runs no code of the user's while it holds its lock. */
@Timeout(60)
class PeriodicUserCodeTest {
  private final FakeSource source = new FakeSource(new FakeExporter());

  private static GlintPeriodicMetricReader reader(Supplier<String> toString) {
    return GlintPeriodicMetricReader.builder(new NamedExporter(toString))
        .setInterval(Duration.ofHours(1))
        .build();
  }

  private static boolean succeeds(CompletableResultCode result) {
    return result.join(30, TimeUnit.SECONDS).isSuccess();
  }

  private void useAll(GlintPeriodicMetricReader reader) {
    reader.register(source);
    assertThatThrownBy(() -> reader.register(source))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("GlintPeriodicMetricReader of NamedExporter is registered");
    assertThat(succeeds(reader.forceFlush())).isTrue();
    assertThat(succeeds(reader.shutdown())).isTrue();
    assertThat(reader.forceFlush().isDone()).isTrue();
    assertThatThrownBy(() -> reader.register(source))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("has been shut down");
  }

  @Test
  void anExporterWhoseToStringThrowsHarmsNothing() {
    useAll(
        reader(
            () -> {
              throw new IllegalStateException("thrown by toString");
            }));
  }

  @Test
  void anExporterWhoseToStringBlocksHoldsUpNothing() throws Exception {
    final CountDownLatch never = new CountDownLatch(1);
    final GlintPeriodicMetricReader reader =
        reader(
            () -> {
              try {
                never.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return "interrupted";
            });
    final FutureTask<Void> use = new FutureTask<>(() -> useAll(reader), null);
    final Thread user = new Thread(use);
    user.setDaemon(true);
    user.start();
    try {
      use.get(30, SECONDS);
    } finally {
      never.countDown();
    }
  }

  @Test
  void aHandlerThatBlocksTheThreadThatSaysThereIsNoTimerHoldsUpNoOther() throws Exception {
    final ManualScheduler executor = new ManualScheduler();
    executor.shutdown();
    final GlintPeriodicMetricReader reader =
        GlintPeriodicMetricReader.builder(new NamedExporter(() -> "named"))
            .setExecutor(executor)
            .build();
    final CountDownLatch isBlocked = new CountDownLatch(1);
    final CountDownLatch goOn = new CountDownLatch(1);
    final Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord logRecord) {
            isBlocked.countDown();
            try {
              goOn.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    final Logger logger = Logger.getLogger("io.glint");
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
    final Thread blocked = new Thread(() -> reader.register(source));
    blocked.setDaemon(true);
    blocked.start();
    try {
      assertThat(isBlocked.await(30, SECONDS)).isTrue();
      final FutureTask<Boolean> flush = new FutureTask<>(() -> succeeds(reader.forceFlush()));
      final Thread other = new Thread(flush);
      other.setDaemon(true);
      other.start();
      assertThat(flush.get(30, SECONDS)).isTrue();
    } finally {
      goOn.countDown();
      blocked.join(30_000);
      logger.removeHandler(handler);
      logger.setUseParentHandlers(true);
    }
  }

  private static final class NamedExporter implements MetricExporter {
    private final Supplier<String> toString;

    NamedExporter(Supplier<String> toString) {
      this.toString = toString;
    }

    @Override
    public CompletableResultCode export(Collection<MetricData> metrics) {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType instrumentType) {
      return AggregationTemporality.CUMULATIVE;
    }

    @Override
    public String toString() {
      return toString.get();
    }
  }
}
