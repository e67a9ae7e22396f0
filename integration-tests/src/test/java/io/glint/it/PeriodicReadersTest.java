package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintPeriodicMetricReader;
import io.glint.testing.Await;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the stock periodic reader does with an exporter that hangs or fails, and what Glint's. */
@Timeout(60)
@Tag("long")
class PeriodicReadersTest {
  private static final Duration OFTEN = Duration.ofMillis(20);
  private static final Duration NEVER = Duration.ofDays(1);
  private static final Duration SHORT = Duration.ofMillis(50);
  private static final Duration LONG = Duration.ofMinutes(1);

  private enum Kind {
    STOCK {
      @Override
      MetricReader reader(MetricExporter exporter, Duration interval, Duration timeout) {
        return PeriodicMetricReader.builder(exporter)
            .setInterval(interval)
            .setExporterTimeout(timeout)
            .build();
      }
    },
    GLINT {
      @Override
      MetricReader reader(MetricExporter exporter, Duration interval, Duration timeout) {
        return GlintPeriodicMetricReader.builder(exporter)
            .setInterval(interval)
            .setExportTimeout(timeout)
            .build();
      }
    };

    abstract MetricReader reader(MetricExporter exporter, Duration interval, Duration timeout);
  }

  /** Answers as it is told, and counts how many of its exports are under way at a time. */
  private static final class Exporter implements MetricExporter {
    final List<CompletableResultCode> results = new CopyOnWriteArrayList<>();
    final List<String> calls = new CopyOnWriteArrayList<>();
    final AtomicInteger mostUnderWay = new AtomicInteger();
    private final AtomicInteger underWay = new AtomicInteger();
    private volatile Supplier<CompletableResultCode> answer;

    Exporter(Supplier<CompletableResultCode> answer) {
      this.answer = answer;
    }

    @Override
    public CompletableResultCode export(Collection<MetricData> metrics) {
      calls.add("export");
      mostUnderWay.accumulateAndGet(underWay.incrementAndGet(), Math::max);
      final CompletableResultCode result = answer.get();
      result.whenComplete(underWay::decrementAndGet);
      results.add(result);
      return result;
    }

    @Override
    public CompletableResultCode flush() {
      calls.add("flush");
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      calls.add("shutdown");
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType type) {
      return AggregationTemporality.CUMULATIVE;
    }

    void end() {
      answer = CompletableResultCode::ofSuccess;
      results.forEach(CompletableResultCode::succeed);
    }
  }

  private Exporter exporter;
  private MetricReader reader;
  private GlintMeterProvider provider;
  private final CountDownLatch unblocked = new CountDownLatch(1);

  private void start(
      Kind kind, Duration interval, Duration timeout, Supplier<CompletableResultCode> answer) {
    exporter = new Exporter(answer);
    reader = kind.reader(exporter, interval, timeout);
    provider = GlintMeterProvider.builder().registerMetricReader(reader).build();
    provider.get("meter").counterBuilder("counter").build().add(1);
  }

  @AfterEach
  void stop() {
    unblocked.countDown();
    exporter.end();
    provider.close();
  }

  private CompletableResultCode answerWhenUnblocked() {
    try {
      unblocked.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return CompletableResultCode.ofSuccess();
  }

  @Test
  void theStockReaderExportsAgainWhileAnOverdueExportIsUnderWay() throws Exception {
    start(Kind.STOCK, OFTEN, SHORT, CompletableResultCode::new);
    Await.until(() -> exporter.mostUnderWay.get() >= 3);
  }

  @Test
  void theReaderOfGlintWaitsForAnOverdueExportAndThenExports() throws Exception {
    start(Kind.GLINT, OFTEN, SHORT, CompletableResultCode::new);
    Await.until(() -> exporter.results.size() == 1);
    Thread.sleep(10 * SHORT.toMillis());
    assertThat(exporter.results).hasSize(1);
    exporter.end();
    Await.until(() -> exporter.results.size() >= 3);
    assertThat(exporter.mostUnderWay).hasValue(1);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aFlushFailsWhenItsExportIsOverdueAndOnlyGlintSaysWhy(Kind kind) {
    start(kind, NEVER, SHORT, CompletableResultCode::new);
    final CompletableResultCode flush = reader.forceFlush().join(20, TimeUnit.SECONDS);

    assertThat(flush.isDone()).isTrue();
    assertThat(flush.isSuccess()).isFalse();
    assertThat(flush.getFailureThrowable() != null).isEqualTo(kind == Kind.GLINT);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aFlushWaitsForAnExportThatIsUnderWayAndThenExports(Kind kind) throws Exception {
    start(kind, NEVER, LONG, CompletableResultCode::new);
    final CompletableResultCode first = reader.forceFlush();
    Await.until(() -> exporter.results.size() == 1);
    final CompletableResultCode second = reader.forceFlush();
    Thread.sleep(SHORT.toMillis());
    assertThat(second.isDone()).isFalse();
    assertThat(exporter.results).hasSize(1);
    exporter.end();

    assertThat(first.join(20, TimeUnit.SECONDS).isSuccess()).isTrue();
    assertThat(second.join(20, TimeUnit.SECONDS).isSuccess()).isTrue();
    assertThat(exporter.results).hasSize(2);
    assertThat(exporter.mostUnderWay).hasValue(1);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aFlushAndAShutdownFailWithTheirExport(Kind kind) {
    start(kind, NEVER, LONG, CompletableResultCode::ofFailure);

    final CompletableResultCode flush = reader.forceFlush().join(20, TimeUnit.SECONDS);
    assertThat(flush.isSuccess()).isFalse();
    assertThat(flush.getFailureThrowable() != null).isEqualTo(kind == Kind.GLINT);
    final CompletableResultCode shutdown = reader.shutdown().join(20, TimeUnit.SECONDS);
    assertThat(shutdown.isDone()).isTrue();
    assertThat(shutdown.isSuccess()).isFalse();
    assertThat(exporter.results).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void bothFlushTheExporterAtAFlushAndOnlyGlintAtTheShutdown(Kind kind) {
    start(kind, NEVER, LONG, CompletableResultCode::ofSuccess);

    assertThat(reader.forceFlush().join(20, TimeUnit.SECONDS).isSuccess()).isTrue();
    assertThat(reader.shutdown().join(20, TimeUnit.SECONDS).isSuccess()).isTrue();
    assertThat(exporter.calls)
        .isEqualTo(
            kind == Kind.GLINT
                ? List.of("export", "flush", "export", "flush", "shutdown")
                : List.of("export", "flush", "export", "shutdown"));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void anExporterThatBlocksItsThreadBlocksAFlushOfTheStockReaderOnly(Kind kind) throws Exception {
    start(kind, OFTEN, SHORT, this::answerWhenUnblocked);
    Await.until(() -> exporter.mostUnderWay.get() == 1);
    final CompletableResultCode flush = reader.forceFlush();

    flush.join(20 * SHORT.toMillis(), TimeUnit.MILLISECONDS);
    if (kind == Kind.STOCK) {
      assertThat(flush.isDone()).isFalse();
    } else {
      assertThat(flush.join(20, TimeUnit.SECONDS).isDone()).isTrue();
      assertThat(flush.isSuccess()).isFalse();
    }
    assertThat(exporter.mostUnderWay).hasValue(1);
  }
}
