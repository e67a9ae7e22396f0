package io.glint.jcstress;

import static io.glint.jcstress.Fixture.A;
import static io.glint.jcstress.Fixture.B;
import static io.glint.jcstress.Fixture.DELTA;
import static io.glint.jcstress.Fixture.NO_LIMIT;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.series.Overflow;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.stream.BoundSeries;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.List;
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
    private final StreamCollector collector = Fixture.longCounter(DELTA, NO_LIMIT);
    private final MetricStream stream = collector.stream();
    private final Series series = Fixture.seriesOfA(stream);
    private final BoundSeries bound = stream.bind(A);

    @Actor
    public void record() {
      stream.recordLong(1, bound, null);
    }

    @Actor
    public void collect(III_Result r) {
      r.r1 = Fixture.collectTotal(collector);
    }

    @Arbiter
    public void collectRest(III_Result r) {
      r.r2 = Fixture.collectTotal(collector);
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
    private final StreamCollector collector = Fixture.longCounter(DELTA, NO_LIMIT);
    private final MetricStream stream = collector.stream();
    private final BoundSeries bound =
        new BoundSeries(stream, A, Fixture.seriesOfA(stream), /* pin= */ stream);

    @Actor
    public void record() {
      stream.recordLong(1, bound, null);
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

  /** An idle series is bound while it is evicted: what was bound is in the table for good. */
  @JCStressTest
  @State
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "the bound series stays, and is the only one")
  @Outcome(expect = FORBIDDEN, desc = "what was bound is evicted")
  public static class ActualBind {
    private final StreamCollector collector = Fixture.longCounter(DELTA, NO_LIMIT);
    private final MetricStream stream = collector.stream();
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
      Fixture.collect(collector);
    }

    @Arbiter
    public void collectRest(II_Result r) {
      r.r1 = bound.isIn(stream.seriesMap().find(A)) ? 1 : 0;
      Fixture.collect(collector);
      r.r2 = bound.isIn(stream.seriesMap().find(A)) ? 1 : 0;
    }
  }

  /** Two binders share what keeps the series: neither takes it away from the other. */
  @JCStressTest
  @State
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both hold the same")
  @Outcome(expect = FORBIDDEN, desc = "one holds what does not keep the series")
  public static class ActualTwoBinders {
    private final StreamCollector collector = Fixture.longCounter(DELTA, NO_LIMIT);
    private final MetricStream stream = collector.stream();
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
      Fixture.collect(collector);
      r.r2 = one.isIn(stream.seriesMap().find(A)) ? 1 : 0;
    }
  }

  /** As {@link ActualBind}, when an earlier bound instrument has become garbage. */
  @JCStressTest
  @State
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "the bound series stays, and is the only one")
  @Outcome(expect = FORBIDDEN, desc = "what was bound is evicted")
  public static class ActualBindAgain {
    private final StreamCollector collector = Fixture.longCounter(DELTA, NO_LIMIT);
    private final MetricStream stream = collector.stream();
    private BoundSeries bound;

    public ActualBindAgain() {
      final var unused = stream.bind(A);
      Fixture.unpin(Fixture.seriesOfA(stream));
    }

    @Actor
    public void bind() {
      bound = stream.bind(A);
    }

    @Actor
    public void collect() {
      Fixture.collect(collector);
    }

    @Arbiter
    public void collectRest(II_Result r) {
      r.r1 = bound.isIn(stream.seriesMap().find(A)) ? 1 : 0;
      Fixture.collect(collector);
      r.r2 = bound.isIn(stream.seriesMap().find(A)) ? 1 : 0;
    }
  }

  /** A cumulative series is bound while it is dropped, for it was silent. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 11", "1, 10"},
      expect = ACCEPTABLE,
      desc = "the bound series stays: the old one, or one made anew")
  @Outcome(expect = FORBIDDEN, desc = "what was bound is dropped, or a measurement lost")
  public static class ActualBindSilent {
    private final StreamCollector collector = Fixture.idleCounter(NO_LIMIT);
    private final MetricStream stream = collector.stream();
    private BoundSeries bound;

    public ActualBindSilent() {
      stream.recordLong(1, A, null);
      Fixture.silence(Fixture.seriesOfA(stream), 1);
    }

    @Actor
    public void bind() {
      bound = stream.bind(A);
    }

    @Actor
    public void collect() {
      Fixture.collect(collector);
    }

    @Arbiter
    public void recordAndCollect(II_Result r) {
      r.r1 = bound.isIn(stream.seriesMap().find(A)) ? 1 : 0;
      stream.recordLong(10, bound, null);
      r.r2 = Fixture.collectTotal(collector);
    }
  }

  /** An idle series is bound while a recorder makes room for another at the limit. */
  @JCStressTest
  @State
  @Outcome(id = "1, 0, 2", expect = ACCEPTABLE, desc = "bound in time: the other overflows")
  @Outcome(id = "0, 2, 1", expect = ACCEPTABLE, desc = "evicted first: bound to the overflow")
  @Outcome(expect = FORBIDDEN, desc = "the limit was not kept, or a measurement lost")
  public static class ActualBindWhileRoomIsMade {
    private final StreamCollector collector = Fixture.longCounter(DELTA, 1);
    private final MetricStream stream = collector.stream();
    private BoundSeries bound;

    public ActualBindWhileRoomIsMade() {
      Fixture.seriesOfA(stream);
    }

    @Actor
    public void bind() {
      bound = stream.bind(A);
    }

    @Actor
    public void makeRoom() {
      stream.recordLong(2, B, null);
    }

    @Arbiter
    public void recordAndCollect(III_Result r) {
      stream.recordLong(1, bound, null);
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = Fixture.total(Fixture.point(points, A));
      r.r2 = Fixture.total(Fixture.point(points, B));
      r.r3 = Fixture.total(Fixture.point(points, Overflow.ATTRIBUTES));
    }
  }

  /** Two threads record, and both find the remembered cell taken: it is no longer the only one. */
  @JCStressTest
  @State
  @Outcome(id = "3", expect = ACCEPTABLE, desc = "both counted")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualTwoRecorders {
    private final StreamCollector collector = Fixture.longCounter(DELTA, NO_LIMIT);
    private final MetricStream stream = collector.stream();
    private final BoundSeries bound = stream.bind(A);
    private final Cell stopped = Fixture.seriesOfA(stream).acquire();

    @Actor
    public void one() {
      stream.recordLong(1, bound, null);
    }

    @Actor
    public void two() {
      stream.recordLong(2, bound, null);
    }

    @Arbiter
    public void collect(I_Result r) {
      stopped.release();
      r.r1 = Fixture.collectTotal(collector);
    }
  }

  /** What was bound is handed to another thread through a plain field. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "not seen, or complete")
  @Outcome(expect = FORBIDDEN, desc = "seen before it was complete")
  public static class ActualPlainHandOver {
    private final StreamCollector collector = Fixture.longCounter(DELTA, NO_LIMIT);
    private final MetricStream stream = collector.stream();
    private BoundSeries handedOver;

    @Actor
    public void bind() {
      handedOver = stream.bind(A);
    }

    @Actor
    public void record(II_Result r) {
      final BoundSeries seen = handedOver;
      if (seen != null) {
        stream.recordLong(1, seen, null);
        r.r1 = 1;
      }
    }

    @Arbiter
    public void collect(II_Result r) {
      r.r2 = Fixture.collectTotal(collector);
    }
  }

  /** A binder that marks a series without owning a cell of it can be too late for the evictor. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "the bound series stays")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByMarkingWithoutOwning {
    private final MetricStream stream = Fixture.longCounter(DELTA, NO_LIMIT).stream();
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
        final var unused = series.evict(0);
      }
    }

    @Arbiter
    public void look(I_Result r) {
      r.r1 = isBound && series.isEvicted() ? 0 : 1;
    }
  }

  /** Binders that each leave a mark of their own take the other's away. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "both hold the same")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByOwnMarks {
    private volatile Object mark;
    private Object one;
    private Object two;

    @Actor
    public void one() {
      one = mark();
    }

    @Actor
    public void two() {
      two = mark();
    }

    @Arbiter
    public void compare(I_Result r) {
      r.r1 = one == two ? 1 : 0;
    }

    private Object mark() {
      Object held = mark;
      if (held == null) {
        held = new Object();
        mark = held;
      }
      return held;
    }
  }

  /** What is handed over before it has its parts is recorded into in vain. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0", "2"},
      expect = ACCEPTABLE,
      desc = "not seen, or complete")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByEarlyHandOver {
    private volatile Handle handedOver;

    @Actor
    public void bind() {
      final Handle made = new Handle();
      handedOver = made;
      made.series = A;
    }

    @Actor
    public void record(I_Result r) {
      final Handle seen = handedOver;
      if (seen != null) {
        r.r1 = seen.series == null ? 1 : 2;
      }
    }

    private static final class Handle {
      Object series;
    }
  }

  private Binding() {}
}
