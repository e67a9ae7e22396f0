package io.glint.jcstress;

import static io.glint.jcstress.Fixture.A;
import static io.glint.jcstress.Fixture.B;
import static io.glint.jcstress.Fixture.CUMULATIVE;
import static io.glint.jcstress.Fixture.DELTA;
import static io.glint.jcstress.Fixture.NO_LIMIT;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.exemplar.ExemplarOutcomes;
import io.glint.sdk.internal.async.AsyncStream;
import io.glint.sdk.internal.async.CallbackRunner;
import io.glint.sdk.internal.async.Observer;
import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.cell.HistogramCell;
import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.data.PointPool;
import io.glint.sdk.internal.exemplar.ExemplarCounts;
import io.glint.sdk.internal.exemplar.ExemplarSampling;
import io.glint.sdk.internal.exporter.OutcomeCounts;
import io.glint.sdk.internal.metric.DropCounters;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
 * What the exemplar filter said of each measurement is counted with the measurement: an account,
 * whenever somebody asks for it, has both or neither, and disturbs no collection.
 */
public class ExemplarAccounts {

  /** Two verdicts at once in one series. */
  @JCStressTest
  @State
  @Outcome(id = "2, 1, 1", expect = ACCEPTABLE, desc = "both counted")
  @Outcome(expect = FORBIDDEN, desc = "a verdict was lost or counted twice")
  public static class ActualTwoVerdicts {
    private final StreamCollector collector = traced(DELTA);
    private final MetricStream stream = collector.stream();

    @Actor
    public void outsideSpan() {
      stream.recordDouble(1, A, null);
    }

    @Actor
    public void notSampled() {
      stream.recordDouble(2, A, NOT_SAMPLED);
    }

    @Arbiter
    public void ask(III_Result r) {
      final ExemplarCounts tally = account(collector);
      r.r1 = (int) tally.measurements;
      r.r2 = (int) tally.noSpan;
      r.r3 = (int) tally.refused;
    }
  }

