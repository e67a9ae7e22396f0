package io.glint.bench;

import io.opentelemetry.api.common.Attributes;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.HashMap;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * One latency into a histogram of client_java, which has the one representation that is asked for:
 * its default is to have both.
 */
public class ClientJavaHistogramBenchmark extends ClientJavaBenchmark {
  /** Exponential buckets are those of a native histogram, with its default options. */
  @Param("EXPLICIT")
  public HistogramKind histograms;

  private Histogram histogram;

  @Override
  void createInstrument(PrometheusRegistry registry, String... names) {
    final Histogram.Builder builder =
        Histogram.builder().name("http_server_request_duration").labelNames(names);
    switch (histograms) {
      case EXPLICIT -> builder.classicOnly().classicUpperBounds(boundsOrDefault());
      case EXPONENTIAL -> builder.nativeOnly();
    }
    switch (exemplars) {
      case OFF -> builder.withoutExemplars();
      case TRACE_BASED -> builder.withExemplars();
    }
    histogram = builder.register(registry);
  }

  @Override
  void createSeries(String... labels) {
    histogram.initLabelValues(labels);
  }

  /** A thread's walk, with the labels and the data point of each place. */
  @State(Scope.Thread)
  public static class Caller extends Walk {
    private String[][] labels;
    private DistributionDataPoint[] points;

    /** Draws values and series. */
    @Setup
    public void setUp(ClientJavaHistogramBenchmark benchmark, ThreadParams thread) {
      benchmark.start(this, thread.getThreadIndex());
      final Map<Attributes, String[]> labelsOf = new HashMap<>();
      labels = new String[length()][];
      points = new DistributionDataPoint[length()];
      for (int place = 0; place < length(); place++) {
        labels[place] = labelsOf.computeIfAbsent(attributes(place), benchmark::labels);
        points[place] = benchmark.histogram.labelValues(labels[place]);
      }
    }
  }

  /** One call that looks the data point up by label values. */
  @Benchmark
  public void observe(Caller caller) {
    final int place = caller.next();
    histogram.labelValues(caller.labels[place]).observe(caller.value());
  }

  /** One call of a data point that was kept. */
  @Benchmark
  public void observeBound(Caller caller) {
    final int place = caller.next();
    caller.points[place].observe(caller.value());
  }
}
