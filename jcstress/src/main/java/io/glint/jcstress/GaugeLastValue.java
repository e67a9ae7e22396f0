package io.glint.jcstress;

import static io.glint.jcstress.Fixture.A;
import static io.glint.jcstress.Fixture.CUMULATIVE;
import static io.glint.jcstress.Fixture.DELTA;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.cell.LastValueCell;
import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.stream.MetricStream;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** A gauge reports a last value: never one that the same thread has overwritten. */
public class GaugeLastValue {

  /**
   * Two values of one thread against one of another, in a series of one cell: never the first of
   * two.
   */
  @JCStressTest
  @State
  @Outcome(
      id = {"2", "3"},
      expect = ACCEPTABLE,
      desc = "either thread's last")
  @Outcome(expect = FORBIDDEN, desc = "a value that was overwritten came back")
  public static class ActualUnstriped {
    private final StreamCollector collector = Fixture.gauge(CUMULATIVE);
    private final MetricStream stream = collector.stream();

    public ActualUnstriped() {
      Fixture.seriesOfA(stream);
    }

    @Actor
    public void setTwice() {
      stream.recordLong(1, A, null);
      stream.recordLong(2, A, null);
    }

    @Actor
    public void set() {
      stream.recordLong(3, A, null);
    }

    @Arbiter
    public void collect(I_Result r) {
      r.r1 = Fixture.collectLast(collector);
    }
  }

  /**
   * In a series of three cells, all but one of which are in use while the first value is set, and
   * all but another one while the second is, so that the first is in the later cell. The value of
   * the other thread goes between the two, where it hides neither.
   */
  @JCStressTest
  @State
  @Outcome(
      id = {"2", "3"},
      expect = ACCEPTABLE,
      desc = "either thread's last")
  @Outcome(expect = FORBIDDEN, desc = "a value that was overwritten came back")
  public static class ActualStripes {
    private final StreamCollector collector = Fixture.gauge(CUMULATIVE);
    private final MetricStream stream = collector.stream();
    private final Cell[] cells = Fixture.stripe(Fixture.seriesOfA(stream));

    @Actor
    public void setTwice() {
      setIn(cells[2], 1, cells, stream);
      setIn(cells[0], 2, cells, stream);
    }

    @Actor
    public void set() {
      setIn(cells[1], 3, cells, stream);
    }

    @Arbiter
    public void collect(I_Result r) {
      r.r1 = Fixture.collectLast(collector);
    }
  }

  /** In a series of three cells, one of which belongs to a thread that is stopped in mid-record. */
  @JCStressTest
  @State
  @Outcome(
      id = {"2", "3"},
      expect = ACCEPTABLE,
      desc = "either thread's last")
  @Outcome(expect = FORBIDDEN, desc = "a value that was overwritten came back")
  public static class ActualStoppedOwner {
    private final StreamCollector collector = Fixture.gauge(CUMULATIVE);
    private final MetricStream stream = collector.stream();
    private final Cell stopped;

    public ActualStoppedOwner() {
      final Series series = Fixture.seriesOfA(stream);
      stopped = Fixture.stripe(series)[1];
      stopped.tryAcquire();
    }

    @Actor
    public void setTwice() {
      stream.recordLong(1, A, null);
      stream.recordLong(2, A, null);
    }

    @Actor
    public void set() {
      stream.recordLong(3, A, null);
    }

    @Arbiter
    public void collect(I_Result r) {
      stopped.release();
      r.r1 = Fixture.collectLast(collector);
    }
  }

