package io.glint.sdk;

import static io.glint.sdk.Fixture.A;
import static io.glint.sdk.Fixture.DELTA;
import static io.glint.sdk.Fixture.NO_LIMIT;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A bound measurement is counted exactly once, whatever becomes of its series; and a series that is
 * bound is not evicted.
 */
public class Binding {

  /** A measurement in a bound series that is idle, and the collection that would evict it. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 0, 1", "0, 1, 1"},
      expect = ACCEPTABLE,
      desc = "counted once, in the bound series")
  @Outcome(expect = FORBIDDEN, desc = "lost, counted twice, or the bound series evicted")
  public static class ActualRecord {
    private final SumStream stream = Fixture.longCounter(DELTA, NO_LIMIT);
    private final Series series = Fixture.seriesOfA(stream);
    private final BoundSeries bound = stream.bind(A);

    @Actor
    public void record() {
      stream.recordLong(1, bound, null);
    }

    @Actor
    public void collect(III_Result r) {
      r.r1 = Fixture.collectTotal(stream);
    }

    @Arbiter
    public void collectRest(III_Result r) {
      r.r2 = Fixture.collectTotal(stream);
      r.r3 = Fixture.seriesOfA(stream) == series ? 1 : 0;
    }
  }

  /** As when the bound instrument is garbage already: nothing keeps its series. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 0", "0, 1"},
      expect = ACCEPTABLE,
      desc = "counted once")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualRecordUnpinned {
    private final SumStream stream = Fixture.longCounter(DELTA, NO_LIMIT);
    private final BoundSeries bound =
        new BoundSeries(stream, A, Fixture.seriesOfA(stream), /* pin= */ stream);

    @Actor
    public void record() {
      stream.recordLong(1, bound, null);
    }

    @Actor
    public void collect(II_Result r) {
      r.r1 = Fixture.collectTotal(stream);
    }

    @Arbiter
    public void collectRest(II_Result r) {
      r.r2 = Fixture.collectTotal(stream);
    }
  }

  /** An idle series is bound while it is evicted: what was bound is in the table for good. */
  @JCStressTest
  @State
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "the bound series stays, and is the only one")
  @Outcome(expect = FORBIDDEN, desc = "what was bound is evicted")
  public static class ActualBind {
    private final SumStream stream = Fixture.longCounter(DELTA, NO_LIMIT);
    private BoundSeries bound;

    public ActualBind() {
      Fixture.seriesOfA(stream);
    }

    @Actor
    public void bind() {
      bound = stream.bind(A);
    }

    @Actor
    public void collect() {
      Fixture.collect(stream);
    }

    @Arbiter
    public void collectRest(II_Result r) {
      r.r1 = bound.isIn(stream.seriesMap().find(A)) ? 1 : 0;
      Fixture.collect(stream);
      r.r2 = bound.isIn(stream.seriesMap().find(A)) ? 1 : 0;
    }
  }

  /** Two binders share what keeps the series: neither takes it away from the other. */
  @JCStressTest
  @State
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both hold the same")
  @Outcome(expect = FORBIDDEN, desc = "one holds what does not keep the series")
  public static class ActualTwoBinders {
    private final SumStream stream = Fixture.longCounter(DELTA, NO_LIMIT);
    private BoundSeries one;
    private BoundSeries two;

    @Actor
    public void one() {
      one = stream.bind(A);
    }

    @Actor
    public void two() {
      two = stream.bind(A);
    }

    @Arbiter
    public void compare(II_Result r) {
      r.r1 = one.pin == two.pin ? 1 : 0;
      Fixture.collect(stream);
      r.r2 = one.isIn(stream.seriesMap().find(A)) ? 1 : 0;
    }
  }

  /** A binder that marks a series without owning a cell of it can be too late for the evictor. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "the bound series stays")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByMarkingWithoutOwning {
    private final SumStream stream = Fixture.longCounter(DELTA, NO_LIMIT);
    private final Series series = Fixture.seriesOfA(stream);
    private boolean isBound;
    private volatile boolean isPinned;

    @Actor
    public void bind() {
      isBound = !series.isEvicted();
      isPinned = isBound;
    }

    @Actor
    public void evict() {
      if (!isPinned) {
        series.tryEvict(0);
      }
    }

    @Arbiter
    public void look(I_Result r) {
      r.r1 = isBound && series.isEvicted() ? 0 : 1;
    }
  }

  private Binding() {}
}
