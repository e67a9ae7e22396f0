package io.glint.bench;

import io.opentelemetry.api.common.Attributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import org.agrona.collections.Object2ObjectHashMap;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * A count that is added to the series of an attribute set, with nothing but a map: what the look-up
 * of a recording costs at least. There is no limit of series, no collection, no delta, no check of
 * what is added.
 */
public class MapBenchmark extends RecordingBenchmark {

  /** A map that one thread may use. */
  public enum Kind {
    HASH_MAP,
    /** Agrona's: open addressing, keys and values in one array. */
    AGRONA;

    private Map<Attributes, Count> create() {
      return switch (this) {
        case HASH_MAP -> new HashMap<>();
        case AGRONA -> new Object2ObjectHashMap<>();
      };
    }
  }

  private static final class Count {
    private long value;
  }

  @Param({"HASH_MAP", "AGRONA"})
  public Kind map;

  private final ConcurrentHashMap<Attributes, LongAdder> shared = new ConcurrentHashMap<>();
  private final List<Map<Attributes, Count>> ofThreads = new CopyOnWriteArrayList<>();
  private long arrived;

  /** A thread's walk, with a map of its own. */
  @State(Scope.Thread)
  public static class Caller extends Walk {
    private Map<Attributes, Count> counts;

    /** Makes all series. */
    @Setup
    public void setUp(MapBenchmark benchmark, ThreadParams thread) {
      benchmark.start(this, thread.getThreadIndex());
      counts = benchmark.map.create();
      for (int place = 0; place < length(); place++) {
        counts.computeIfAbsent(attributes(place), attributes -> new Count());
      }
      benchmark.ofThreads.add(counts);
    }
  }

  @Override
  long open(Attributes[] series) {
    ofThreads.clear();
    shared.clear();
    for (final Attributes attributes : series) {
      shared.put(attributes, new LongAdder());
    }
    return 0;
  }

  /** In the map of the thread, which no other thread may look into. */
  @Benchmark
  public void addOnOneThread(Caller caller) {
    caller.counts.get(caller.attributes(caller.next())).value++;
  }

  /** In a map that all threads share. */
  @Benchmark
  public void addOnAnyThread(Caller caller) {
    shared.get(caller.attributes(caller.next())).increment();
  }

  @Override
  void collect() {
    arrived =
        shared.values().stream().mapToLong(LongAdder::sum).sum()
            + ofThreads.stream()
                .flatMap(counts -> counts.values().stream())
                .mapToLong(count -> count.value)
                .sum();
  }

  @Override
  long arrived() {
    return arrived;
  }

  @Override
  long exemplarsArrived() {
    return 0;
  }

  @Override
  boolean expectsExemplars() {
    return false;
  }

  @Override
  void close() {}

  @Override
  String system() {
    return "a map";
  }
}