  /** Collected twice meanwhile, a cumulative gauge goes forward. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "0, 1", "0, 2", "1, 1", "1, 2", "2, 2"},
      expect = ACCEPTABLE,
      desc = "in the order of setting")
  @Outcome(expect = FORBIDDEN, desc = "a value that was overwritten came back")
  public static class ActualCumulative {
    private final StreamCollector collector = Fixture.gauge(CUMULATIVE);
    private final MetricStream stream = collector.stream();

    public ActualCumulative() {
      Fixture.stripe(Fixture.seriesOfA(stream));
    }

    @Actor
    public void setTwice() {
      stream.recordLong(1, A, null);
      stream.recordLong(2, A, null);
    }

    @Actor
    public void collectTwice(II_Result r) {
      r.r1 = Fixture.collectLast(collector);
      r.r2 = Fixture.collectLast(collector);
    }
  }

  /** A delta gauge reports a value in exactly one interval. */
  @JCStressTest
  @State
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "in the first interval")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "in the second interval")
  @Outcome(expect = FORBIDDEN, desc = "a value was lost or reported twice")
  public static class ActualDelta {
    private final StreamCollector collector = Fixture.gauge(DELTA);
    private final MetricStream stream = collector.stream();

    public ActualDelta() {
      Fixture.stripe(Fixture.seriesOfA(stream));
    }

    @Actor
    public void set() {
      stream.recordLong(1, A, null);
    }

    @Actor
    public void collect(II_Result r) {
      r.r1 = Fixture.collectLast(collector);
    }

    @Arbiter
    public void collectRest(II_Result r) {
      r.r2 = Fixture.collectLast(collector);
    }
  }

  /**
   * Over two intervals of a delta gauge, too, no value comes back that was overwritten. Other cells
   * are in use while the first value is set than while the second is, so that they go to different
   * cells, the first to the one that is collected first.
   */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 2", "1, 2", "2, 0"},
      expect = ACCEPTABLE,
      desc = "in the order of setting")
  @Outcome(expect = FORBIDDEN, desc = "a value that was overwritten came back")
  public static class ActualDeltaOrder {
    private final StreamCollector collector = Fixture.gauge(DELTA);
    private final MetricStream stream = collector.stream();
    private final Cell[] cells = Fixture.stripe(Fixture.seriesOfA(stream));

    @Actor
    public void setTwice() {
      setIn(cells[0], 1, cells, stream);
      setIn(cells[1], 2, cells, stream);
    }

    @Actor
    public void collect(II_Result r) {
      r.r1 = Fixture.collectLast(collector);
    }

    @Arbiter
    public void collectRest(II_Result r) {
      r.r2 = Fixture.collectLast(collector);
    }
  }

  /**
   * The second cell, and with it the stamps, comes between the two values of one thread, while the
   * other thread sets two as well.
   */
  @JCStressTest
  @State
  @Outcome(
      id = {"2", "4"},
      expect = ACCEPTABLE,
      desc = "either thread's last")
  @Outcome(expect = FORBIDDEN, desc = "a value that was overwritten came back")
  public static class ActualInflation {
    private final StreamCollector collector = Fixture.gauge(CUMULATIVE);
    private final MetricStream stream = collector.stream();
    private final Cell first;

    public ActualInflation() {
      first = Fixture.seriesOfA(stream).acquire();
      first.release();
    }

    @Actor
    public void setTwice() {
      stream.recordLong(1, A, null);
      final boolean taken = first.tryAcquire();
      stream.recordLong(2, A, null);
      if (taken) {
        first.release();
      }
    }

    @Actor
    public void setTwiceToo() {
      stream.recordLong(3, A, null);
      stream.recordLong(4, A, null);
    }

    @Arbiter
    public void collect(I_Result r) {
      r.r1 = Fixture.collectLast(collector);
    }
  }

  /** Without stamps the value of the cell that is looked at last would win. */
  @JCStressTest
  @State
  @Outcome(
      id = {"2", "3"},
      expect = ACCEPTABLE,
      desc = "either thread's last")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenWithoutStamps {
    private final MetricStream stream = Fixture.gauge(CUMULATIVE).stream();
    private final Series series = Fixture.seriesOfA(stream);
    private final Cell[] cells = Fixture.stripe(series);

    @Actor
    public void setTwice() {
      setIn(cells[2], 1, cells, stream);
      setIn(cells[0], 2, cells, stream);
    }

    @Actor
    public void set() {
      setIn(cells[1], 3, cells, stream);
    }

    @Arbiter
    public void collect(I_Result r) {
      series.visitCells(
          cell -> {
            final LastValueCell value = (LastValueCell) cell;
            r.r1 = value.isEmpty() ? r.r1 : (int) value.valueBits();
          });
    }
  }

  /** Sets a value while all cells but one are in use, so that it goes there if it is free. */
  private static void setIn(Cell target, long value, Cell[] cells, MetricStream stream) {
    final boolean[] taken = new boolean[cells.length];
    for (int i = 0; i < cells.length; i++) {
      taken[i] = cells[i] != target && cells[i].tryAcquire();
    }
    stream.recordLong(value, A, null);
    for (int i = 0; i < cells.length; i++) {
      if (taken[i]) {
        cells[i].release();
      }
    }
  }

  private GaugeLastValue() {}
}