  /** A delta collection moves verdicts out of the cells, and measurements with them. */
  @JCStressTest
  @State
  @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "both counted")
  @Outcome(expect = FORBIDDEN, desc = "a verdict was lost or counted twice")
  public static class ActualDeltaCollection {
    private final StreamCollector collector = traced(DELTA);
    private final MetricStream stream = collector.stream();

    public ActualDeltaCollection() {
      stream.recordDouble(1, A, null);
    }

    @Actor
    public void record() {
      stream.recordDouble(1, A, null);
    }

    @Actor
    public void collect() {
      final var unused = Fixture.collect(collector);
    }

    @Arbiter
    public void ask(II_Result r) {
      final ExemplarCounts tally = account(collector);
      r.r1 = (int) tally.measurements;
      r.r2 = (int) tally.noSpan;
    }
  }

  /** A cumulative collection moves verdicts out of the cells, but leaves measurements there. */
  @JCStressTest
  @State
  @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "both counted")
  @Outcome(expect = FORBIDDEN, desc = "a verdict was lost or counted twice")
  public static class ActualCumulativeCollection {
    private final StreamCollector collector = traced(CUMULATIVE);
    private final MetricStream stream = collector.stream();

    public ActualCumulativeCollection() {
      stream.recordDouble(1, A, null);
    }

    @Actor
    public void record() {
      stream.recordDouble(1, A, null);
    }

    @Actor
    public void collect() {
      final var unused = Fixture.collect(collector);
    }

    @Arbiter
    public void ask(II_Result r) {
      final ExemplarCounts tally = account(collector);
      r.r1 = (int) tally.measurements;
      r.r2 = (int) tally.noSpan;
    }
  }

  /** Somebody asks while a measurement is recorded, and takes nothing away. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0, 1", "1, 1, 1"},
      expect = ACCEPTABLE,
      desc = "measurement and verdict, or neither; and collected afterwards")
  @Outcome(expect = FORBIDDEN, desc = "one without the other, or lost")
  public static class ActualAskWhileRecording {
    private final StreamCollector collector = traced(DELTA);
    private final MetricStream stream = collector.stream();

    public ActualAskWhileRecording() {
      Fixture.seriesOfA(stream);
    }

    @Actor
    public void record() {
      stream.recordDouble(1, A, null);
    }

    @Actor
    public void ask(III_Result r) {
      final ExemplarCounts tally = account(collector);
      r.r1 = (int) tally.measurements;
      r.r2 = (int) tally.noSpan;
    }

    @Arbiter
    public void collect(III_Result r) {
      r.r3 = Fixture.collectTotal(collector);
    }
  }

  /** Somebody asks while a collection moves the counts: they are in one place or the other. */
  @JCStressTest
  @State
  @Outcome(id = "1, 1, 1, 1", expect = ACCEPTABLE, desc = "counted once in either stream")
  @Outcome(expect = FORBIDDEN, desc = "counted in no place, or in both")
  public static class ActualAskWhileCollecting {
    private final StreamCollector delta = traced(DELTA);
    private final StreamCollector cumulative = traced(CUMULATIVE);

    public ActualAskWhileCollecting() {
      delta.stream().recordDouble(1, A, null);
      cumulative.stream().recordDouble(1, A, null);
    }

    @Actor
    public void collect() {
      final var unused = Fixture.collect(delta);
      final var unusedToo = Fixture.collect(cumulative);
    }

    @Actor
    public void ask(IIII_Result r) {
      final ExemplarCounts ofDelta = account(delta);
      r.r1 = (int) ofDelta.measurements;
      r.r2 = (int) ofDelta.noSpan;
      final ExemplarCounts ofCumulative = account(cumulative);
      r.r3 = (int) ofCumulative.measurements;
      r.r4 = (int) ofCumulative.noSpan;
    }
  }

  /** Somebody asks an asynchronous instrument, whose collection has no lock. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "2, 2"},
      expect = ACCEPTABLE,
      desc = "all of the collection, or nothing")
  @Outcome(expect = FORBIDDEN, desc = "half of a collection")
  public static class ActualAsynchronous {
    private static final CallbackRunner RUNNER =
        new CallbackRunner(Duration.ZERO, new DropCounters());

    private final AsyncStream stream =
        new AsyncStream(
            Fixture.histogramSettings(CUMULATIVE, NO_LIMIT, CustomExemplarFilter.traceBased()),
            /* isSum= */ false,
            RUNNER);

    public ActualAsynchronous() {
      final Observer observer = new Observer();
      stream.observe(observer, 1, A, A);
      stream.observe(observer, 1, B, B);
    }

    @Actor
    public void collect() {
      final var unused = stream.collect(0, Fixture.NOW, new PointPool(/* isReused= */ false));
    }

    @Actor
    public void ask(II_Result r) {
      final ExemplarCounts tally =
          stream.exemplarAccount(new PointPool(/* isReused= */ false), true).tally();
      r.r1 = (int) tally.measurements;
      r.r2 = (int) tally.noSpan;
    }
  }

  /** Two exporters' threads tell what became of the first exemplars of a metric. */
  @JCStressTest
  @State
  @Outcome(id = "3", expect = ACCEPTABLE, desc = "both counted")
  @Outcome(expect = FORBIDDEN, desc = "an outcome was lost")
  public static class ActualOutcomes {
    private final OutcomeCounts outcomes = new OutcomeCounts();

    @Actor
    public void one() {
      outcomes.add(SCOPE, "m", ExemplarOutcomes.Outcome.EXPORTED, 1);
    }

    @Actor
    public void two() {
      outcomes.add(SCOPE, "m", ExemplarOutcomes.Outcome.EXPORTED, 2);
    }

    @Arbiter
    public void ask(I_Result r) {
      r.r1 = (int) outcomes.get(SCOPE, "m", ExemplarOutcomes.Outcome.EXPORTED);
    }
  }

  /** Verdicts that are counted in a cell which the recorder does not own are lost. */
  @JCStressTest
  @State
  @Outcome(id = "20", expect = ACCEPTABLE, desc = "all counted")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByUnownedVerdicts {
    private final MetricStream stream = traced(DELTA).stream();
    private final Cell cell = stream.newCell(Fixture.seriesOfA(stream));

    @Actor
    public void one() {
      judgeTenTimes();
    }

    @Actor
    public void two() {
      judgeTenTimes();
    }

    @Arbiter
    public void ask(I_Result r) {
      final ExemplarCounts tally = new ExemplarCounts();
      cell.addFilterResultsTo(tally);
      r.r1 = (int) tally.noSpan;
    }

    private void judgeTenTimes() {
      for (int i = 0; i < 10; i++) {
        final var unused = cell.isEligible(ExemplarSampling.NO_SPAN);
      }
    }
  }

  /** Who looks into a cell without owning it sees the measurement without the verdict. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "measurement and verdict, or neither")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByUnownedLook {
    private final MetricStream stream = traced(DELTA).stream();
    private final Series series = Fixture.seriesOfA(stream);

    @Actor
    public void record() {
      final HistogramCell cell = (HistogramCell) series.acquire();
      cell.add(1, 0);
      Thread.onSpinWait();
      final var unused = cell.isEligible(ExemplarSampling.NO_SPAN);
      cell.release();
    }

    @Actor
    public void ask(II_Result r) {
      final ExemplarCounts tally = new ExemplarCounts();
      series.visitCells(
          cell -> {
            tally.measurements += cell.measurements();
            cell.addFilterResultsTo(tally);
          });
      r.r1 = (int) tally.measurements;
      r.r2 = (int) tally.noSpan;
    }
  }

  /** Who asks between the two halves of a move finds the counts in no place. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "counted once")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByUnlockedMove {
    private volatile int inCells = 1;
    private volatile int inTally;

    @Actor
    public void collect() {
      final int moved = inCells;
      inCells = 0;
      inTally = moved;
    }

    @Actor
    public void ask(I_Result r) {
      r.r1 = inTally + inCells;
    }
  }

  /** An account that is changed in place is seen half changed. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "2, 2"},
      expect = ACCEPTABLE,
      desc = "all of the collection, or nothing")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByTallyInPlace {
    private final ExemplarCounts tally = new ExemplarCounts();

    @Actor
    public void collect() {
      for (int i = 0; i < 2; i++) {
        tally.measurements++;
        Thread.onSpinWait();
        tally.noSpan++;
      }
    }

    @Actor
    public void ask(II_Result r) {
      r.r1 = (int) tally.measurements;
      r.r2 = (int) tally.noSpan;
    }
  }

  /** Outcomes that are looked up and then stored are lost. */
  @JCStressTest
  @State
  @Outcome(id = "3", expect = ACCEPTABLE, desc = "both counted")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByStoredOutcome {
    private final Map<String, Integer> outcomes = new ConcurrentHashMap<>();

    @Actor
    public void one() {
      outcomes.put("m", outcomes.getOrDefault("m", 0) + 1);
    }

    @Actor
    public void two() {
      outcomes.put("m", outcomes.getOrDefault("m", 0) + 2);
    }

    @Arbiter
    public void ask(I_Result r) {
      r.r1 = outcomes.get("m");
    }
  }

  private static final InstrumentationScopeInfo SCOPE = InstrumentationScopeInfo.create("s");

  private static final Context NOT_SAMPLED =
      Context.root()
          .with(
              Span.wrap(
                  SpanContext.create(
                      "0".repeat(31) + "1",
                      "0".repeat(15) + "1",
                      TraceFlags.getDefault(),
                      TraceState.getDefault())));

  private static StreamCollector traced(AggregationTemporality temporality) {
    return Fixture.histogram(temporality, NO_LIMIT, CustomExemplarFilter.traceBased());
  }

  private static ExemplarCounts account(StreamCollector collector) {
    return collector
        .exemplarAccount(new PointPool(/* isReused= */ false), /* isLive= */ true)
        .tally();
  }

  private ExemplarAccounts() {}
}
