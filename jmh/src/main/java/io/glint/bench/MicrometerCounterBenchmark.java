package io.glint.bench;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.opentelemetry.api.common.Attributes;
import java.util.HashMap;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.ThreadParams;

/** One, added to a counter of Micrometer, all of which are of doubles. */
public class MicrometerCounterBenchmark extends MicrometerBenchmark {
  private Meter.MeterProvider<Counter> counters;

  @Override
  void createInstrument(MeterRegistry registry) {
    counters = Counter.builder("http.server.requests").withRegistry(registry);
  }

  @Override
  void createSeries(Tags tags) {
    counters.withTags(tags);
  }

  /** A thread's walk, with the tags and the meter of each place. */
  @State(Scope.Thread)
  public static class Caller extends Walk {
    private Tags[] tags;
    private Counter[] meters;

    /** Draws the series. */
    @Setup
    public void setUp(MicrometerCounterBenchmark benchmark, ThreadParams thread) {
      benchmark.start(this, thread.getThreadIndex());
      final Map<Attributes, Tags> tagsOf = new HashMap<>();
      tags = new Tags[length()];
      meters = new Counter[length()];
      for (int place = 0; place < length(); place++) {
        tags[place] = tagsOf.computeIfAbsent(attributes(place), benchmark::tags);
        meters[place] = benchmark.counters.withTags(tags[place]);
      }
    }
  }

  /** One call that looks the meter up by tags. */
  @Benchmark
  public void add(Caller caller) {
    counters.withTags(caller.tags[caller.next()]).increment();
  }

  /** One call of a meter that was kept. */
  @Benchmark
  public void addBound(Caller caller) {
    caller.meters[caller.next()].increment();
  }
}
