package io.glint.bench;

import io.opentelemetry.api.trace.Span;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * What no recording can be cheaper than: the one atomic instruction of a {@link LongAdder}, and
 * what the harness itself costs in {@link RecordingBenchmark}s.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 3,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class FloorBenchmark {
  private final LongAdder adder = new LongAdder();

  /** A thread's walk. */
  @State(Scope.Thread)
  public static class Caller extends Walk {
    /** Draws values; there is one series. */
    @Setup
    public void setUp(ThreadParams thread) {
      start(SeriesAttributes.create(1), null, Span.getInvalid(), thread.getThreadIndex());
    }
  }

  /** A count without a name. */
  @Benchmark
  public void longAdder() {
    adder.increment();
  }

  /** The same at each step of a walk: what is to be compared with recordings. */
  @Benchmark
  public void longAdderOnWalk(Caller caller, Blackhole blackhole) {
    blackhole.consume(caller.next());
    blackhole.consume(caller.value());
    adder.increment();
  }

  /** Everything but the recording. */
  @Benchmark
  public void walk(Caller caller, Blackhole blackhole) {
    final int place = caller.next();
    blackhole.consume(caller.value());
    blackhole.consume(caller.attributes(place));
  }
}
