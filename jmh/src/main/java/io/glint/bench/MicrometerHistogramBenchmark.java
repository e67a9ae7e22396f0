package io.glint.bench;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.opentelemetry.api.common.Attributes;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * One latency into a distribution summary of Micrometer, with the boundaries as its service level
 * objectives. It takes none that is not above 0, and rounds values up to whole numbers before it
 * looks for their bucket: with other boundaries it does not count the same, at the same price.
 */
public class MicrometerHistogramBenchmark extends MicrometerBenchmark {
  private Meter.MeterProvider<DistributionSummary> summaries;

  @Override
  void createInstrument(MeterRegistry registry) {
    summaries =
        DistributionSummary.builder("http.server.request.duration")
            .serviceLevelObjectives(
                Arrays.stream(boundsOrDefault()).filter(bound -> bound > 0).toArray())
            .withRegistry(registry);
  }

  @Override
  void createSeries(Tags tags) {
    summaries.withTags(tags);
  }

  /** A thread's walk, with the tags and the meter of each place. */
  @State(Scope.Thread)
  public static class Caller extends Walk {
    private Tags[] tags;
    private DistributionSummary[] meters;

    /** Draws values and series. */
    @Setup
    public void setUp(MicrometerHistogramBenchmark benchmark, ThreadParams thread) {
      benchmark.start(this, thread.getThreadIndex());
      final Map<Attributes, Tags> tagsOf = new HashMap<>();
      tags = new Tags[length()];
      meters = new DistributionSummary[length()];
      for (int place = 0; place < length(); place++) {
        tags[place] = tagsOf.computeIfAbsent(attributes(place), benchmark::tags);
        meters[place] = benchmark.summaries.withTags(tags[place]);
      }
    }
  }

  /** One call that looks the meter up by tags. */
  @Benchmark
  public void record(Caller caller) {
    final int place = caller.next();
    summaries.withTags(caller.tags[place]).record(caller.value());
  }

  /** One call of a meter that was kept. */
  @Benchmark
  public void recordBound(Caller caller) {
    final int place = caller.next();
    caller.meters[place].record(caller.value());
  }
}
