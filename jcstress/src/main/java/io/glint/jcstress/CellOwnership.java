package io.glint.jcstress;

import static io.glint.jcstress.Fixture.A;
import static io.glint.jcstress.Fixture.DELTA;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.cell.SumCell;
import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ID_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** Two measurements recorded at once into one series are both counted, whatever cells they meet. */
public class CellOwnership {

  /** In a histogram whose series has one free cell, which they may meet in. */
  @JCStressTest
  @State
  @Outcome(id = "2, 3.0", expect = ACCEPTABLE, desc = "both counted")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualHistogram {
    private final StreamCollector collector = Fixture.histogram(DELTA);
    private final MetricStream stream = collector.stream();

    public ActualHistogram() {
      Fixture.seriesOfA(stream);
    }

    @Actor
    public void one() {
      stream.recordDouble(1, A, null);
    }

    @Actor
    public void two() {
      stream.recordDouble(2, A, null);
    }

    @Arbiter
    public void collect(ID_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = Fixture.total(points);
      r.r2 = Fixture.sum(points);
    }
  }

  /** In a sum. */
  @JCStressTest
  @State
  @Outcome(id = "1, 3.0", expect = ACCEPTABLE, desc = "both counted, in one point")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualSum {
    private final StreamCollector collector = Fixture.doubleCounter(DELTA);
    private final MetricStream stream = collector.stream();

    public ActualSum() {
      Fixture.seriesOfA(stream);
    }

    @Actor
    public void one() {
      stream.recordDouble(1, A, null);
    }

    @Actor
    public void two() {
      stream.recordDouble(2, A, null);
    }

    @Arbiter
    public void collect(ID_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = points.size();
      r.r2 = Fixture.sum(points);
    }
  }

  /**
   * In a series whose only cell belongs to a thread that is stopped in mid-record, so that both add
   * the first stripe.
   */
  @JCStressTest
  @State
  @Outcome(id = "2, 3.0", expect = ACCEPTABLE, desc = "both counted")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualFirstStripe {
    private final StreamCollector collector = Fixture.histogram(DELTA);
    private final MetricStream stream = collector.stream();
    private final Cell stopped = Fixture.seriesOfA(stream).acquire();

    @Actor
    public void one() {
      stream.recordDouble(1, A, null);
    }

    @Actor
    public void two() {
      stream.recordDouble(2, A, null);
    }

    @Arbiter
    public void collect(ID_Result r) {
      stopped.release();
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = Fixture.total(points);
      r.r2 = Fixture.sum(points);
    }
  }

  /**
   * In a series of three cells, all of which belong to stopped threads, so that both recorders make
   * the array of stripes longer to add a fourth.
   */
  @JCStressTest
  @State
  @Outcome(id = "2, 3.0", expect = ACCEPTABLE, desc = "both counted")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualFourthCell {
    private final StreamCollector collector = Fixture.histogram(DELTA);
    private final MetricStream stream = collector.stream();
    private final Cell stopped = Fixture.seriesOfA(stream).acquire();
    private final Cell stoppedToo = Fixture.seriesOfA(stream).acquire();
    private final Cell stoppedAsWell = Fixture.seriesOfA(stream).acquire();

    @Actor
    public void one() {
      stream.recordDouble(1, A, null);
    }

    @Actor
    public void two() {
      stream.recordDouble(2, A, null);
    }

    @Arbiter
    public void collect(ID_Result r) {
      stopped.release();
      stoppedToo.release();
      stoppedAsWell.release();
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = Fixture.total(points);
      r.r2 = Fixture.sum(points);
    }
  }

  /**
   * In a series of three cells, one of which belongs to a stopped thread: the recorders pass it by
   * and may meet in either of the others.
   */
  @JCStressTest
  @State
  @Outcome(id = "2, 3.0", expect = ACCEPTABLE, desc = "both counted")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualThreeCells {
    private final StreamCollector collector = Fixture.histogram(DELTA);
    private final MetricStream stream = collector.stream();
    private final Cell stopped;

    public ActualThreeCells() {
      final Series series = Fixture.seriesOfA(stream);
      stopped = Fixture.stripe(series)[1];
      stopped.tryAcquire();
    }

    @Actor
    public void one() {
      stream.recordDouble(1, A, null);
    }

    @Actor
    public void two() {
      stream.recordDouble(2, A, null);
    }

    @Arbiter
    public void collect(ID_Result r) {
      stopped.release();
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = Fixture.total(points);
      r.r2 = Fixture.sum(points);
    }
  }

