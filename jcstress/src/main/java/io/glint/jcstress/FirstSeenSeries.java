package io.glint.jcstress;

import static io.glint.jcstress.Fixture.A;
import static io.glint.jcstress.Fixture.B;
import static io.glint.jcstress.Fixture.C;
import static io.glint.jcstress.Fixture.CUMULATIVE;
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
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * Attributes that are recorded for the first time get one series, however many threads bring them
 * and however many series there are.
 */
public class FirstSeenSeries {

  /** Both bring the same attributes: they get one series. */
  @JCStressTest
  @State
  @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "one series that counts both")
  @Outcome(expect = FORBIDDEN, desc = "two series of one attribute set, or a measurement lost")
  public static class ActualSameAttributes {
    private final StreamCollector collector = Fixture.longCounter(CUMULATIVE, NO_LIMIT);
    private final MetricStream stream = collector.stream();

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
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = points.size();
      r.r2 = Fixture.total(points);
    }
  }

  /** Each brings attributes of its own: they get a series each. */
  @JCStressTest
  @State
  @Outcome(id = "2, 1, 1", expect = ACCEPTABLE, desc = "a series each")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualDifferentAttributes {
    private final StreamCollector collector = Fixture.longCounter(CUMULATIVE, NO_LIMIT);
    private final MetricStream stream = collector.stream();

    @Actor
    public void one() {
      stream.recordLong(1, A, null);
    }

    @Actor
    public void two() {
      stream.recordLong(1, B, null);
    }

    @Arbiter
    public void collect(III_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = points.size();
      r.r2 = Fixture.total(Fixture.point(points, A));
      r.r3 = Fixture.total(Fixture.point(points, B));
    }
  }

  /** Each brings attributes of its own, and there is one place left: one of them overflows. */
  @JCStressTest
  @State
  @Outcome(id = "2, 1, 1", expect = ACCEPTABLE, desc = "one series, one overflow")
  @Outcome(expect = FORBIDDEN, desc = "the limit was not kept, or a measurement lost")
  public static class ActualLastPlace {
    private final StreamCollector collector = Fixture.longCounter(CUMULATIVE, 2);
    private final MetricStream stream = collector.stream();

    public ActualLastPlace() {
      stream.recordLong(1, A, null);
    }

    @Actor
    public void one() {
      stream.recordLong(1, B, null);
    }

    @Actor
    public void two() {
      stream.recordLong(1, C, null);
    }

    @Arbiter
    public void collect(III_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = stream.seriesMap().size();
      r.r2 = Fixture.total(Fixture.point(points, B)) + Fixture.total(Fixture.point(points, C));
      r.r3 = Fixture.total(Fixture.point(points, Overflow.ATTRIBUTES));
    }
  }

  /** Both bring the same attributes, and there is one place left: they share it. */
  @JCStressTest
  @State
  @Outcome(id = "2, 2, 0", expect = ACCEPTABLE, desc = "both in the last series")
  @Outcome(expect = FORBIDDEN, desc = "one of them overflowed, or was lost")
  public static class ActualLastPlaceForBoth {
    private final StreamCollector collector = Fixture.longCounter(CUMULATIVE, 2);
    private final MetricStream stream = collector.stream();

    public ActualLastPlaceForBoth() {
      stream.recordLong(1, B, null);
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
    public void collect(III_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = stream.seriesMap().size();
      r.r2 = Fixture.total(Fixture.point(points, A));
      r.r3 = Fixture.total(Fixture.point(points, Overflow.ATTRIBUTES));
    }
  }

  /** Both overflow for the first time: there is one overflow series. */
  @JCStressTest
  @State
  @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "one overflow series that counts both")
  @Outcome(expect = FORBIDDEN, desc = "two overflow series, or a measurement lost")
  public static class ActualOverflow {
    private final StreamCollector collector = Fixture.longCounter(CUMULATIVE, 1);
    private final MetricStream stream = collector.stream();

    public ActualOverflow() {
      Fixture.seriesOfA(stream);
    }

    @Actor
    public void one() {
      stream.recordLong(1, B, null);
    }

    @Actor
    public void two() {
      stream.recordLong(1, C, null);
    }

    @Arbiter
    public void collect(II_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = points.size();
      r.r2 = Fixture.total(points);
    }
  }

  /** A series that is looked up while its table grows, because another is added, is found. */
  @JCStressTest
  @State
  @Outcome(id = "1, 5", expect = ACCEPTABLE, desc = "found, and none lost")
  @Outcome(expect = FORBIDDEN, desc = "a series that exists was not found")
  public static class ActualGrowth {
    private final MetricStream stream = Fixture.longCounter(CUMULATIVE, NO_LIMIT).stream();
    private final Series known = Fixture.seriesOfA(stream);

    public ActualGrowth() {
      Fixture.fillSmallestTable(stream);
    }

    @Actor
    public void add() {
      stream.seriesMap().findOrAdd(B);
    }

    @Actor
    public void find(II_Result r) {
      r.r1 = stream.seriesMap().find(OTHER_A) == known ? 1 : 0;
    }

    @Arbiter
    public void count(II_Result r) {
      r.r2 = stream.seriesMap().size();
    }
  }

  /** Two series that each make the table grow are both in it. */
  @JCStressTest
  @State
  @Outcome(id = "6, 1, 1", expect = ACCEPTABLE, desc = "both added")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualGrowthTwice {
    private final StreamCollector collector = Fixture.longCounter(CUMULATIVE, NO_LIMIT);
    private final MetricStream stream = collector.stream();

    public ActualGrowthTwice() {
      Fixture.seriesOfA(stream);
      Fixture.fillSmallestTable(stream);
    }

    @Actor
    public void one() {
      stream.recordLong(1, B, null);
    }

    @Actor
    public void two() {
      stream.recordLong(1, C, null);
    }

    @Arbiter
    public void collect(III_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = stream.seriesMap().size();
      r.r2 = Fixture.total(Fixture.point(points, B));
      r.r3 = Fixture.total(Fixture.point(points, C));
    }
  }

  /** A series that is found is complete: what a recorder needs of it is seen. */
  @JCStressTest
  @State
  @Outcome(
      id = {"not yet", "complete"},
      expect = ACCEPTABLE,
      desc = "none or all of it")
  @Outcome(expect = FORBIDDEN, desc = "a series was seen before it was complete")
  public static class ActualPublication {
    private final MetricStream stream = Fixture.longCounter(CUMULATIVE, NO_LIMIT).stream();

    @Actor
    public void add() {
      stream.recordLong(1, A, null);
    }

    @Actor
    public void find(L_Result r) {
      final Series series = stream.seriesMap().find(OTHER_A);
      if (series == null) {
        r.r1 = "not yet";
        return;
      }
      final Cell cell = series.acquire();
      final boolean complete =
          A.equals(series.attributes)
              && cell != null
              && (cell.isEmpty() || ((SumCell) cell).longSum() == 1);
      r.r1 = complete ? "complete" : "incomplete";
    }
  }

  /** One overflows, the other brings the attributes of overflow itself: they share the series. */
  @JCStressTest
  @State
  @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "one overflow series that counts both")
  @Outcome(expect = FORBIDDEN, desc = "two overflow series, or a measurement lost")
  public static class ActualOverflowByName {
    private final StreamCollector collector = Fixture.longCounter(CUMULATIVE, 1);
    private final MetricStream stream = collector.stream();

    public ActualOverflowByName() {
      Fixture.seriesOfA(stream);
    }

    @Actor
    public void one() {
      stream.recordLong(1, B, null);
    }

    @Actor
    public void two() {
      stream.recordLong(1, Overflow.ATTRIBUTES, null);
    }

    @Arbiter
    public void collect(II_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = points.size();
      r.r2 = Fixture.total(points);
    }
  }

  /** A series that is added without a look at the one that took the place before is there twice. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "one series")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByUncheckedAdd {
    private final AtomicReferenceArray<String> order = new AtomicReferenceArray<>(2);

    @Actor
    public void one() {
      add("a");
    }

    @Actor
    public void two() {
      add("a");
    }

    @Arbiter
    public void count(I_Result r) {
      r.r1 = order.get(1) == null ? 1 : 2;
    }

    private void add(String attributes) {
      for (int place = 0; place < order.length(); place++) {
        final String there = order.get(place);
        if (attributes.equals(there)) {
          return;
        }
        if (there == null && order.compareAndSet(place, null, attributes)) {
          return;
        }
      }
    }
  }

  /** A limit that is checked before it is counted is exceeded. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "the limit")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByLimitCheckedFirst {
    private static final int LIMIT = 1;

    private final AtomicInteger size = new AtomicInteger();

    @Actor
    public void one() {
      add();
    }

    @Actor
    public void two() {
      add();
    }

    @Arbiter
    public void count(I_Result r) {
      r.r1 = size.get();
    }

    private void add() {
      if (size.get() < LIMIT) {
        size.incrementAndGet();
      }
    }
  }

  /** A larger table that is published before it is filled loses sight of what it will hold. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "found")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByEarlyPublication {
    private volatile AtomicReferenceArray<String> table =
        new AtomicReferenceArray<>(new String[] {"a"});

    @Actor
    public void grow() {
      final AtomicReferenceArray<String> full = table;
      final AtomicReferenceArray<String> copy = new AtomicReferenceArray<>(2);
      table = copy;
      copy.set(0, full.get(0));
    }

    @Actor
    public void find(I_Result r) {
      r.r1 = "a".equals(table.get(0)) ? 1 : 0;
    }
  }

  /** An overflow series that is stored, not exchanged, replaces one that counts already. */
  @JCStressTest
  @State
  @Outcome(id = "2", expect = ACCEPTABLE, desc = "one overflow series that counts both")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByStoredOverflow {
    private volatile AtomicInteger overflow;

    @Actor
    public void one() {
      record();
    }

    @Actor
    public void two() {
      record();
    }

    @Arbiter
    public void count(I_Result r) {
      r.r1 = overflow.get();
    }

    private void record() {
      AtomicInteger series = overflow;
      if (series == null) {
        series = new AtomicInteger();
        overflow = series;
      }
      series.incrementAndGet();
    }
  }

  private FirstSeenSeries() {}
}
