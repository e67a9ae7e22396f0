package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.api.metrics.ObservableLongCounter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.time.TestClock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AsynchronousInstrumentsTest {
  private static final AttributeKey<String> PID = AttributeKey.stringKey("pid");
  private static final long SECOND = 1_000_000_000L;

  private final TestClock clock = TestClock.create();
  private final InMemoryMetricReader cumulative = InMemoryMetricReader.create();
  private final InMemoryMetricReader delta = InMemoryMetricReader.createDelta();
  private final GlintMeterProvider provider =
      GlintMeterProvider.builder()
          .setClock(clock)
          .registerMetricReader(cumulative, type -> 2)
          .registerMetricReader(delta, type -> 2)
          .build();
  private final Meter meter = provider.get("async");

  /** What the callback of {@link #observeTable} observes. */
  private final Map<String, Long> table = new LinkedHashMap<>();

  @AfterEach
  void close() {
    provider.close();
  }

  private ObservableLongCounter observeTable() {
    return meter
        .counterBuilder("counter")
        .buildWithCallback(
            measurement ->
                table.forEach((pid, value) -> measurement.record(value, Attributes.of(PID, pid))));
  }

  private static Map<String, Long> values(InMemoryMetricReader reader) {
    final Map<String, Long> values = new LinkedHashMap<>();
    final MetricData metric = collect(reader, "counter");
    if (metric != null) {
      for (final LongPointData point : metric.getLongSumData().getPoints()) {
        values.put(String.valueOf(point.getAttributes().get(PID)), point.getValue());
      }
    }
    return values;
  }

  @Test
  void callbacksObserveTotalsAndDeltaReadersGetDifferences() {
    observeTable();
    table.put("1", 10L);
    assertThat(values(cumulative)).isEqualTo(Map.of("1", 10L));
    assertThat(values(delta)).isEqualTo(Map.of("1", 10L));
    table.put("1", 15L);
    assertThat(values(cumulative)).isEqualTo(Map.of("1", 15L));
    assertThat(values(delta)).isEqualTo(Map.of("1", 5L));
  }

  @Test
  void aSeriesThatIsNotObservedVanishesAndGoesOnWhenItComesBack() {
    observeTable();
    table.put("1", 60L);
    assertThat(values(delta)).isEqualTo(Map.of("1", 60L));
    assertThat(values(cumulative)).isEqualTo(Map.of("1", 60L));
    table.clear();
    assertThat(values(delta)).isEmpty();
    assertThat(values(cumulative)).isEmpty();
    table.put("1", 70L);
    assertThat(values(delta)).isEqualTo(Map.of("1", 10L));
    assertThat(values(cumulative)).isEqualTo(Map.of("1", 70L));
  }

  @Test
  void aCounterThatWasResetReportsItsNewValueAndNothingNegative() {
    observeTable();
    table.put("1", 60L);
    values(delta);
    table.put("1", 4L);
    assertThat(values(delta)).isEqualTo(Map.of("1", 4L));
  }

  @Test
  void startTimesFollowTheRoundInWhichASeriesAppeared() {
    final long created = clock.now();
    observeTable();
    table.put("1", 1L);
    clock.advance(Duration.ofSeconds(1));
    collect(cumulative, "counter");
    table.put("2", 1L);
    clock.advance(Duration.ofSeconds(1));
    assertThat(collect(cumulative, "counter").getLongSumData().getPoints())
        .extracting(LongPointData::getStartEpochNanos)
        .containsExactly(created, created + SECOND);
  }

  @Test
  void theFirstObservedKeepTheirSeriesAndTheRestMergesIntoOverflow() {
    observeTable();
    table.put("1", 1L);
    table.put("2", 2L);
    table.put("3", 5L);
    table.put("4", 7L);
    assertThat(values(cumulative)).isEqualTo(Map.of("1", 1L, "2", 2L, "null", 12L));
    assertThat(values(delta)).isEqualTo(Map.of("1", 1L, "2", 2L, "null", 12L));
  }

  @Test
  void eachCallbackRunsOncePerCollection() {
    final AtomicInteger runs = new AtomicInteger();
    final ObservableLongMeasurement first = meter.counterBuilder("first").buildObserver();
    final ObservableDoubleMeasurement second = meter.gaugeBuilder("second").buildObserver();
    final BatchCallback batch =
        meter.batchCallback(
            () -> {
              runs.incrementAndGet();
              first.record(1);
              second.record(2.5);
            },
            first,
            second);
    assertThat(cumulative.collectAllMetrics()).hasSize(2);
    assertThat(runs).hasValue(1);
    delta.collectAllMetrics();
    assertThat(runs).hasValue(2);
    batch.close();
    batch.close();
    assertThat(cumulative.collectAllMetrics()).isEmpty();
    assertThat(runs).hasValue(2);
  }

  @Test
  void allAsynchronousKindsWork() {
    meter.counterBuilder("a").ofDoubles().buildWithCallback(m -> m.record(1.5));
    meter.upDownCounterBuilder("b").buildWithCallback(m -> m.record(-2));
    meter.upDownCounterBuilder("c").ofDoubles().buildWithCallback(m -> m.record(-2.5));
    meter.gaugeBuilder("d").buildWithCallback(m -> m.record(3.5));
    meter.gaugeBuilder("e").ofLongs().buildWithCallback(m -> m.record(4));
    assertThat(collect(cumulative, "a").getDoubleSumData().getPoints().iterator().next().getValue())
        .isEqualTo(1.5);
    assertThat(collect(cumulative, "b").getLongSumData().isMonotonic()).isFalse();
    assertThat(collect(cumulative, "c").getDoubleSumData().getPoints().iterator().next().getValue())
        .isEqualTo(-2.5);
    assertThat(
            collect(cumulative, "d").getDoubleGaugeData().getPoints().iterator().next().getValue())
        .isEqualTo(3.5);
    assertThat(collect(cumulative, "e").getLongGaugeData().getPoints().iterator().next().getValue())
        .isEqualTo(4);
  }

  @Test
  void aThrowingCallbackHarmsNoOther() {
    meter.gaugeBuilder("good").buildWithCallback(m -> m.record(1));
    meter
        .gaugeBuilder("bad")
        .buildWithCallback(
            m -> {
              m.record(1);
              throw new IllegalStateException("bad callback");
            });
    meter
        .gaugeBuilder("worse")
        .buildWithCallback(
            m -> {
              throw new AssertionError("worse callback");
            });
    meter.gaugeBuilder("later").buildWithCallback(m -> m.record(1));
    assertThat(cumulative.collectAllMetrics())
        .extracting(MetricData::getName)
        .containsExactlyInAnyOrder("good", "bad", "later");
  }

  @Test
  void observationsOutsideACallbackOrFromAnotherThreadAreIgnored() throws Exception {
    final AtomicReference<ObservableLongMeasurement> leaked = new AtomicReference<>();
    meter
        .counterBuilder("counter")
        .buildWithCallback(
            measurement -> {
              leaked.set(measurement);
              measurement.record(1, Attributes.of(PID, "1"));
              final Thread other =
                  new Thread(() -> measurement.record(1, Attributes.of(PID, "other")));
              other.start();
              try {
                other.join(10_000);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    assertThat(values(cumulative)).isEqualTo(Map.of("1", 1L));
    leaked.get().record(5, Attributes.of(PID, "outside"));
    assertThat(values(cumulative)).isEqualTo(Map.of("1", 1L));
  }

  @Test
  void aBatchCallbackCannotObserveInstrumentsOfOtherMeters() {
    final ObservableLongMeasurement own = meter.counterBuilder("own").buildObserver();
    final ObservableLongMeasurement foreign =
        provider.get("foreign").counterBuilder("foreign").buildObserver();
    final ObservableLongMeasurement undeclared = meter.counterBuilder("undeclared").buildObserver();
    meter.batchCallback(
        () -> {
          own.record(1);
          foreign.record(1);
          undeclared.record(1);
        },
        own,
        foreign);
    assertThat(cumulative.collectAllMetrics())
        .extracting(MetricData::getName)
        .containsExactly("own");
  }

  @Test
  void callbacksMayUseTheMeterAndTheReader() {
    final AtomicLong inner = new AtomicLong(-1);
    meter
        .gaugeBuilder("outer")
        .buildWithCallback(
            measurement -> {
              measurement.record(1);
              meter.counterBuilder("recorded").build().add(1);
              meter.gaugeBuilder("registered").buildWithCallback(m -> m.record(2)).close();
              inner.set(cumulative.collectAllMetrics().size());
            });
    assertThat(cumulative.collectAllMetrics())
        .extracting(MetricData::getName)
        .contains("outer", "recorded");
    assertThat(inner).hasValue(0);
  }

  @Test
  void twoCallbacksOfOneInstrumentFeedOneStream() {
    meter.counterBuilder("counter").buildWithCallback(m -> m.record(1, Attributes.of(PID, "1")));
    meter.counterBuilder("counter").buildWithCallback(m -> m.record(2, Attributes.of(PID, "2")));
    assertThat(values(cumulative)).isEqualTo(Map.of("1", 1L, "2", 2L));
  }

  @Test
  void observationsHaveExemplarsOnlyUnderAlwaysOnAndNeverATrace() {
    final InMemoryMetricReader always = InMemoryMetricReader.create();
    try (GlintMeterProvider alwaysOn =
            GlintMeterProvider.builder()
                .setExemplarFilter(ExemplarFilter.alwaysOn())
                .registerMetricReader(always)
                .build();
        Scope ignored = Readers.span(1, true).makeCurrent()) {
      alwaysOn.get("m").counterBuilder("counter").buildWithCallback(m -> m.record(9));
      observeTable();
      table.put("1", 1L);
      final List<LongExemplarData> exemplars = exemplars(always);
      assertThat(exemplars).hasSize(1);
      assertThat(exemplars.get(0).getValue()).isEqualTo(9);
      assertThat(exemplars.get(0).getSpanContext().isValid()).isFalse();
      assertThat(exemplars(cumulative)).isEmpty();
    }
  }

  @Test
  void theExemplarIsTheLastObservationOfItsSeriesAndNoReservoirIsMade() {
    final InMemoryMetricReader always = InMemoryMetricReader.create();
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .setExemplarFilter(ExemplarFilter.alwaysOn())
            .registerMetricReader(always)
            .registerView(
                InstrumentSelector.builder().setName("counter").build(),
                GlintView.builder()
                    .setAttributeFilter(Set.of())
                    .setExemplarReservoir(
                        settings -> {
                          throw new AssertionError("a reservoir of an asynchronous instrument");
                        })
                    .build())
            .build()) {
      provider
          .get("m")
          .counterBuilder("counter")
          .buildWithCallback(
              measurement -> {
                for (long i = 1; i <= 5; i++) {
                  measurement.record(i, Attributes.of(PID, "" + i));
                }
              });
      for (int collection = 0; collection < 3; collection++) {
        assertThat(exemplars(always)).extracting(LongExemplarData::getValue).containsExactly(5L);
      }
    }
  }

  private static List<LongExemplarData> exemplars(InMemoryMetricReader reader) {
    return collect(reader, "counter").getLongSumData().getPoints().iterator().next().getExemplars();
  }

  @Test
  void callbacksRunWithTheContextClassLoaderOfTheirRegistration() {
    final ClassLoader registered = new ClassLoader(null) {};
    final ClassLoader before = Thread.currentThread().getContextClassLoader();
    final AtomicReference<ClassLoader> seen = new AtomicReference<>();
    Thread.currentThread().setContextClassLoader(registered);
    try {
      meter
          .gaugeBuilder("gauge")
          .buildWithCallback(m -> seen.set(Thread.currentThread().getContextClassLoader()));
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
    cumulative.collectAllMetrics();
    assertThat(seen).hasValue(registered);
    assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
  }
}
