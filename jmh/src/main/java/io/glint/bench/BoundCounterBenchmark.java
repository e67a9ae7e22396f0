package io.glint.bench;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.incubator.metrics.BoundLongCounter;
import io.opentelemetry.api.incubator.metrics.ExtendedLongCounter;
import io.opentelemetry.api.metrics.Meter;
import java.util.HashMap;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.ThreadParams;

/** One, added to a long counter whose attributes are bound. */
public class BoundCounterBenchmark extends ApiBenchmark {
  private ExtendedLongCounter counter;

  @Override
  void createInstrument(Meter meter) {
    counter = (ExtendedLongCounter) meter.counterBuilder("http.server.requests").build();
  }

  @Override
  void recordFirst(Attributes attributes) {
    counter.add(1, attributes);
  }

  /** A thread's walk, and the instrument bound for each series of it. */
  @State(Scope.Thread)
  public static class Caller extends Walk {
    private BoundLongCounter[] bound;

    /** Draws values and series, and binds. */
    @Setup
    public void setUp(BoundCounterBenchmark benchmark, ThreadParams thread) {
      benchmark.start(this, thread.getThreadIndex());
      final Map<Attributes, BoundLongCounter> bindings = new HashMap<>();
      bound = new BoundLongCounter[length()];
      for (int place = 0; place < bound.length; place++) {
        bound[place] = bindings.computeIfAbsent(attributes(place), benchmark.counter::bind);
      }
    }
  }

  /** One call of an instrument that has its series. */
  @Benchmark
  public void add(Caller caller) {
    final int place = caller.next();
    caller.bound[place].add(1);
  }
}
