package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@Tag("long")
class CallbackTimeoutTest {
  private static final Duration TIMEOUT = Duration.ofMillis(300);
  private static final AttributeKey<String> KEY = AttributeKey.stringKey("key");

  private final InMemoryMetricReader reader = InMemoryMetricReader.create();
  private final InMemoryMetricReader other = InMemoryMetricReader.create();
  private final CountDownLatch release = new CountDownLatch(1);
  private final LogCapture log = new LogCapture();
  private GlintMeterProvider provider;

  private Meter meter(Duration timeout) {
    provider =
        GlintMeterProvider.builder()
            .setCallbackTimeout(timeout)
            .registerMetricReader(reader)
            .registerMetricReader(other)
            .build();
    return provider.get("callbacks");
  }

  @AfterEach
  void close() {
    release.countDown();
    provider.close();
    log.close();
  }

  private void awaitRelease() {
    boolean isReleased = false;
    while (!isReleased) {
      try {
        isReleased = release.await(30, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        // Hangs whatever happens.
      }
    }
  }

  @Test
  void aHangingCallbackCostsNobodyElseAnything() {
    final Meter meter = meter(TIMEOUT);
    final AtomicInteger starts = new AtomicInteger();
    meter.gaugeBuilder("before").ofLongs().buildWithCallback(gauge -> gauge.record(1));
    meter
        .gaugeBuilder("hangs")
        .ofLongs()
        .buildWithCallback(
            gauge -> {
              starts.incrementAndGet();
              gauge.record(1, Attributes.of(KEY, "before it hung"));
              awaitRelease();
              gauge.record(2, Attributes.of(KEY, "too late"));
            });
    meter.gaugeBuilder("after").ofLongs().buildWithCallback(gauge -> gauge.record(3));
    for (int i = 0; i < 3; i++) {
      assertThat(reader.collectAllMetrics())
          .extracting(metric -> metric.getName())
          .contains("before", "after");
    }
    assertThat(starts).hasValue(1);
    assertThat(log.messages())
        .singleElement()
        .asString()
        .contains("'hangs'", "300 ms", "setCallbackTimeout");
  }

  @Test
  void whatACallbackObservesTooLateIsDroppedAndItRunsAgainOnceItHasReturned() throws Exception {
    final Meter meter = meter(TIMEOUT);
    final CompletableFuture<Void> returned = new CompletableFuture<>();
    final AtomicInteger starts = new AtomicInteger();
    meter
        .gaugeBuilder("gauge")
        .ofLongs()
        .buildWithCallback(
            gauge -> {
              if (starts.incrementAndGet() == 1) {
                awaitRelease();
                gauge.record(1, Attributes.of(KEY, "too late"));
                returned.complete(null);
              } else {
                gauge.record(2, Attributes.of(KEY, "again"));
              }
            });
    assertThat(collect(reader, "gauge")).isNull();
    release.countDown();
    returned.get(30, TimeUnit.SECONDS);
    // The run ends a moment after the callback has returned.
    for (int i = 0; starts.get() < 2 && i < 1000; i++) {
      final var metric = collect(reader, "gauge");
      if (metric != null) {
        assertThat(metric.getLongGaugeData().getPoints())
            .extracting(LongPointData::getValue)
            .containsExactly(2L);
      }
      Thread.sleep(10);
    }
    assertThat(starts.get()).isGreaterThanOrEqualTo(2);
    assertThat(log.messages()).anyMatch(message -> message.contains("outside its callback"));
  }

  @Test
  void anotherReaderGoesOnWithoutACallbackThatHangs() throws Exception {
    final Meter meter = meter(TIMEOUT);
    meter.gaugeBuilder("hangs").buildWithCallback(gauge -> awaitRelease());
    meter.counterBuilder("counter").build().add(1);
    final CompletableFuture<Object> first =
        CompletableFuture.supplyAsync(() -> collect(reader, "counter"));
    assertThat(collect(other, "counter")).isNotNull();
    assertThat(first.get(30, TimeUnit.SECONDS)).isNotNull();
  }

  @Test
  void aBatchCallbackThatHangsReleasesAllItsInstruments() {
    final Meter meter = meter(TIMEOUT);
    final ObservableLongMeasurement one = meter.counterBuilder("one").buildObserver();
    final ObservableLongMeasurement two = meter.counterBuilder("two").buildObserver();
    meter.batchCallback(
        () -> {
          one.record(1);
          awaitRelease();
        },
        one,
        two);
    meter.batchCallback(() -> two.record(2), two);
    assertThat(collect(reader, "one")).isNotNull();
    assertThat(collect(reader, "one")).isNull();
    assertThat(collect(reader, "two")).isNotNull();
  }

  @Test
  void aRoundThatFailedCostsNoDeltaItsBase() {
    final InMemoryMetricReader delta = InMemoryMetricReader.createDelta();
    provider = GlintMeterProvider.builder().registerMetricReader(delta).build();
    final AtomicInteger round = new AtomicInteger();
    provider
        .get("callbacks")
        .counterBuilder("counter")
        .buildWithCallback(
            counter -> {
              if (round.incrementAndGet() == 2) {
                throw new IllegalStateException("once");
              }
              counter.record(100L * round.get());
            });
    assertThat(value(collect(delta, "counter"))).isEqualTo(100);
    assertThat(collect(delta, "counter")).isNull();
    assertThat(value(collect(delta, "counter"))).isEqualTo(200);
  }

  @Test
  void aHangingRoundCostsNoDeltaItsBase() throws Exception {
    final InMemoryMetricReader delta = InMemoryMetricReader.createDelta();
    provider =
        GlintMeterProvider.builder()
            .setCallbackTimeout(TIMEOUT)
            .registerMetricReader(delta)
            .build();
    final AtomicInteger round = new AtomicInteger();
    provider
        .get("callbacks")
        .counterBuilder("counter")
        .buildWithCallback(
            counter -> {
              if (round.incrementAndGet() == 2) {
                awaitRelease();
              }
              counter.record(100L * round.get());
            });
    assertThat(value(collect(delta, "counter"))).isEqualTo(100);
    // Abandoned, then not started because it still runs.
    assertThat(collect(delta, "counter")).isNull();
    assertThat(collect(delta, "counter")).isNull();
    release.countDown();
    MetricData metric = null;
    for (int i = 0; metric == null && i < 1000; i++) {
      Thread.sleep(10);
      metric = collect(delta, "counter");
    }
    assertThat(value(metric)).isEqualTo(100L * round.get() - 100);
  }

  private static long value(MetricData metric) {
    return metric.getLongSumData().getPoints().iterator().next().getValue();
  }

  @Test
  void aCollectionFromACallbackYieldsNothingAndDoesNotHang() {
    final Meter meter = meter(Duration.ofSeconds(30));
    final AtomicReference<Collection<?>> inner = new AtomicReference<>();
    meter
        .gaugeBuilder("gauge")
        .ofLongs()
        .buildWithCallback(
            gauge -> {
              inner.set(reader.collectAllMetrics());
              gauge.record(1);
            });
    assertThat(collect(reader, "gauge")).isNotNull();
    assertThat(inner.get()).isEmpty();
  }

  @Test
  void withoutATimeoutTheCollectingThreadRunsCallbacks() {
    final Meter meter = meter(Duration.ZERO);
    final AtomicReference<Thread> thread = new AtomicReference<>();
    meter
        .gaugeBuilder("gauge")
        .ofLongs()
        .buildWithCallback(
            gauge -> {
              thread.set(Thread.currentThread());
              gauge.record(1);
            });
    assertThat(collect(reader, "gauge")).isNotNull();
    assertThat(thread).hasValue(Thread.currentThread());
  }

  @Test
  void threadsEndWhenTheyAreIdle() throws Exception {
    final Meter meter = meter(TIMEOUT);
    final AtomicReference<Thread> thread = new AtomicReference<>();
    meter.gaugeBuilder("gauge").buildWithCallback(gauge -> thread.set(Thread.currentThread()));
    reader.collectAllMetrics();
    assertThat(thread.get().isDaemon()).isTrue();
    assertThat(thread.get().getName()).startsWith("glint-callbacks-");
    thread.get().join(30_000);
    assertThat(thread.get().isAlive()).isFalse();
  }

  @Test
  void aNegativeTimeoutIsRefused() {
    meter(TIMEOUT);
    assertThatThrownBy(() -> GlintMeterProvider.builder().setCallbackTimeout(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT-0.001S");
  }
}
