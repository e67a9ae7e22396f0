package io.glint.jcstress;

import static io.glint.jcstress.Fixture.A;
import static io.glint.jcstress.Fixture.B;
import static io.glint.jcstress.Fixture.CUMULATIVE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.glint.sdk.GlintPeriodicMetricReader;
import io.glint.sdk.internal.export.MetricBatches;
import io.glint.sdk.internal.export.ReaderThreads;
import io.glint.sdk.internal.export.TimedCall;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * Whoever asks the periodic reader for something, and whatever thread runs a cycle on: one export
 * at a time, no work forgotten, each call done once, one shutdown.
 */
public class PeriodicReader {

  /** Two flushes: both succeed, by one cycle or by one after the other. */
  @JCStressTest
  @State
  @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "both, one export at a time")
  @Outcome(expect = FORBIDDEN, desc = "a flush was forgotten, or exports overlapped")
  public static class ActualTwoFlushes {
    private final CountingExporter exporter = new CountingExporter();
    private final GlintPeriodicMetricReader reader = reader(exporter, new ManualTimer());
    private CompletableResultCode one;
    private CompletableResultCode two;

    @Actor
    public void one() {
      one = reader.forceFlush();
    }

    @Actor
    public void two() {
      two = reader.forceFlush();
    }

    @Arbiter
    public void ask(II_Result r) {
      r.r1 = succeeded(one) + succeeded(two);
      r.r2 = exporter.exports.most.get();
    }
  }

  /** A flush when the interval is over: the next tick is set up, once. */
  @JCStressTest
  @State
  @Outcome(id = "1, 1, 2", expect = ACCEPTABLE, desc = "flushed, and the next tick set up")
  @Outcome(expect = FORBIDDEN, desc = "forgotten, overlapping, or not one tick")
  public static class ActualFlushAndTick {
    private final ManualTimer timer = new ManualTimer();
    private final CountingExporter exporter = new CountingExporter();
    private final GlintPeriodicMetricReader reader = reader(exporter, timer);
    private CompletableResultCode flush;

    @Actor
    public void flush() {
      flush = reader.forceFlush();
    }

    @Actor
    public void tick() {
      timer.fire(INTERVAL);
    }

    @Arbiter
    public void ask(III_Result r) {
      r.r1 = succeeded(flush);
      r.r2 = exporter.exports.most.get();
      r.r3 = timer.scheduled(INTERVAL);
    }
  }

  /** A flush while the reader is shut down succeeds or is refused; nothing is left open. */
  @JCStressTest
  @State
  @Outcome(id = "1, 1, 1, 0", expect = ACCEPTABLE, desc = "both done, one shutdown, after all")
  @Outcome(expect = FORBIDDEN, desc = "left open, overlapping, or exported after the shutdown")
  public static class ActualFlushAndShutdown {
    private final CountingExporter exporter = new CountingExporter();
    private final GlintPeriodicMetricReader reader = reader(exporter, new ManualTimer());
    private CompletableResultCode flush;
    private CompletableResultCode shutdown;

    @Actor
    public void flush() {
      flush = reader.forceFlush();
    }

    @Actor
    public void shutdown() {
      shutdown = reader.shutdown();
    }

    @Arbiter
    public void ask(IIII_Result r) {
      r.r1 = flush.isDone() && shutdown.isSuccess() ? 1 : 0;
      r.r2 = exporter.exports.most.get();
      r.r3 = exporter.shutdowns.get();
      r.r4 = exporter.late.get();
    }
  }

  /** Two shutdowns: one last export, one shutdown of the exporter. */
  @JCStressTest
  @State
  @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "once")
  @Outcome(expect = FORBIDDEN, desc = "twice, or left open")
  public static class ActualTwoShutdowns {
    private final CountingExporter exporter = new CountingExporter();
    private final GlintPeriodicMetricReader reader = reader(exporter, new ManualTimer());
    private CompletableResultCode one;
    private CompletableResultCode two;

    @Actor
    public void one() {
      one = reader.shutdown();
    }

    @Actor
    public void two() {
      two = reader.shutdown();
    }

    @Arbiter
    public void ask(III_Result r) {
      r.r1 = one == two && one.isSuccess() ? 1 : 0;
      r.r2 = exporter.exports.visits.get();
      r.r3 = exporter.shutdowns.get();
    }
  }

  /** The time of the last cycle runs out at the moment in which its export is completed. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 1, 1", "1, 0, 1"},
      expect = ACCEPTABLE,
      desc = "done in time, or given up; the exporter shut down once")
  @Outcome(expect = FORBIDDEN, desc = "left open, or the exporter shut down twice")
  public static class ActualDrainDeadline {
    private final ManualTimer timer = new ManualTimer();
    private final CompletableResultCode export = new CompletableResultCode();
    private final CountingExporter exporter = new CountingExporter(export);
    private final CompletableResultCode shutdown = reader(exporter, timer).shutdown();

    @Actor
    public void complete() {
      export.succeed();
    }

    @Actor
    public void runOutOfTime() {
      timer.fire(2 * TIMEOUT);
    }

    @Arbiter
    public void ask(III_Result r) {
      r.r1 = shutdown.isDone() ? 1 : 0;
      r.r2 = succeeded(shutdown);
      r.r3 = exporter.shutdowns.get();
    }
  }

  /**
   * A cycle whose first export completes later is gone on with by the thread that completes it, or
   * by the one that was about to leave it: two batches, in order, then the flush.
   */
  @JCStressTest
  @State
  @Outcome(id = "1, 2, 1, 1", expect = ACCEPTABLE, desc = "handed on, nothing twice")
  @Outcome(expect = FORBIDDEN, desc = "stuck, or gone on with by two threads")
  public static class ActualHandOver {
    private final CompletableResultCode export = new CompletableResultCode();
    private final CountingExporter exporter = new CountingExporter(export);
    private final GlintPeriodicMetricReader reader =
        reader(exporter, new ManualTimer(), /* batchSize= */ 1);
    private CompletableResultCode flush;

    @Actor
    public void flush() {
      flush = reader.forceFlush();
    }

    @Actor
    public void complete() {
      export.succeed();
    }

    @Arbiter
    public void ask(IIII_Result r) {
      r.r1 = succeeded(flush);
      r.r2 = exporter.exports.visits.get();
      r.r3 = exporter.exports.most.get();
      r.r4 = exporter.flushes.get();
    }
  }

  /** A call is completed as its timeout passes: it is done once. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "done once")
  @Outcome(expect = FORBIDDEN, desc = "done twice, or never")
  public static class ActualCompletionAndTimeout {
    private final ManualTimer timer = new ManualTimer();
    private final AtomicInteger done = new AtomicInteger();
    private final CompletableResultCode result = new CompletableResultCode();

    public ActualCompletionAndTimeout() {
      final var unused = call(timer, result).make(done::incrementAndGet);
    }

    @Actor
    public void complete() {
      result.succeed();
    }

    @Actor
    public void runOutOfTime() {
      timer.fire(TIMEOUT);
    }

    @Arbiter
    public void ask(I_Result r) {
      r.r1 = done.get();
    }
  }

  /** A call is completed as it returns: the caller goes on, or who completed it. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 0", "0, 1"},
      expect = ACCEPTABLE,
      desc = "one of them goes on")
  @Outcome(expect = FORBIDDEN, desc = "both go on, or nobody")
  public static class ActualReturnAndCompletion {
    private final AtomicInteger done = new AtomicInteger();
    private final CompletableResultCode result = new CompletableResultCode();
    private final TimedCall call = call(new ManualTimer(), result);

    @Actor
    public void make(II_Result r) {
      r.r1 = call.make(done::incrementAndGet) ? 1 : 0;
    }

    @Actor
    public void complete() {
      result.succeed();
    }

    @Arbiter
    public void ask(II_Result r) {
      r.r2 = done.get();
    }
  }

  /** The timeout of a call passes as it returns. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 0", "0, 1"},
      expect = ACCEPTABLE,
      desc = "one of them goes on")
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "there was no timeout yet")
  @Outcome(expect = FORBIDDEN, desc = "both go on")
  public static class ActualReturnAndTimeout {
    private final ManualTimer timer = new ManualTimer();
    private final AtomicInteger done = new AtomicInteger();
    private final TimedCall call = call(timer, new CompletableResultCode());

    @Actor
    public void make(II_Result r) {
      r.r1 = call.make(done::incrementAndGet) ? 1 : 0;
    }

    @Actor
    public void runOutOfTime() {
      timer.fire(TIMEOUT);
    }

    @Arbiter
    public void ask(II_Result r) {
      r.r2 = done.get();
    }
  }

  /** A permit that is looked for and then taken, without a lock, is given to two. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "one export at a time")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByStoredPermit {
    private final Occupancy exports = new Occupancy();
    private volatile boolean isTaken;

    @Actor
    public void one() {
      flush();
    }

    @Actor
    public void two() {
      flush();
    }

    @Arbiter
    public void ask(I_Result r) {
      r.r1 = exports.most.get();
    }

    private void flush() {
      if (!isTaken) {
        isTaken = true;
        exports.visit();
        isTaken = false;
      }
    }
  }

  /** Work that finds the permit taken is forgotten if the one who has it does not look again. */
  @JCStressTest
  @State
  @Outcome(id = "2", expect = ACCEPTABLE, desc = "both done")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByNoSecondLook {
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger permit = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();

    @Actor
    public void one() {
      flush();
    }

    @Actor
    public void two() {
      flush();
    }

    @Arbiter
    public void ask(I_Result r) {
      r.r1 = done.get();
    }

    private void flush() {
      requests.incrementAndGet();
      if (permit.compareAndSet(0, 1)) {
        done.addAndGet(requests.getAndSet(0));
        permit.set(0);
      }
    }
  }

  /** A call whose end is looked for and then noted, without a lock, ends twice. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "done once")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByUnlockedEnd {
    private final AtomicInteger done = new AtomicInteger();
    private volatile boolean isDone;

    @Actor
    public void complete() {
      end();
    }

    @Actor
    public void runOutOfTime() {
      end();
    }

    @Arbiter
    public void ask(I_Result r) {
      r.r1 = done.get();
    }

    private void end() {
      if (!isDone) {
        isDone = true;
        done.incrementAndGet();
      }
    }
  }

  private static final long INTERVAL = TimeUnit.HOURS.toNanos(1);
  private static final long TIMEOUT = TimeUnit.MINUTES.toNanos(1);

  /** Two points of one metric. */
  private static final Collection<MetricData> COLLECTED = collected();

  private static Collection<MetricData> collected() {
    final TinyReader reader = new TinyReader(CUMULATIVE);
    final LongCounter counter = TinyReader.provider(reader).get("m").counterBuilder("c").build();
    counter.add(1, A);
    counter.add(1, B);
    return reader.collect();
  }

  private static GlintPeriodicMetricReader reader(CountingExporter exporter, ManualTimer timer) {
    return reader(exporter, timer, MetricBatches.UNLIMITED);
  }

  /** A reader that collects the same each time, and whose time the test makes pass. */
  private static GlintPeriodicMetricReader reader(
      CountingExporter exporter, ManualTimer timer, int batchSize) {
    final GlintPeriodicMetricReader reader =
        GlintPeriodicMetricReader.builder(exporter)
            .setInterval(INTERVAL, TimeUnit.NANOSECONDS)
            .setExportTimeout(TIMEOUT, TimeUnit.NANOSECONDS)
            .setMaxExportBatchSize(batchSize)
            .setExecutor(timer)
            .build();
    reader.register(
        new CollectionRegistration() {
          @Override
          public Collection<MetricData> collectAllMetrics() {
            return COLLECTED;
          }
        });
    return reader;
  }

  /** A call that is given up when its timeout passes. */
  private static TimedCall call(ManualTimer timer, CompletableResultCode result) {
    return new TimedCall(
        ReaderThreads.of(timer),
        TIMEOUT,
        /* endsOnTimeout= */ true,
        () -> result,
        overdue -> /* again= */ false);
  }

  private static int succeeded(CompletableResultCode result) {
    return result.isSuccess() ? 1 : 0;
  }

  private PeriodicReader() {}
}
