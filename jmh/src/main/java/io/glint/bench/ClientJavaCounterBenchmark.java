package io.glint.bench;

import io.opentelemetry.api.common.Attributes;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.HashMap;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.ThreadParams;

/** One, added to a counter of client_java as a long, the faster of its two ways. */
public class ClientJavaCounterBenchmark extends ClientJavaBenchmark {
  private Counter counter;

  @Override
  void createInstrument(PrometheusRegistry registry, String... names) {
    final Counter.Builder builder =
        Counter.builder().name("http_server_requests").labelNames(names);
    switch (exemplars) {
      case OFF -> builder.withoutExemplars();
      case TRACE_BASED -> builder.withExemplars();
    }
    counter = builder.register(registry);
  }

  @Override
  void createSeries(String... labels) {
    counter.initLabelValues(labels);
  }

  /** A thread's walk, with the labels and the data point of each place. */
  @State(Scope.Thread)
  public static class Caller extends Walk {
    private String[][] labels;
    private CounterDataPoint[] points;

    /** Draws the series. */
    @Setup
    public void setUp(ClientJavaCounterBenchmark benchmark, ThreadParams thread) {
      benchmark.start(this, thread.getThreadIndex());
      final Map<Attributes, String[]> labelsOf = new HashMap<>();
      labels = new String[length()][];
      points = new CounterDataPoint[length()];
      for (int place = 0; place < length(); place++) {
        labels[place] = labelsOf.computeIfAbsent(attributes(place), benchmark::labels);
        points[place] = benchmark.counter.labelValues(labels[place]);
      }
    }
  }

  /** One call that looks the data point up by label values. */
  @Benchmark
  public void add(Caller caller) {
    counter.labelValues(caller.labels[caller.next()]).inc(1L);
  }

  /** One call of a data point that was kept. */
  @Benchmark
  public void addBound(Caller caller) {
    caller.points[caller.next()].inc(1L);
  }
}
