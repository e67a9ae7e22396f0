package io.glint.bench;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.ThreadParams;

/** One, added to a long counter. Double counters are left out: their protocol is the same. */
public class CounterBenchmark extends ApiBenchmark {
  private LongCounter counter;

  @Override
  void createInstrument(Meter meter) {
    counter = meter.counterBuilder("http.server.requests").build();
  }

  @Override
  void recordFirst(Attributes attributes) {
    counter.add(1, attributes);
  }

  /** A thread's walk. */
  @State(Scope.Thread)
  public static class Caller extends Walk {
    /** Draws the series. */
    @Setup
    public void setUp(CounterBenchmark benchmark, ThreadParams thread) {
      benchmark.start(this, thread.getThreadIndex());
    }
  }

  /** One call of an instrument that looks its series up by attributes. */
  @Benchmark
  public void add(Caller caller) {
    counter.add(1, caller.attributes(caller.next()));
  }
}
