package io.glint.bench;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.incubator.metrics.BoundDoubleHistogram;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleHistogram;
import io.opentelemetry.api.metrics.Meter;
import java.util.HashMap;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * One latency into an explicit-bucket histogram whose attributes are bound; otherwise as {@link
 * HistogramBenchmark}.
 */
public class BoundHistogramBenchmark extends ApiBenchmark {
  private ExtendedDoubleHistogram histogram;

  @Override
  void createInstrument(Meter meter) {
    histogram =
        (ExtendedDoubleHistogram)
            withBounds(meter.histogramBuilder("http.server.request.duration").setUnit("ms"))
                .build();
  }

  @Override
  void recordFirst(Attributes attributes) {
    histogram.record(1, attributes);
  }

  /** A thread's walk, and the instrument bound for each series of it. */
  @State(Scope.Thread)
  public static class Caller extends Walk {
    private BoundDoubleHistogram[] bound;

    /** Draws values and series, and binds. */
    @Setup
    public void setUp(BoundHistogramBenchmark benchmark, ThreadParams thread) {
      benchmark.start(this, thread.getThreadIndex());
      final Map<Attributes, BoundDoubleHistogram> bindings = new HashMap<>();
      bound = new BoundDoubleHistogram[length()];
      for (int place = 0; place < bound.length; place++) {
        bound[place] = bindings.computeIfAbsent(attributes(place), benchmark.histogram::bind);
      }
    }
  }

  /** One call of an instrument that has its series. */
  @Benchmark
  public void record(Caller caller) {
    final int place = caller.next();
    caller.bound[place].record(caller.value());
  }
}
