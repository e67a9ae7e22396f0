package io.glint.bench;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.Meter;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.ThreadParams;

/** One latency into an explicit-bucket histogram, by default with 16 buckets. */
public class HistogramBenchmark extends ApiBenchmark {
  private DoubleHistogram histogram;

  @Override
  void createInstrument(Meter meter) {
    histogram =
        withBounds(meter.histogramBuilder("http.server.request.duration").setUnit("ms")).build();
  }

  @Override
  void recordFirst(Attributes attributes) {
    histogram.record(1, attributes);
  }

  /** A thread's walk. */
  @State(Scope.Thread)
  public static class Caller extends Walk {
    /** Draws values and series. */
    @Setup
    public void setUp(HistogramBenchmark benchmark, ThreadParams thread) {
      benchmark.start(this, thread.getThreadIndex());
    }
  }

  /** One call of an instrument that looks its series up by attributes. */
  @Benchmark
  public void record(Caller caller) {
    final int place = caller.next();
    histogram.record(caller.value(), caller.attributes(place));
  }
}
