package io.glint.bench;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.incubator.metrics.BoundDoubleHistogram;
import io.opentelemetry.api.incubator.metrics.BoundLongCounter;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleHistogram;
import io.opentelemetry.api.incubator.metrics.ExtendedLongCounter;
import io.opentelemetry.api.metrics.DoubleCounter;
import io.opentelemetry.api.metrics.DoubleGauge;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongGauge;
import io.opentelemetry.api.metrics.LongHistogram;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.View;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * What a service does rather than a benchmark: instruments of all kinds, one after the other, some
 * with views, some bound. No virtual call inside an SDK has a single target then, and the compiler
 * can rely on none of the guesses that make the other benchmarks fast. The score is that of one
 * recording, the mean over all kinds.
 */
public class MixedBenchmark extends ApiBenchmark {
  private static final int RECORDINGS = 12;

  /** Gauges arrive as the last value only, and one histogram arrives twice. */
  private static final int ARRIVALS = 11;

  private static final String EXPONENTIAL = "exponential";
  private static final String FILTERED = "filtered";
  private static final String TWICE = "twice";

  private LongCounter longCounter;
  private DoubleCounter doubleCounter;
  private LongUpDownCounter upDownCounter;
  private LongGauge longGauge;
  private DoubleGauge doubleGauge;
  private LongHistogram longHistogram;
  private DoubleHistogram histogram;
  private DoubleHistogram exponential;
  private DoubleHistogram filtered;
  private DoubleHistogram twice;
  private ExtendedLongCounter boundCounter;
  private ExtendedDoubleHistogram boundHistogram;

  @Override
  List<ViewUse> views() {
    final AttributeKey<String> kept = AttributeKey.stringKey("http.route");
    return List.of(
        new ViewUse(
            named(EXPONENTIAL),
            View.builder().setAggregation(Aggregation.base2ExponentialBucketHistogram()).build()),
        new ViewUse(
            named(FILTERED), View.builder().setAttributeFilter(Set.of(kept.getKey())).build()),
        new ViewUse(named(TWICE), View.builder().setName("first").build()),
        new ViewUse(
            named(TWICE),
            View.builder()
                .setName("second")
                .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                .build()));
  }

  private static InstrumentSelector named(String name) {
    return InstrumentSelector.builder().setName(name).build();
  }

  @Override
  void createInstrument(Meter meter) {
    longCounter = meter.counterBuilder("long.counter").build();
    doubleCounter = meter.counterBuilder("double.counter").ofDoubles().build();
    upDownCounter = meter.upDownCounterBuilder("long.updown").build();
    longGauge = meter.gaugeBuilder("long.gauge").ofLongs().build();
    doubleGauge = meter.gaugeBuilder("double.gauge").build();
    longHistogram = meter.histogramBuilder("long.histogram").ofLongs().build();
    histogram = withBounds(meter.histogramBuilder("histogram")).build();
    exponential = meter.histogramBuilder(EXPONENTIAL).build();
    filtered = withBounds(meter.histogramBuilder(FILTERED)).build();
    twice = withBounds(meter.histogramBuilder(TWICE)).build();
    boundCounter = (ExtendedLongCounter) meter.counterBuilder("bound.counter").build();
    boundHistogram =
        (ExtendedDoubleHistogram) withBounds(meter.histogramBuilder("bound.histogram")).build();
  }

  @Override
  void recordFirst(Attributes attributes) {
    recordUnbound(1, attributes);
    boundCounter.add(1, attributes);
    boundHistogram.record(1, attributes);
  }

  @Override
  int arrivalsPerStep() {
    return ARRIVALS;
  }

  private void recordUnbound(double value, Attributes attributes) {
    longCounter.add(1, attributes);
    histogram.record(value, attributes);
    doubleCounter.add(1, attributes);
    exponential.record(value, attributes);
    longGauge.set((long) value, attributes);
    filtered.record(value, attributes);
    upDownCounter.add(1, attributes);
    longHistogram.record((long) value, attributes);
    doubleGauge.set(value, attributes);
    twice.record(value, attributes);
  }

  /** A thread's walk, and the bound instruments of each place. */
  @State(Scope.Thread)
  public static class Caller extends Walk {
    private BoundLongCounter[] counters;
    private BoundDoubleHistogram[] histograms;

    /** Draws values and series, and binds. */
    @Setup
    public void setUp(MixedBenchmark benchmark, ThreadParams thread) {
      benchmark.start(this, thread.getThreadIndex());
      final Map<Attributes, BoundLongCounter> boundCounters = new HashMap<>();
      final Map<Attributes, BoundDoubleHistogram> boundHistograms = new HashMap<>();
      counters = new BoundLongCounter[length()];
      histograms = new BoundDoubleHistogram[length()];
      for (int place = 0; place < length(); place++) {
        counters[place] =
            boundCounters.computeIfAbsent(attributes(place), benchmark.boundCounter::bind);
        histograms[place] =
            boundHistograms.computeIfAbsent(attributes(place), benchmark.boundHistogram::bind);
      }
    }
  }

  /** One call of each instrument. */
  @Benchmark
  @OperationsPerInvocation(RECORDINGS)
  public void recordAll(Caller caller) {
    final int place = caller.next();
    recordUnbound(caller.value(), caller.attributes(place));
    caller.counters[place].add(1);
    caller.histograms[place].record(caller.value());
  }
}