  /**
   * In a series of three cells whose threads have met often: the one that takes the free cell moves
   * to another home, while the other adds a cell or moves as well.
   */
  @JCStressTest
  @State
  @Outcome(id = "2, 3.0", expect = ACCEPTABLE, desc = "both counted")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualMoving {
    private final StreamCollector collector = Fixture.histogram(DELTA);
    private final MetricStream stream = collector.stream();
    private final Cell stopped;

    public ActualMoving() {
      final Series series = Fixture.seriesOfA(stream);
      Fixture.stripe(series);
      stopped = series.acquire();
      // One less than it takes.
      for (int i = 0; i < 15; i++) {
        series.acquire().release();
      }
    }

    @Actor
    public void one() {
      stream.recordDouble(1, A, null);
    }

    @Actor
    public void two() {
      stream.recordDouble(2, A, null);
    }

    @Arbiter
    public void collect(ID_Result r) {
      stopped.release();
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = Fixture.total(points);
      r.r2 = Fixture.sum(points);
    }
  }

  /** A cell that is given back before the measurement is counted loses measurements. */
  @JCStressTest
  @State
  @Outcome(id = "2, 3.0", expect = ACCEPTABLE, desc = "both counted")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByEarlyRelease {
    private final StreamCollector collector =
        FaultyHistogramStream.collector(FaultyHistogramStream.Fault.RECORDS_WITHOUT_OWNING, DELTA);
    private final MetricStream stream = collector.stream();

    public BrokenByEarlyRelease() {
      Fixture.seriesOfA(stream);
    }

    @Actor
    public void one() {
      stream.recordDouble(1, A, null);
    }

    @Actor
    public void two() {
      stream.recordDouble(2, A, null);
    }

    @Arbiter
    public void collect(ID_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = Fixture.total(points);
      r.r2 = Fixture.sum(points);
    }
  }

  /** A cell that is taken by a look and a plain store, not by one exchange, gets two owners. */
  @JCStressTest
  @State
  @Outcome(id = "2, 3.0", expect = ACCEPTABLE, desc = "both counted")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByPlainStore {
    private final PlainCell first = new PlainCell();
    private final PlainCell[] spares = {new PlainCell(), new PlainCell()};

    @Actor
    public void one() {
      (first.tryAcquire() ? first : spares[0]).add(1);
    }

    @Actor
    public void two() {
      (first.tryAcquire() ? first : spares[1]).add(2);
    }

    @Arbiter
    public void collect(ID_Result r) {
      r.r1 = first.count + spares[0].count + spares[1].count;
      r.r2 = first.sum + spares[0].sum + spares[1].sum;
    }

    private static final class PlainCell {
      private boolean taken;
      int count;
      double sum;

      boolean tryAcquire() {
        if (taken) {
          return false;
        }
        taken = true;
        return true;
      }

      void add(double value) {
        count++;
        sum += value;
      }
    }
  }

  /** A stripe that is added by storing the array, not by exchanging it, can be lost. */
  @JCStressTest
  @State
  @Outcome(id = "2, 3.0", expect = ACCEPTABLE, desc = "both counted")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByStoredStripes {
    private final MetricStream stream = Fixture.doubleCounter(DELTA).stream();
    private final Series series = new Series(stream, Attributes.empty(), 0, 0);
    private volatile Cell[] stripes = {};

    @Actor
    public void one() {
      record(1);
    }

    @Actor
    public void two() {
      record(2);
    }

    @Arbiter
    public void collect(ID_Result r) {
      for (final Cell cell : stripes) {
        r.r1 += (int) cell.measurements();
        r.r2 += ((SumCell) cell).doubleSum();
      }
    }

    private void record(double value) {
      final Cell[] seen = stripes;
      final SumCell added = (SumCell) stream.newCell(series).newStripe();
      final Cell[] copy = Arrays.copyOf(seen, seen.length + 1);
      copy[seen.length] = added;
      added.addDouble(value);
      stripes = copy;
    }
  }

  /** Stripes with another home that are stored, not exchanged, drop a cell added meanwhile. */
  @JCStressTest
  @State
  @Outcome(id = "2", expect = ACCEPTABLE, desc = "both cells are there")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByStoredMove {
    private final AtomicReference<String[]> stripes =
        new AtomicReference<>(new String[] {"first", null});

    @Actor
    public void add() {
      String[] seen = stripes.get();
      while (!stripes.compareAndSet(seen, with(seen, "second"))) {
        seen = stripes.get();
      }
    }

    @Actor
    public void move() {
      final String[] seen = stripes.get();
      stripes.set(Arrays.copyOf(seen, 2 * seen.length));
    }

    @Arbiter
    public void count(I_Result r) {
      for (final String cell : stripes.get()) {
        r.r1 += cell != null ? 1 : 0;
      }
    }

    private static String[] with(String[] stripes, String added) {
      final String[] copy = stripes.clone();
      copy[1] = added;
      return copy;
    }
  }

  private CellOwnership() {}
}
