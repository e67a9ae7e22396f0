package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.glint.testing.ForwardingAttributes;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounterBuilder;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Log handlers and attributes that hang cost a collection no more than its timeout. */
@Timeout(120)
@Tag("long")
class HangingUserCodeTest {
  private static final Duration TIMEOUT = Duration.ofMillis(300);
  private static final AttributeKey<String> KEY = AttributeKey.stringKey("key");

  /**
   * A collection that hangs takes longer; so does none that does not, on a machine that is busy.
   */
  private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(15);

  private final Logger logger = Logger.getLogger("io.glint");
  private final CountDownLatch release = new CountDownLatch(1);
  private final InMemoryMetricReader reader = InMemoryMetricReader.createDelta();
  private final InMemoryMetricReader other = InMemoryMetricReader.create();
  private final GlintMeterProvider provider =
      GlintMeterProvider.builder()
          .setCallbackTimeout(TIMEOUT)
          .registerMetricReader(reader, type -> 2)
          .registerMetricReader(other, type -> 2)
          .build();

  private final Handler hanging =
      new Handler() {
        @Override
        public void publish(LogRecord logRecord) {
          awaitRelease();
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

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

  @AfterEach
  void close() {
    release.countDown();
    provider.close();
    logger.removeHandler(hanging);
    logger.setUseParentHandlers(true);
  }

  private LongCounterBuilder counter(String name) {
    return provider.get("m").counterBuilder(name);
  }

  /** Collects for both readers, twice each, which does not take long. */
  private void assertCollectionsEnd(String... names) {
    for (int i = 0; i < 4; i++) {
      final InMemoryMetricReader any = i % 2 == 0 ? reader : other;
      final long begin = System.nanoTime();
      assertThat(any.collectAllMetrics()).extracting(MetricData::getName).contains(names);
      assertThat(System.nanoTime() - begin).isLessThan(LONG_NANOS);
    }
  }

  private void observedWithAHandlerThatHangs(Consumer<ObservableLongMeasurement> callback) {
    counter("healthy").buildWithCallback(counter -> counter.record(1));
    counter("observed").buildWithCallback(callback);
    counter("healthy.too").buildWithCallback(counter -> counter.record(1));
    logger.addHandler(hanging);
    logger.setUseParentHandlers(false);
    assertCollectionsEnd("healthy", "healthy.too");
  }

  @Test
  void aHandlerThatHangsWhenTheLimitIsHitHoldsNoCollectionUp() {
    observedWithAHandlerThatHangs(
        counter -> {
          for (int i = 0; i < 5; i++) {
            counter.record(1, Attributes.of(KEY, "" + i));
          }
        });
  }

  @Test
  void aHandlerThatHangsWhenACallbackHangsHoldsNoCollectionUp() {
    observedWithAHandlerThatHangs(counter -> awaitRelease());
  }

  @Test
  void aHandlerThatHangsWhenAnObservationIsDroppedHoldsNoCollectionUp() {
    observedWithAHandlerThatHangs(counter -> counter.record(-1));
  }

  @Test
  void aHandlerThatHangsWhenAMeasurementWasDroppedHoldsNoCollectionUp() {
    counter("recorded").build().add(-1);
    observedWithAHandlerThatHangs(counter -> counter.record(1));
  }

  @Test
  void aHandlerThatHangsWhenAMeasurementWasDroppedHoldsNoShutdownUp() throws Exception {
    counter("recorded").build().add(-1);
    logger.addHandler(hanging);
    logger.setUseParentHandlers(false);
    final CompletableFuture<Void> closed = CompletableFuture.runAsync(provider::close);
    closed.get(30, TimeUnit.SECONDS);
    assertThat(provider.shutdown().isSuccess()).isTrue();
  }

  @Test
  void aHandlerThatHangsWhenACallbackThrowsHoldsNoCollectionUp() {
    observedWithAHandlerThatHangs(
        counter -> {
          throw new IllegalStateException("a callback that throws");
        });
  }

  /** Attributes whose hash code runs code that is not Glint's. */
  private static final class Foreign extends ForwardingAttributes {
    private final Runnable inHashCode;

    Foreign(Attributes attributes, Runnable inHashCode) {
      super(attributes);
      this.inHashCode = inHashCode;
    }

    @Override
    public int hashCode() {
      inHashCode.run();
      return attributes.hashCode();
    }

    @Override
    public boolean equals(Object any) {
      return any instanceof Foreign same && attributes.equals(same.attributes);
    }
  }

  @Test
  void attributesThatHangHoldNoCollectionUpAndCostOnlyTheirMetric() throws Exception {
    final AtomicBoolean hangs = new AtomicBoolean();
    final long[] total = {100};
    counter("healthy").buildWithCallback(counter -> counter.record(1));
    final Consumer<ObservableLongMeasurement> callback =
        counter -> {
          final Runnable inHashCode = hangs.get() ? this::awaitRelease : () -> {};
          counter.record(total[0], new Foreign(Attributes.of(KEY, "1"), inHashCode));
        };
    counter("observed").buildWithCallback(callback);
    counter("healthy.too").buildWithCallback(counter -> counter.record(1));
    try (LogCapture log = new LogCapture()) {
      assertCollectionsEnd("healthy", "observed", "healthy.too");
      hangs.set(true);
      total[0] = 200;
      final long begin = System.nanoTime();
      for (int i = 0; i < 2; i++) {
        assertThat(reader.collectAllMetrics())
            .extracting(MetricData::getName)
            .contains("healthy", "healthy.too")
            .doesNotContain("observed");
      }
      assertThat(System.nanoTime() - begin).isLessThan(LONG_NANOS);
      assertThat(log.messages())
          .anyMatch(message -> message.contains("'observed'") && message.contains("hashCode"));
      hangs.set(false);
      release.countDown();
      total[0] = 300;
      MetricData metric = collect(reader, "observed");
      for (int i = 0; metric == null && i < 1000; i++) {
        Thread.sleep(10);
        metric = collect(reader, "observed");
      }
      assertThat(metric.getLongSumData().getPoints())
          .singleElement()
          .satisfies(point -> assertThat(point.getValue()).isEqualTo(200));
    }
  }

  @Test
  void attributesThatObserveWhileTheyAreObservedLoseTheirObservationOnly() {
    counter("observed")
        .buildWithCallback(
            counter -> {
              final Runnable inHashCode = () -> counter.record(1, Attributes.of(KEY, "3"));
              counter.record(2, new Foreign(Attributes.of(KEY, "1"), inHashCode));
              counter.record(4, Attributes.of(KEY, "2"));
            });
    try (LogCapture log = new LogCapture()) {
      final long begin = System.nanoTime();
      assertThat(collect(reader, "observed").getLongSumData().getPoints())
          .extracting(point -> point.getAttributes().get(KEY), LongPointData::getValue)
          .containsExactlyInAnyOrder(tuple("1", 2L), tuple("2", 4L));
      assertThat(System.nanoTime() - begin).isLessThan(LONG_NANOS);
      assertThat(log.messages()).anyMatch(message -> message.contains("was lost"));
    }
  }
}
