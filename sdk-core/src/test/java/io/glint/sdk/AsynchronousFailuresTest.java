package io.glint.sdk;

import static io.glint.sdk.Readers.collect;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.exemplar.ExemplarAttributes;
import io.glint.sdk.internal.async.CallbackRegistration;
import io.glint.sdk.internal.async.ObservableInstrument;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A collection of asynchronous instruments that fails anywhere neither doubles a later one nor
 * costs it anything.
 */
@Tag("long")
class AsynchronousFailuresTest {
  private static final AttributeKey<String> KEY = AttributeKey.stringKey("key");
  private static final AttributeKey<String> REMOVED = AttributeKey.stringKey("removed");

  private final LogCapture log = new LogCapture();

  /** Fails once, at the n-th step after it was armed. */
  private static final class Fault {
    private final Supplier<Throwable> failure;
    private int left = -1;

    Fault(Supplier<Throwable> failure) {
      this.failure = failure;
    }

    void arm(int steps) {
      left = steps;
    }

    /** Whether it has not failed since it was armed; it does not any more. */
    boolean disarm() {
      final boolean isArmed = left >= 0;
      left = -1;
      return isArmed;
    }

    void step() {
      if (left >= 0 && left-- == 0) {
        AsynchronousFailuresTest.<RuntimeException>raise(failure.get());
      }
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> void raise(Throwable failure) throws T {
    throw (T) failure;
  }

  /** Attributes each of whose methods may fail. */
  private static final class Faulty implements Attributes {
    private final Attributes attributes;
    private final Fault fault;

    Faulty(Attributes attributes, Fault fault) {
      this.attributes = attributes;
      this.fault = fault;
    }

    @Override
    public <T> T get(AttributeKey<T> key) {
      fault.step();
      return attributes.get(key);
    }

    @Override
    public void forEach(BiConsumer<? super AttributeKey<?>, ? super Object> consumer) {
      fault.step();
      attributes.forEach(consumer);
      fault.step();
    }

    @Override
    public int size() {
      fault.step();
      return attributes.size();
    }

    @Override
    public boolean isEmpty() {
      fault.step();
      return attributes.isEmpty();
    }

    @Override
    public Map<AttributeKey<?>, Object> asMap() {
      fault.step();
      return attributes.asMap();
    }

    @Override
    public AttributesBuilder toBuilder() {
      fault.step();
      return attributes.toBuilder();
    }

    @Override
    public int hashCode() {
      fault.step();
      return attributes.hashCode();
    }

    @Override
    public boolean equals(Object other) {
      fault.step();
      return other instanceof Faulty faulty
          ? attributes.equals(faulty.attributes)
          : attributes.equals(other);
    }
  }

  /** A clock that may fail while exemplars ask for the time. */
  private static final class FaultyClock implements Clock {
    private final Fault fault;

    FaultyClock(Fault fault) {
      this.fault = fault;
    }

    @Override
    public long now() {
      fault.step();
      return Clock.getDefault().now();
    }

    @Override
    public long nanoTime() {
      return Clock.getDefault().nanoTime();
    }
  }

  static Stream<Supplier<Throwable>> failures() {
    return Stream.of(
        () -> new OutOfMemoryError("a test"),
        () -> new StackOverflowError("a test"),
        () -> new IllegalStateException("a test"));
  }

  @AfterEach
  void close() {
    log.close();
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aRoundThatFailsAtAnyStepDoesNeitherDoubleNorLoseAnything(Supplier<Throwable> failure) {
    for (final boolean isFolded : new boolean[] {true, false}) {
      int step = 0;
      while (failsAt(step, failure, isFolded)) {
        step++;
      }
      assertThat(step).isGreaterThan(20);
    }
  }

  /** Returns false if there are fewer steps. */
  private boolean failsAt(int step, Supplier<Throwable> failure, boolean isFolded) {
    final Fault fault = new Fault(failure);
    final InMemoryMetricReader cumulative =
        InMemoryMetricReader.builder()
            .setAggregationTemporalitySelector(type -> AggregationTemporality.CUMULATIVE)
            .setMemoryMode(MemoryMode.REUSABLE_DATA)
            .build();
    final InMemoryMetricReader delta = Readers.of(AggregationTemporality.DELTA);
    final long[] total = new long[1];
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .setClock(new FaultyClock(fault))
            .registerMetricReader(cumulative)
            .registerMetricReader(delta)
            .setExemplarFilter(
                (CustomExemplarFilter)
                    (value, attributes, context) -> {
                      fault.step();
                      return true;
                    })
            .registerView(
                InstrumentSelector.builder().setName("*").build(),
                GlintView.builder()
                    .setAttributeFilter(
                        key -> {
                          fault.step();
                          return !(isFolded && key.equals("key")) && !key.equals("removed");
                        })
                    .build())
            .build()) {
      observe(provider.get("m"), total, fault);
      double added = 0;
      double changed = 0;
      boolean hasFailed = false;
      for (int round = 1; round <= 4; round++) {
        total[0] = 100L * round;
        for (final InMemoryMetricReader reader : List.of(cumulative, delta)) {
          fault.arm(round == 2 ? step : Integer.MAX_VALUE);
          try {
            final List<MetricData> metrics = List.copyOf(reader.collectAllMetrics());
            if (reader == delta) {
              added += sum(metrics, "counter");
              changed += sum(metrics, "sum");
            } else if (round > 2) {
              assertThat(sum(metrics, "counter")).isEqualTo(2.0 * total[0]);
              assertThat(sum(metrics, "sum")).isEqualTo(-2.0 * total[0]);
              assertThat(sum(metrics, "gauge")).isEqualTo((isFolded ? 1.0 : 2.0) * total[0]);
            }
          } catch (Throwable t) {
            // The clock has failed before anything was collected.
            assertThat(t.getMessage()).isEqualTo("a test");
          }
          hasFailed |= round == 2 && !fault.disarm();
        }
      }
      assertThat(added).as("step %s", step).isEqualTo(2.0 * total[0]);
      assertThat(changed).as("step %s", step).isEqualTo(-2.0 * total[0]);
      return hasFailed;
    }
  }

  private static void observe(Meter meter, long[] total, Fault fault) {
    final Attributes one = new Faulty(Attributes.of(KEY, "1", REMOVED, "a value"), fault);
    final Attributes other = new Faulty(Attributes.of(KEY, "2", REMOVED, "a value"), fault);
    meter
        .counterBuilder("counter")
        .buildWithCallback(
            counter -> {
              counter.record(total[0], one);
              counter.record(total[0], other);
            });
    meter
        .upDownCounterBuilder("sum")
        .ofDoubles()
        .buildWithCallback(
            sum -> {
              sum.record(-(double) total[0], one);
              sum.record(-(double) total[0], other);
            });
    meter
        .gaugeBuilder("gauge")
        .ofLongs()
        .buildWithCallback(
            gauge -> {
              gauge.record(total[0], one);
              gauge.record(total[0], other);
            });
  }

  private static double sum(List<MetricData> metrics, String name) {
    double sum = 0;
    for (final MetricData metric : metrics) {
      if (metric.getName().equals(name)) {
        for (final PointData point : metric.getData().getPoints()) {
          sum +=
              point instanceof LongPointData number
                  ? number.getValue()
                  : ((DoublePointData) point).getValue();
        }
      }
    }
    return sum;
  }

  @Test
  void whatARoundHasObservedThatWasNotCollectedIsDropped() {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder().registerMetricReader(reader).build()) {
      final Meter meter = provider.get("m");
      final ObservableInstrument sum =
          (ObservableInstrument) meter.upDownCounterBuilder("sum").buildObserver();
      final CallbackRegistration callback =
          (CallbackRegistration) meter.batchCallback(() -> sum.record(100), sum);
      // As in a collection that fails behind its callbacks.
      sum.streams().keySet().forEach(registered -> callback.run(registered, () -> false));
      assertThat(collect(reader, "sum").getLongSumData().getPoints())
          .singleElement()
          .satisfies(point -> assertThat(point.getValue()).isEqualTo(100));
    }
  }

  @Test
  void anExemplarThatCannotBeMadeCostsNoPoint() {
    final boolean[] fails = new boolean[1];
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .registerMetricReader(reader)
            .setExemplarFilter(io.opentelemetry.sdk.metrics.ExemplarFilter.alwaysOn())
            .setExemplarAttributes(ExemplarAttributes.none())
            .registerView(
                InstrumentSelector.builder().setName("*").build(),
                GlintView.builder()
                    .setAttributeFilter(
                        key -> {
                          if (fails[0]) {
                            throw new IllegalStateException("a filter that fails");
                          }
                          return false;
                        })
                    .build())
            .build()) {
      provider
          .get("m")
          .counterBuilder("counter")
          .buildWithCallback(
              counter -> {
                fails[0] = false;
                counter.record(7, Attributes.of(REMOVED, "a value"));
                fails[0] = true;
              });
      final LongPointData point =
          collect(reader, "counter").getLongSumData().getPoints().iterator().next();
      assertThat(point.getValue()).isEqualTo(7);
      assertThat(point.getExemplars()).isEmpty();
      assertThat(log.messages()).singleElement().asString().contains("exemplar", "'counter'");
    }
  }
}
