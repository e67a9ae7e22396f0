package io.glint.jcstress;

import static io.glint.jcstress.Fixture.A;
import static io.glint.jcstress.Fixture.B;
import static io.glint.jcstress.Fixture.C;
import static io.glint.jcstress.Fixture.CUMULATIVE;
import static io.glint.jcstress.Fixture.DELTA;
import static io.glint.jcstress.Fixture.NO_LIMIT;
import static io.glint.jcstress.Fixture.OTHER_A;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.cell.SumCell;
import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.series.Overflow;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.series.SeriesMap;
import io.glint.sdk.internal.stream.MetricStream;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** A measurement recorded while its idle series is evicted is counted exactly once. */
public class Eviction {

  /**
   * In a series that is idle, so that the collection evicts it unless the measurement comes first.
   */
  @JCStressTest
  @State
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "in the first interval")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "in the second interval")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualIdle {
    private final StreamCollector collector = Fixture.longCounter(DELTA, NO_LIMIT);
    private final MetricStream stream = collector.stream();

    public ActualIdle() {
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

  /** In one that has three cells. */
  @JCStressTest
  @State
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "in the first interval")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "in the second interval")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualIdleStripes {
    private final StreamCollector collector = Fixture.longCounter(DELTA, NO_LIMIT);
    private final MetricStream stream = collector.stream();

    public ActualIdleStripes() {
      Fixture.stripe(Fixture.seriesOfA(stream));
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

  /** Two collections, of which the second evicts what the first has emptied. */
  @JCStressTest
  @State
  @Outcome(
      id = {"3, 0", "2, 1"},
      expect = ACCEPTABLE,
      desc = "all three, each once")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualTwoCollections {
    private final StreamCollector collector = Fixture.longCounter(DELTA, NO_LIMIT);
    private final MetricStream stream = collector.stream();

    public ActualTwoCollections() {
      stream.recordLong(2, A, null);
    }

    @Actor
    public void record() {
      stream.recordLong(1, A, null);
    }

    @Actor
    public void collect(II_Result r) {
      r.r1 = Fixture.collectTotal(collector) + Fixture.collectTotal(collector);
    }

    @Arbiter
    public void collectRest(II_Result r) {
      r.r2 = Fixture.collectTotal(collector);
    }
  }

  /**
   * With other attributes than the idle series, which has the only place: there or in the overflow.
   */
  @JCStressTest
  @State
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "in the first interval")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "in the second interval")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualFreedPlace {
    private final StreamCollector collector = Fixture.longCounter(DELTA, 1);
    private final MetricStream stream = collector.stream();

    public ActualFreedPlace() {
      Fixture.seriesOfA(stream);
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

  /**
   * Both recorders come across a series that is evicted but still in the table: they make one new
   * one.
   */
  @JCStressTest
  @State
  @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "one series that counts both")
  @Outcome(expect = FORBIDDEN, desc = "two series, an overflow, or a measurement lost")
  public static class ActualTwoRecorders {
    private final StreamCollector collector = Fixture.longCounter(DELTA, 1);
    private final MetricStream stream = collector.stream();

    public ActualTwoRecorders() {
      final var unusedToo = stream.seriesMap().tryEvict(Fixture.seriesOfA(stream), 0);
    }

    @Actor
    public void one() {
      stream.recordLong(1, A, null);
    }

    @Actor
    public void two() {
      stream.recordLong(1, OTHER_A, null);
    }

    @Arbiter
    public void collect(II_Result r) {
      r.r1 = stream.seriesMap().size();
      r.r2 = Fixture.total(Fixture.point(Fixture.collect(collector), A));
    }
  }

  /** A collector evicts a series and removes it, while a recorder adds another one: it stays. */
  @JCStressTest
  @State
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "the new series is there, the old one is not")
  @Outcome(expect = FORBIDDEN, desc = "a live series was removed")
  public static class ActualRemovalAndAddition {
    private final StreamCollector collector = Fixture.longCounter(DELTA, NO_LIMIT);
    private final MetricStream stream = collector.stream();
    private final Series idle = Fixture.seriesOfA(stream);

    @Actor
    public void record() {
      stream.recordLong(1, B, null);
    }

    @Actor
    public void evict() {
      if (stream.seriesMap().tryEvict(idle, 0)) {
        stream.seriesMap().removeEvicted();
      }
    }

    @Arbiter
    public void collect(II_Result r) {
      r.r1 = stream.seriesMap().size();
      r.r2 = Fixture.total(Fixture.point(Fixture.collect(collector), B));
    }
  }

  /** A collector removes a series from a table that is full, while a recorder makes it grow. */
  @JCStressTest
  @State
  @Outcome(id = "4, 1", expect = ACCEPTABLE, desc = "the new series is there, the old one is not")
  @Outcome(expect = FORBIDDEN, desc = "a live series was removed")
  public static class ActualRemovalAndGrowth {
    private final StreamCollector collector = Fixture.longCounter(DELTA, NO_LIMIT);
    private final MetricStream stream = collector.stream();

    public ActualRemovalAndGrowth() {
      final Series idle = Fixture.seriesOfA(stream);
      Fixture.fillSmallestTable(stream);
      final var unused = stream.seriesMap().tryEvict(idle, 0);
    }

    @Actor
    public void record() {
      stream.recordLong(1, B, null);
    }

    @Actor
    public void remove() {
      final var unused = stream.seriesMap().removeEvicted();
    }

    @Arbiter
    public void collect(II_Result r) {
      r.r1 = stream.seriesMap().size();
      r.r2 = Fixture.total(Fixture.point(Fixture.collect(collector), B));
    }
  }

  /**
   * A series is evicted and comes back while others are removed: the index leads to the new one.
   */
  @JCStressTest
  @State
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the new one is found")
  @Outcome(expect = FORBIDDEN, desc = "the evicted one is found, or none")
  public static class ActualReturnWhileOthersAreRemoved {
    private final SeriesMap map = Fixture.longCounter(DELTA, NO_LIMIT).stream().seriesMap();
    private final Series back;

    public ActualReturnWhileOthersAreRemoved() {
      back = map.findOrAdd(A);
      // What lies between gives it time to come back after it was copied.
      for (int i = 0; i < 12; i++) {
        final Series gone = map.findOrAdd(Fixture.attributes("gone " + i));
        final var unused = map.tryEvict(gone, 0);
      }
    }

    @Actor
    public void comeBack() {
      final var unused = map.tryEvict(back, 0);
      final var unusedToo = map.findOrAdd(A);
    }

    @Actor
    public void remove() {
      final var unused = map.removeEvicted();
    }

    @Arbiter
    public void find(II_Result r) {
      map.complete();
      final Series found = map.find(A);
      r.r1 = found != null && !found.isEvicted() ? 1 : 0;
      r.r2 = found == back ? 1 : 0;
    }
  }

  /** An index with the evicted one before the new one leads to the evicted one. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "the new one is found")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByIndexBehindEvicted {
    private final Series back;
    private final Series[] index = new Series[2];
    private volatile Series added;

    public BrokenByIndexBehindEvicted() {
      back = new Series(Fixture.longCounter(DELTA, NO_LIMIT).stream(), A, 0, 0);
    }

    @Actor
    public void comeBack() {
      final var unused = back.evict(0);
      added = new Series(Fixture.longCounter(DELTA, NO_LIMIT).stream(), A, 0, 0);
    }

    @Actor
    public void copy() {
      int place = 0;
      if (!back.isEvicted()) {
        index[place++] = back;
      }
      Series seen = added;
      for (int i = 0; seen == null && i < 1000; i++) {
        seen = added;
      }
      index[place] = seen;
    }

    @Arbiter
    public void find(I_Result r) {
      final Series found = index[0] != null ? index[0] : added;
      r.r1 = found == added ? 1 : 0;
    }
  }

  /**
   * In a series of seventeen cells, all of which the evictor may own when the recorder comes by and
   * adds one: then the series stays.
   */
  @JCStressTest
  @State
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "counted in the series, which stays")
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "counted in a new one")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualAddedCell {
    private final StreamCollector collector = Fixture.longCounter(DELTA, NO_LIMIT);
    private final MetricStream stream = collector.stream();
    private final Series idle = Fixture.seriesOfA(stream);

    public ActualAddedCell() {
      final Cell[] cells = new Cell[17];
      for (int i = 0; i < cells.length; i++) {
        cells[i] = idle.acquire();
      }
      for (final Cell cell : cells) {
        cell.release();
      }
    }

    @Actor
    public void record() {
      stream.recordLong(1, A, null);
    }

    @Actor
    public void evict() {
      if (stream.seriesMap().tryEvict(idle, 0)) {
        stream.seriesMap().removeEvicted();
      }
    }

    @Arbiter
    public void collect(II_Result r) {
      r.r2 = idle.isEvicted() ? 0 : 1;
      r.r1 = Fixture.collectTotal(collector);
    }
  }

  /**
   * A series comes back while the evicted one of its attributes is removed, and makes the full
   * table grow.
   */
  @JCStressTest
  @State
  @Outcome(id = "4, 2", expect = ACCEPTABLE, desc = "there once, and counted")
  @Outcome(expect = FORBIDDEN, desc = "there twice, removed, or a measurement lost")
  public static class ActualReturn {
    private final StreamCollector collector = Fixture.longCounter(DELTA, NO_LIMIT);
    private final MetricStream stream = collector.stream();

    public ActualReturn() {
      final SeriesMap map = stream.seriesMap();
      Fixture.seriesOfA(stream);
      Fixture.fillSmallestTable(stream);
      final var unused = map.tryEvict(Fixture.seriesOfA(stream), 0);
    }

    @Actor
    public void record() {
      stream.recordLong(1, A, null);
      stream.recordLong(1, OTHER_A, null);
    }

    @Actor
    public void remove() {
      final var unused = stream.seriesMap().removeEvicted();
    }

    @Arbiter
    public void collect(II_Result r) {
      r.r1 = stream.seriesMap().size();
      r.r2 = Fixture.total(Fixture.point(Fixture.collect(collector), A));
    }
  }

  /** At the limit, the place of an evicted series is for one other, not for two. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 1", "1, 10"},
      expect = ACCEPTABLE,
      desc = "one has the place, the other overflows")
  @Outcome(expect = FORBIDDEN, desc = "more series than the limit allows, or an empty place")
  public static class ActualPlaceOfEvicted {
    private final StreamCollector collector = Fixture.longCounter(CUMULATIVE, 1);
    private final MetricStream stream = collector.stream();

    public ActualPlaceOfEvicted() {
      final var unused = stream.seriesMap().tryEvict(Fixture.seriesOfA(stream), 0);
    }

    @Actor
    public void one() {
      stream.recordLong(1, B, null);
      final var unused = stream.seriesMap().removeEvicted();
    }

    @Actor
    public void two() {
      stream.recordLong(10, C, null);
    }

    @Arbiter
    public void collect(II_Result r) {
      r.r1 = stream.seriesMap().size();
      r.r2 = Fixture.total(Fixture.point(Fixture.collect(collector), Overflow.ATTRIBUTES));
    }
  }

  /** A table that is copied without being closed first loses what is added meanwhile. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "there")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByCopyWithoutClosing {
    private final AtomicReference<AtomicReferenceArray<String>> table =
        new AtomicReference<>(
            new AtomicReferenceArray<>(new String[] {"evicted", null, null, null}));

    @Actor
    public void add() {
      final AtomicReferenceArray<String> seen = table.get();
      int place = 0;
      while (!seen.compareAndSet(place, null, "new")) {
        place++;
      }
    }

    @Actor
    public void remove() {
      final AtomicReferenceArray<String> seen = table.get();
      final AtomicReferenceArray<String> copy = new AtomicReferenceArray<>(seen.length());
      for (int i = 1; i < seen.length(); i++) {
        copy.set(i - 1, seen.get(i));
      }
      table.set(copy);
    }

    @Arbiter
    public void find(I_Result r) {
      r.r1 = "new".equals(table.get().get(0)) || "new".equals(table.get().get(1)) ? 1 : 0;
    }
  }

  /** A series is looked up while another one is removed: it is found. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "found")
  @Outcome(expect = FORBIDDEN, desc = "a series that exists was not found")
  public static class ActualLookup {
    private final MetricStream stream = Fixture.longCounter(DELTA, NO_LIMIT).stream();
    private final Series idle = Fixture.seriesOfA(stream);
    private final Series other = stream.seriesMap().findOrAdd(B);

    @Actor
    public void find(I_Result r) {
      r.r1 = stream.seriesMap().find(B) == other ? 1 : 0;
    }

    @Actor
    public void evict() {
      if (stream.seriesMap().tryEvict(idle, 0)) {
        stream.seriesMap().removeEvicted();
      }
    }
  }

  /**
   * A series that is removed because it was empty a moment ago takes a late measurement with it.
   */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "counted")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByRemovalWithoutRetirement {
    private final MetricStream stream = Fixture.longCounter(DELTA, NO_LIMIT).stream();
    private final AtomicReference<Series> only = new AtomicReference<>(new Series(stream, A, 0, 0));

    @Actor
    public void record() {
      Series series = only.get();
      if (series == null) {
        series = new Series(stream, A, 0, 0);
        only.set(series);
      }
      final SumCell cell = (SumCell) series.acquire();
      cell.addLong(1);
      cell.release();
    }

    @Actor
    public void evict() {
      final boolean[] empty = {true};
      only.get()
          .visitCells(
              cell -> {
                if (cell.tryAcquire()) {
                  empty[0] &= cell.isEmpty();
                  cell.release();
                } else {
                  empty[0] = false;
                }
              });
      if (empty[0]) {
        only.set(null);
      }
    }

    @Arbiter
    public void collect(I_Result r) {
      final Series series = only.get();
      if (series != null) {
        series.visitCells(cell -> r.r1 += (int) ((SumCell) cell).longSum());
      }
    }
  }

  /** Who retires the cells by storing the array, not exchanging it, drops one added meanwhile. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "counted")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByStoredRetirement {
    private static final SumCell[] EVICTED = {};

    private final MetricStream stream = Fixture.longCounter(DELTA, NO_LIMIT).stream();
    private final Series series = Fixture.seriesOfA(stream);
    private final SumCell first = newCell();
    private final AtomicReference<SumCell[]> stripes = new AtomicReference<>(new SumCell[] {first});
    private boolean isInNewSeries;

    @Actor
    public void record() {
      if (first.tryAcquire()) {
        first.addLong(1);
        first.release();
        return;
      }
      final SumCell[] seen = stripes.get();
      final SumCell added = newCell();
      added.addLong(1);
      isInNewSeries = seen == EVICTED || !stripes.compareAndSet(seen, new SumCell[] {first, added});
    }

    @Actor
    public void evict() {
      if (first.tryAcquire()) {
        if (first.isEmpty() && stripes.get().length == 1) {
          Thread.onSpinWait();
          stripes.set(EVICTED);
          first.retire();
        } else {
          first.release();
        }
      }
    }

    @Arbiter
    public void collect(I_Result r) {
      r.r1 = isInNewSeries ? 1 : 0;
      for (final SumCell cell : stripes.get()) {
        r.r1 += (int) cell.longSum();
      }
    }

    private SumCell newCell() {
      return (SumCell) stream.newCell(series);
    }
  }

  /** An entry that is taken out of a table in place hides the ones that it had pushed on. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "found")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByRemovalInPlace {
    private final AtomicReferenceArray<String> table =
        new AtomicReferenceArray<>(new String[] {"a", "b", null});

    @Actor
    public void find(I_Result r) {
      for (int i = 0; table.get(i) != null; i++) {
        if ("b".equals(table.get(i))) {
          r.r1 = 1;
          return;
        }
      }
    }

    @Actor
    public void remove() {
      table.set(0, null);
      table.set(0, "b");
      table.set(1, null);
    }
  }

  private Eviction() {}
}
