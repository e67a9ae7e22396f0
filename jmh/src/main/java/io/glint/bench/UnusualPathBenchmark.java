package io.glint.bench;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.View;
import java.util.List;
import java.util.Set;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * One latency into an explicit-bucket histogram, on a path that the other benchmarks do not take:
 * above all to see what that allocates. The context is passed to the call, as it is not that of the
 * thread in all of them.
 */
public class UnusualPathBenchmark extends ApiBenchmark {
  /** More attribute sets than either SDK keeps of an instrument, which is 2000. */
  static final int BEYOND_LIMIT = 2500;

  private static final String NAME = "http.server.request.duration";

  @Param({"OVERFLOW", "FILTERED", "NOT_SAMPLED", "NO_SPAN", "NEGATIVE", "NOT_A_NUMBER"})
  public UnusualPath path;

  private DoubleHistogram histogram;

  @Override
  List<ViewUse> views() {
    return path == UnusualPath.FILTERED
        ? List.of(
            new ViewUse(
                InstrumentSelector.builder().setName(NAME).build(),
                View.builder().setAttributeFilter(Set.of("http.route")).build()))
        : List.of();
  }

  @Override
  void createInstrument(Meter meter) {
    histogram = withBounds(meter.histogramBuilder(NAME).setUnit("ms")).build();
    if (path == UnusualPath.OVERFLOW) {
      for (int i = 0; i < BEYOND_LIMIT; i++) {
        histogram.record(1, Attributes.builder().put("filler", i).build());
      }
    }
  }

  @Override
  long recordedAhead() {
    return path == UnusualPath.OVERFLOW ? BEYOND_LIMIT : 0;
  }

  @Override
  void recordFirst(Attributes attributes) {
    histogram.record(path.factor(), attributes);
  }

  @Override
  int arrivalsPerStep() {
    return path.isCounted() ? 1 : 0;
  }

  @Override
  boolean expectsExemplars() {
    return super.expectsExemplars() && path.isSampled();
  }

  /** A thread's walk, and what its recordings have in common. */
  @State(Scope.Thread)
  public static class Caller extends Walk {
    private double factor;
    private Context context;

    /** Draws values and series. */
    @Setup
    public void setUp(UnusualPathBenchmark benchmark, ThreadParams thread) {
      benchmark.start(this, thread.getThreadIndex());
      factor = benchmark.path.factor();
      context = benchmark.path.context();
    }
  }

  /** One call of an instrument that looks its series up by attributes. */
  @Benchmark
  public void record(Caller caller) {
    final int place = caller.next();
    histogram.record(caller.value() * caller.factor, caller.attributes(place), caller.context);
  }
}
