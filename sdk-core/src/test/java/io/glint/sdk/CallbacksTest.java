package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongCounter;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When callbacks run, and when they do not any more. */
class CallbacksTest {
  private static final AttributeKey<Long> KEY = AttributeKey.longKey("key");

  private final InMemoryMetricReader cumulative = InMemoryMetricReader.create();
  private final InMemoryMetricReader delta = InMemoryMetricReader.createDelta();
  private final GlintMeterProvider provider =
      GlintMeterProvider.builder()
          .registerMetricReader(cumulative)
          .registerMetricReader(delta)
          .registerView(
              InstrumentSelector.builder().setName("three").build(),
              GlintView.builder().setName("three.1").build())
          .registerView(
              InstrumentSelector.builder().setName("three").build(),
              GlintView.builder().setName("three.2").build())
          .registerView(
              InstrumentSelector.builder().setName("three").build(),
              GlintView.builder().setName("three.3").build())
          .build();
  private final Meter meter = provider.get("callbacks");

  @AfterEach
  void close() {
    provider.close();
  }

  @Test
  void oneRunServesAllStreamsOfItsInstrument() {
    final AtomicInteger runs = new AtomicInteger();
    meter.counterBuilder("three").buildWithCallback(m -> m.record(runs.incrementAndGet()));
    assertThat(cumulative.collectAllMetrics())
        .hasSize(3)
        .flatExtracting(metric -> metric.getLongSumData().getPoints())
        .allMatch(point -> point.getValue() == 1);
    assertThat(runs).hasValue(1);
  }

  @Test
  void eachRegistrationIsUndoneByItself() {
    final AtomicInteger first = new AtomicInteger();
    final AtomicInteger second = new AtomicInteger();
    final ObservableLongCounter firstRegistration =
        meter.counterBuilder("counter").buildWithCallback(m -> first.incrementAndGet());
    meter.counterBuilder("counter").buildWithCallback(m -> second.incrementAndGet());
    cumulative.collectAllMetrics();
    firstRegistration.close();
    firstRegistration.close();
    cumulative.collectAllMetrics();
    assertThat(first).hasValue(1);
    assertThat(second).hasValue(2);
  }

  @Test
  void anInstrumentWithoutACallbackHasNoPoints() {
    meter.counterBuilder("counter").buildObserver();
    assertThat(cumulative.collectAllMetrics()).isEmpty();
  }

  @Test
  void aCallbackMayUndoItsOwnRegistration() {
    final AtomicInteger runs = new AtomicInteger();
    final AtomicReference<ObservableLongCounter> registration = new AtomicReference<>();
    registration.set(
        meter
            .counterBuilder("counter")
            .buildWithCallback(
                measurement -> {
                  runs.incrementAndGet();
                  measurement.record(1);
                  registration.get().close();
                }));
    assertThat(cumulative.collectAllMetrics()).hasSize(1);
    assertThat(cumulative.collectAllMetrics()).isEmpty();
    assertThat(runs).hasValue(1);
  }

  @Test
  @Timeout(60)
  void aCallbackIsNotStartedOnceItsRegistrationIsUndoneAlsoByAnotherThreadInMidRound() {
    final AtomicInteger runs = new AtomicInteger();
    final AtomicReference<ObservableLongCounter> second = new AtomicReference<>();
    meter
        .counterBuilder("counter")
        .buildWithCallback(
            measurement -> {
              final Thread other = new Thread(() -> second.get().close());
              other.start();
              try {
                other.join(30_000);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    second.set(meter.counterBuilder("counter").buildWithCallback(m -> runs.incrementAndGet()));
    cumulative.collectAllMetrics();
    assertThat(runs).hasValue(0);
  }

  @Test
  @Timeout(60)
  void roundsOfCallbacksFollowOneAnother() throws Exception {
    final AtomicInteger running = new AtomicInteger();
    final AtomicInteger overlaps = new AtomicInteger();
    final AtomicInteger round = new AtomicInteger();
    for (int i = 0; i < 2; i++) {
      final long callback = i;
      meter
          .counterBuilder("counter")
          .buildWithCallback(
              measurement -> {
                if (running.getAndIncrement() != 0) {
                  overlaps.incrementAndGet();
                }
                final int current = callback == 0 ? round.incrementAndGet() : round.get();
                LockSupport.parkNanos(10_000);
                measurement.record(current, Attributes.of(KEY, callback));
                running.decrementAndGet();
              });
    }
    final List<String> mixed = new ArrayList<>();
    final Thread other =
        new Thread(
            () -> {
              for (int i = 0; i < 500; i++) {
                delta.collectAllMetrics();
              }
            });
    other.start();
    for (int i = 0; i < 500; i++) {
      for (final MetricData metric : cumulative.collectAllMetrics()) {
        final List<Long> values =
            metric.getLongSumData().getPoints().stream().map(LongPointData::getValue).toList();
        if (values.size() != 2 || !values.get(0).equals(values.get(1))) {
          mixed.add(values.toString());
        }
      }
    }
    other.join(30_000);
    assertThat(other.isAlive()).isFalse();
    assertThat(overlaps.get()).isZero();
    assertThat(mixed).as("points of different rounds").isEmpty();
  }
}
