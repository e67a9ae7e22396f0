package io.glint.jcstress;

import static io.glint.jcstress.FaultyHistogramStream.Fault.COLLECTS_WITHOUT_OWNING;
import static io.glint.jcstress.Fixture.A;
import static io.glint.jcstress.Fixture.B;
import static io.glint.jcstress.Fixture.DELTA;
import static io.glint.jcstress.Fixture.NO_LIMIT;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.stream.MetricStream;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** A measurement recorded while a delta reader collects is counted in exactly one interval. */
public class RecordAgainstDeltaCollection {

  /** In a histogram. */
  @JCStressTest
  @State
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "in the first interval")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "in the second interval")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualHistogram {
    private final StreamCollector collector = Fixture.histogram(DELTA);
    private final MetricStream stream = collector.stream();

    public ActualHistogram() {
      Fixture.seriesOfA(stream);
    }

    @Actor
    public void record() {
      stream.recordDouble(1, A, null);
    }

    @Actor
    public void collect(II_Result r) {
      r.r1 = Fixture.collectTotal(collector);
    }

    @Arbiter
    public void collectRest(II_Result r) {
      r.r2 = Fixture.collectTotal(collector);
    }
  }

  /** What was recorded before a collection began is in it, also in cells it had found empty. */
  @JCStressTest
  @State
  @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "recorded before, in the first interval")
  @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "recorded meanwhile, in the first interval")
  @Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "recorded meanwhile, in the second")
  @Outcome(expect = FORBIDDEN, desc = "overlooked, lost or counted twice")
  public static class ActualQuietSeries {
    private final StreamCollector collector = Fixture.histogram(DELTA);
    private final MetricStream stream = collector.stream();

    /** Keeps the series from being evicted. */
    final Object pin;

    private volatile boolean isRecorded;

    public ActualQuietSeries() {
      final Series series = Fixture.seriesOfA(stream);
      pin = series.pin();
      Fixture.stripe(series);
      Fixture.collectTotal(collector);
    }

    @Actor
    public void record() {
      stream.recordDouble(1, A, null);
      isRecorded = true;
    }

    @Actor
    public void collect(III_Result r) {
      r.r1 = isRecorded ? 1 : 0;
      r.r2 = Fixture.collectTotal(collector);
    }

    @Arbiter
    public void collectRest(III_Result r) {
      r.r3 = Fixture.collectTotal(collector);
    }
  }

  /** A collector that passes a series by because its first cell is empty overlooks the others. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 1, 0", "0, 1, 0", "0, 0, 1"},
      expect = ACCEPTABLE,
      desc = "not overlooked")
  @Outcome(id = "1, 0, 1", expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  @Outcome(expect = FORBIDDEN, desc = "anything else")
  public static class BrokenByLookAtOneCell {
    private final StreamCollector collector = Fixture.histogram(DELTA);
    private final MetricStream stream = collector.stream();
    private final Cell first;
    private volatile boolean isRecorded;

    public BrokenByLookAtOneCell() {
      final Series series = Fixture.seriesOfA(stream);
      first = series.onlyCell();
      Fixture.stripe(series);
    }

    @Actor
    public void record() {
      stream.recordDouble(1, A, null);
      isRecorded = true;
    }

    @Actor
    public void collect(III_Result r) {
      r.r1 = isRecorded ? 1 : 0;
      r.r2 = first.isEmptyOptimistic() ? 0 : Fixture.collectTotal(collector);
    }

    @Arbiter
    public void collectRest(III_Result r) {
      r.r3 = Fixture.collectTotal(collector);
    }
  }

  /** In a sum. */
  @JCStressTest
  @State
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "in the first interval")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "in the second interval")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualCounter {
    private final StreamCollector collector = Fixture.longCounter(DELTA, NO_LIMIT);
    private final MetricStream stream = collector.stream();

    public ActualCounter() {
      Fixture.seriesOfA(stream);
    }

    @Actor
    public void record() {
      stream.recordLong(1, A, null);
    }

    @Actor
    public void collect(II_Result r) {
      r.r1 = Fixture.collectTotal(collector);
    }

    @Arbiter
    public void collectRest(II_Result r) {
      r.r2 = Fixture.collectTotal(collector);
    }
  }

  /** In a series that has three cells: the collector takes one after the other. */
  @JCStressTest
  @State
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "in the first interval")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "in the second interval")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualStripes {
    private final StreamCollector collector = Fixture.histogram(DELTA);
    private final MetricStream stream = collector.stream();

    public ActualStripes() {
      Fixture.stripe(Fixture.seriesOfA(stream));
    }

    @Actor
    public void record() {
      stream.recordDouble(1, A, null);
    }

    @Actor
    public void collect(II_Result r) {
      r.r1 = Fixture.collectTotal(collector);
    }

    @Arbiter
    public void collectRest(II_Result r) {
      r.r2 = Fixture.collectTotal(collector);
    }
  }

  /** In a series that the measurement is the first of. */
  @JCStressTest
  @State
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "in the first interval")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "in the second interval")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualFirstMeasurement {
    private final StreamCollector collector = Fixture.histogram(DELTA);
    private final MetricStream stream = collector.stream();

    @Actor
    public void record() {
      stream.recordDouble(1, A, null);
    }

    @Actor
    public void collect(II_Result r) {
      r.r1 = Fixture.collectTotal(collector);
    }

    @Arbiter
    public void collectRest(II_Result r) {
      r.r2 = Fixture.collectTotal(collector);
    }
  }

  /** In the overflow series, which the measurement is the first of. */
  @JCStressTest
  @State
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "in the first interval")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "in the second interval")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualOverflow {
    private final StreamCollector collector = Fixture.longCounter(DELTA, 1);
    private final MetricStream stream = collector.stream();

    public ActualOverflow() {
      // A series that is used in this interval takes the only place.
      stream.recordLong(0, A, null);
    }

    @Actor
    public void record() {
      stream.recordLong(1, B, null);
    }

    @Actor
    public void collect(II_Result r) {
      r.r1 = Fixture.collectTotal(collector);
    }

    @Arbiter
    public void collectRest(II_Result r) {
      r.r2 = Fixture.collectTotal(collector);
    }
  }

  /** Two measurements of one thread. */
  @JCStressTest
  @State
  @Outcome(
      id = {"2, 0", "1, 1", "0, 2"},
      expect = ACCEPTABLE,
      desc = "each in one of the intervals")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualTwoMeasurements {
    private final StreamCollector collector = Fixture.histogram(DELTA);
    private final MetricStream stream = collector.stream();

    public ActualTwoMeasurements() {
      Fixture.stripe(Fixture.seriesOfA(stream));
    }

    @Actor
    public void record() {
      stream.recordDouble(1, A, null);
      stream.recordDouble(1, A, null);
    }

    @Actor
    public void collect(II_Result r) {
      r.r1 = Fixture.collectTotal(collector);
    }

    @Arbiter
    public void collectRest(II_Result r) {
      r.r2 = Fixture.collectTotal(collector);
    }
  }

  /** Two collections at once share the measurements out among them. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 0", "0, 1"},
      expect = ACCEPTABLE,
      desc = "in one of them")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualTwoCollectors {
    private final StreamCollector collector = Fixture.histogram(DELTA);
    private final MetricStream stream = collector.stream();

    public ActualTwoCollectors() {
      stream.recordDouble(1, A, null);
    }

    @Actor
    public void collect(II_Result r) {
      r.r1 = Fixture.collectTotal(collector);
    }

    @Actor
    public void collectToo(II_Result r) {
      r.r2 = Fixture.collectTotal(collector);
    }
  }

  /** In a series whose addition makes the table of series grow. */
  @JCStressTest
  @State
  @Outcome(id = "5, 0", expect = ACCEPTABLE, desc = "in the first interval")
  @Outcome(id = "4, 1", expect = ACCEPTABLE, desc = "in the second interval")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualGrowth {
    private final StreamCollector collector = Fixture.longCounter(DELTA, NO_LIMIT);
    private final MetricStream stream = collector.stream();

    public ActualGrowth() {
      Fixture.fillSmallestTable(stream);
      stream.seriesMap().forEach(series -> stream.recordLong(1, series.attributes, null));
    }

    @Actor
    public void record() {
      stream.recordLong(1, B, null);
    }

    @Actor
    public void collect(II_Result r) {
      r.r1 = Fixture.collectTotal(collector);
    }

    @Arbiter
    public void collectRest(II_Result r) {
      r.r2 = Fixture.collectTotal(collector);
    }
  }

  /** A collector that does not own what it reads and clears loses measurements. */
  @JCStressTest
  @State
  @Outcome(
      id = {"2, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "both counted")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByUnownedCollection {
    private final StreamCollector collector =
        FaultyHistogramStream.collector(COLLECTS_WITHOUT_OWNING, DELTA);
    private final MetricStream stream = collector.stream();

    public BrokenByUnownedCollection() {
      stream.recordDouble(1, A, null);
    }

    @Actor
    public void record() {
      stream.recordDouble(1, A, null);
    }

    @Actor
    public void collect(II_Result r) {
      r.r1 = Fixture.collectTotal(collector);
    }

    @Arbiter
    public void collectRest(II_Result r) {
      r.r2 = Fixture.collectTotal(collector);
    }
  }

  /** A sum that is read and then set to zero loses what is added in between. */
  @JCStressTest
  @State
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "in the first interval")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "in the second interval")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByReadThenClear {
    private final AtomicLong sum = new AtomicLong();

    @Actor
    public void record() {
      sum.incrementAndGet();
    }

    @Actor
    public void collect(II_Result r) {
      r.r1 = (int) sum.get();
      sum.set(0);
    }

    @Arbiter
    public void collectRest(II_Result r) {
      r.r2 = (int) sum.get();
    }
  }

  private RecordAgainstDeltaCollection() {}
}
