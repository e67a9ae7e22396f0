package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricExporter;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@Tag("long")
class HangingReaderTest {
  private final CountDownLatch release = new CountDownLatch(1);
  private final LogCapture log = new LogCapture();

  @AfterEach
  void close() {
    release.countDown();
    log.close();
  }

  private GlintMeterProvider provider(Duration timeout, MetricReader... readers) {
    final GlintMeterProviderBuilder builder =
        GlintMeterProvider.builder().setReaderTimeout(timeout);
    for (final MetricReader reader : readers) {
      builder.registerMetricReader(reader);
    }
    return builder.build();
  }

  private CompletableResultCode hang() {
    try {
      assertThat(release.await(50, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return CompletableResultCode.ofSuccess();
  }

  @Test
  void aReaderThatHangsFailsTheFlushAndDelaysNoOther() {
    final InMemoryMetricExporter exporter = InMemoryMetricExporter.create();
    final GlintMeterProvider provider =
        provider(
            Duration.ofSeconds(3),
            new CallReader(this::hang),
            PeriodicMetricReader.builder(exporter).setInterval(Duration.ofHours(1)).build());
    provider.get("hang").counterBuilder("counter").build().add(1);
    // The stock reader flushes on a thread of its own since 1.68.
    final CompletableResultCode result = provider.forceFlush().join(30, TimeUnit.SECONDS);
    assertThat(result.isDone()).isTrue();
    assertThat(result.isSuccess()).isFalse();
    assertThat(exporter.getFinishedMetricItems()).hasSize(1);
    assertThat(log.messages())
        .singleElement()
        .asString()
        .contains("3000 ms", "flush", "CallReader");
    assertThat(provider.shutdown().isSuccess()).isFalse();
  }

  @Test
  void aFlushOfReadersThatFlushAtOnceIsDoneWhenItReturns() {
    final AtomicInteger flushes = new AtomicInteger();
    try (GlintMeterProvider provider =
        provider(
            Duration.ofSeconds(30),
            new CallReader(
                () -> {
                  flushes.incrementAndGet();
                  return CompletableResultCode.ofSuccess();
                }))) {
      assertThat(provider.forceFlush().isSuccess()).isTrue();
      assertThat(flushes).hasValue(1);
    }
  }

  @Test
  void aFlushOfTheStockPeriodicReaderSucceedsWhenItHasExported() {
    final InMemoryMetricExporter exporter = InMemoryMetricExporter.create();
    try (GlintMeterProvider provider =
        provider(
            Duration.ofSeconds(30),
            PeriodicMetricReader.builder(exporter).setInterval(Duration.ofHours(1)).build())) {
      provider.get("hang").counterBuilder("counter").build().add(1);
      assertThat(provider.forceFlush().join(30, TimeUnit.SECONDS).isSuccess()).isTrue();
      assertThat(exporter.getFinishedMetricItems()).hasSize(1);
    }
  }

  @Test
  void aResultThatComesLaterIsPassedOn() {
    final CompletableResultCode later = new CompletableResultCode();
    final GlintMeterProvider provider =
        provider(Duration.ofSeconds(30), new CallReader(() -> later));
    final CompletableResultCode result = provider.forceFlush();
    assertThat(result.isDone()).isFalse();
    later.succeed();
    assertThat(result.isSuccess()).isTrue();
  }

  @Test
  void aReaderThatThrowsOrReturnsNullFailsTheFlush() {
    assertThat(provider(Duration.ofSeconds(30), new CallReader(() -> null)).forceFlush())
        .matches(result -> result.isDone() && !result.isSuccess());
    assertThat(
            provider(
                    Duration.ofSeconds(30),
                    new CallReader(
                        () -> {
                          throw new NoClassDefFoundError("Exporter");
                        }))
                .forceFlush())
        .matches(result -> result.isDone() && !result.isSuccess());
    assertThat(log.messages()).hasSize(2).allMatch(message -> message.contains("could not flush"));
  }

  @Test
  void readersAreCalledInTheCallersContext() {
    final ContextKey<String> key = ContextKey.named("key");
    final String[] seen = new String[1];
    final GlintMeterProvider provider =
        provider(
            Duration.ofSeconds(30),
            new CallReader(
                () -> {
                  seen[0] = Context.current().get(key);
                  return CompletableResultCode.ofSuccess();
                }));
    try (Scope ignored = Context.current().with(key, "value").makeCurrent()) {
      assertThat(provider.forceFlush().isSuccess()).isTrue();
    }
    assertThat(seen[0]).isEqualTo("value");
  }

  @Test
  void aResultThatNeverCompletesFailsWhenTheTimeIsOver() throws Exception {
    final GlintMeterProvider provider =
        provider(Duration.ofMillis(300), new CallReader(CompletableResultCode::new));
    final CompletableResultCode result = provider.forceFlush();
    result.join(30, TimeUnit.SECONDS);
    assertThat(result.isDone()).isTrue();
    assertThat(result.isSuccess()).isFalse();
    // The result comes before the message, whose handler may hang.
    for (int i = 0; log.messages().isEmpty() && i < 3000; i++) {
      Thread.sleep(10);
    }
    assertThat(log.messages()).singleElement().asString().contains("not completed within 300 ms");
  }

  @Test
  void aHandlerThatHangsKeepsNoResultBack() {
    final Handler hanging =
        new Handler() {
          @Override
          public void publish(LogRecord logRecord) {
            hang();
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    final Logger logger = Logger.getLogger("io.glint");
    logger.addHandler(hanging);
    try {
      final CompletableResultCode result =
          provider(Duration.ofMillis(300), new CallReader(CompletableResultCode::new)).forceFlush();
      assertThat(result.join(20, TimeUnit.SECONDS).isDone()).isTrue();
    } finally {
      release.countDown();
      logger.removeHandler(hanging);
    }
  }

  @Test
  void aFlushFromACallbackFailsAtOnceAndStartsNoLoop() throws Exception {
    final AtomicInteger exports = new AtomicInteger();
    final InMemoryMetricExporter counting = InMemoryMetricExporter.create();
    final GlintPeriodicMetricReader own =
        GlintPeriodicMetricReader.builder(counting).setInterval(Duration.ofHours(1)).build();
    final InMemoryMetricReader other = InMemoryMetricReader.create();
    final GlintMeterProvider provider = provider(Duration.ofSeconds(30), own, other);
    provider
        .get("flush")
        .counterBuilder("counter")
        .buildWithCallback(
            counter -> {
              exports.incrementAndGet();
              counter.record(1);
              assertThat(provider.forceFlush().isSuccess()).isFalse();
              assertThat(own.forceFlush().isSuccess()).isFalse();
            });
    assertThat(provider.forceFlush().join(30, TimeUnit.SECONDS).isSuccess()).isTrue();
    assertThat(other.collectAllMetrics()).hasSize(1);
    // The other reader flushes by collecting.
    assertThat(exports).hasValue(3);
    assertThat(counting.getFinishedMetricItems()).hasSize(1);
    assertThat(log.messages()).hasSize(2).allMatch(message -> message.contains("flush"));
    provider.close();
  }

  @Test
  void aReaderIsFreeAgainAfterAProviderCouldNotBeBuilt() {
    final InMemoryMetricReader used = InMemoryMetricReader.create();
    final GlintMeterProvider first = provider(Duration.ofSeconds(30), used);
    final InMemoryMetricReader free = InMemoryMetricReader.create();
    assertThatThrownBy(() -> provider(Duration.ofSeconds(30), free, used))
        .isInstanceOf(IllegalArgumentException.class);
    provider(Duration.ofSeconds(30), free).close();
    first.close();
  }

  @Test
  void aTimeoutThatIsNotPositiveIsRefused() {
    assertThatThrownBy(() -> GlintMeterProvider.builder().setReaderTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT0S");
  }

  private static final class CallReader implements MetricReader {
    private final Supplier<CompletableResultCode> call;

    CallReader(Supplier<CompletableResultCode> call) {
      this.call = call;
    }

    @Override
    public void register(CollectionRegistration registration) {}

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType instrumentType) {
      return AggregationTemporality.CUMULATIVE;
    }

    @Override
    public CompletableResultCode forceFlush() {
      return call.get();
    }

    @Override
    public CompletableResultCode shutdown() {
      return call.get();
    }

    @Override
    public String toString() {
      return "CallReader";
    }
  }
}
