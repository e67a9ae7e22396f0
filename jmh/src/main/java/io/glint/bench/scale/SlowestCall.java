package io.glint.bench.scale;

import io.glint.bench.Sdk;
import io.glint.bench.SeriesAttributes;
import io.glint.bench.tool.ChildJvm;
import io.glint.bench.tool.Providers;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import java.io.Closeable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** One JVM that measures single recording calls of one SDK, and tells the slowest of each kind. */
public final class SlowestCall {
  /** What follows the name of a situation in a key. */
  static final String ELAPSED = ".elapsed";

  static final String PROCESSOR = ".processor";

  private static final ThreadMXBean THREAD_TIMES = ManagementFactory.getThreadMXBean();
  private static final int THREADS = 2;

  /** Rounds before the one that counts, for the compiler. */
  private static final int WARMUPS = 3;

  private static final int WARMUP_SERIES = 20_000;

  /** What happens while calls are measured. */
  enum Situation {
    NEW("all series are made"),
    CONTROL("a collection evicts nothing"),
    EVICTING("a collection evicts series, some of which come back"),
    ROOM("at the limit, idle series make room for others");

    private final String describe;

    Situation(String describe) {
      this.describe = describe;
    }

    String describe() {
      return describe;
    }
  }

  /**
   * Nanoseconds of the slowest call.
   *
   * @param elapsed with what the operating system took for others, and waits
   * @param processor that the thread has used
   */
  private record Slowest(long elapsed, long processor) {}

  private SlowestCall() {}

  /** Entry point: SDK, number of series. */
  public static void main(String[] args) throws Exception {
    final Sdk sdk = Sdk.valueOf(args[0]);
    final int series = Integer.parseInt(args[1]);
    final Attributes[] sets = SeriesAttributes.create(2 * series);
    for (int i = 0; i < WARMUPS; i++) {
      measure(sdk, sets, Math.min(series, WARMUP_SERIES), /* tells= */ false);
    }
    measure(sdk, sets, series, /* tells= */ true);
    System.exit(0);
  }

  private static void measure(Sdk sdk, Attributes[] sets, int series, boolean tells)
      throws Exception {
    try (Recorders recorders = new Recorders(sdk, sets, series)) {
      recorders.tell(tells, Situation.NEW, recorders.onceEach(0, series));
      recorders.collect();
      recorders.recordAll();
      recorders.tell(tells, Situation.CONTROL, recorders.during(recorders::collect));
      recorders.collect();
      // Now all are idle, but for those that are recorded into before the collection comes to them.
      recorders.tell(tells, Situation.EVICTING, recorders.during(recorders::collect));
      recorders.checkAllArrived();
    }
    try (Recorders recorders = new Recorders(sdk, sets, series)) {
      recorders.recordAll();
      recorders.collect();
      recorders.tell(tells, Situation.ROOM, recorders.onceEach(series, series));
      recorders.checkAllArrived();
    }
  }

  /** A histogram whose cardinality limit is the number of series, and threads that record. */
  private static final class Recorders implements Closeable {
    private final Attributes[] sets;
    private final int series;
    private final CollectingReader reader = new CollectingReader(AggregationTemporality.DELTA);
    private final MeterProvider provider;
    private final DoubleHistogram histogram;
    private final AtomicLong recorded = new AtomicLong();
    private long collected;

    Recorders(Sdk sdk, Attributes[] sets, int series) {
      this.sets = sets;
      this.series = series;
      this.provider = Providers.create(sdk, reader, ExemplarFilter.alwaysOff(), series);
      this.histogram = provider.get("io.glint.bench").histogramBuilder("slowest").build();
    }

    void recordAll() {
      for (int i = 0; i < series; i++) {
        histogram.record(1, sets[i]);
      }
      recorded.addAndGet(series);
    }

    void collect() {
      collected += CollectingReader.measurements(reader.collect());
    }

    /** The slowest call, of those that record each of some sets once. */
    Slowest onceEach(int from, int count) throws InterruptedException {
      final int share = count / THREADS;
      return slowest(
          (thread, call) -> from + thread * share + call, call -> call < share, () -> {});
    }

    /** The slowest call, of those that record into all series in turn while something happens. */
    Slowest during(Runnable other) throws InterruptedException {
      final AtomicBoolean hasEnded = new AtomicBoolean();
      return slowest(
          (thread, call) -> (int) ((thread + (long) call * THREADS) % series),
          call -> !hasEnded.get(),
          () -> {
            other.run();
            hasEnded.set(true);
          });
    }

    /** Which set a call of a thread is to record. */
    private interface Way {
      int set(int thread, int call);
    }

    private interface Goal {
      boolean isAhead(int call);
    }

    private Slowest slowest(Way way, Goal goal, Runnable meanwhile) throws InterruptedException {
      final Slowest[] slowest = new Slowest[THREADS];
      final List<Thread> threads = new ArrayList<>();
      final CountDownLatch start = new CountDownLatch(THREADS);
      for (int i = 0; i < THREADS; i++) {
        final int index = i;
        final Thread thread =
            new Thread(
                () -> {
                  start.countDown();
                  slowest[index] = slowestOf(index, way, goal);
                });
        thread.start();
        threads.add(thread);
      }
      start.await();
      meanwhile.run();
      for (final Thread thread : threads) {
        thread.join();
      }
      return new Slowest(
          Math.max(slowest[0].elapsed, slowest[1].elapsed),
          Math.max(slowest[0].processor, slowest[1].processor));
    }

    private Slowest slowestOf(int thread, Way way, Goal goal) {
      long elapsed = 0;
      long processor = 0;
      int call = 0;
      for (; goal.isAhead(call); call++) {
        final Attributes attributes = sets[way.set(thread, call)];
        final long processorBefore = THREAD_TIMES.getCurrentThreadCpuTime();
        final long before = System.nanoTime();
        histogram.record(1, attributes);
        elapsed = Math.max(elapsed, System.nanoTime() - before);
        processor = Math.max(processor, THREAD_TIMES.getCurrentThreadCpuTime() - processorBefore);
      }
      recorded.addAndGet(call);
      return new Slowest(elapsed, processor);
    }

    void tell(boolean tells, Situation situation, Slowest slowest) {
      if (tells) {
        ChildJvm.tell(situation.name() + ELAPSED, slowest.elapsed);
        ChildJvm.tell(situation.name() + PROCESSOR, slowest.processor);
      }
    }

    void checkAllArrived() {
      collect();
      if (collected != recorded.get()) {
        throw new IllegalStateException(
            "Collected " + collected + " of " + recorded + " measurements");
      }
    }

    @Override
    public void close() throws IOException {
      ((Closeable) provider).close();
    }
  }
}
