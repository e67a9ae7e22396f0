package io.glint.jcstress;

import static io.glint.jcstress.Fixture.A;
import static io.glint.jcstress.Fixture.B;
import static io.glint.jcstress.Fixture.CUMULATIVE;
import static io.glint.jcstress.Fixture.DELTA;
import static io.glint.jcstress.Fixture.NO_LIMIT;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.glint.sdk.internal.cell.SumCell;
import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
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
 * A stream remembers its only series in a plain field. Whoever sees a series there sees it
 * complete, and never takes it for that of other attributes.
 */
public class SeriesHint {

  /** The very same attributes, for the first time: the second may come by the hint. */
  @JCStressTest
  @State
  @Outcome(id = "1, 2, 1025", expect = ACCEPTABLE, desc = "one series that counts both")
  @Outcome(expect = FORBIDDEN, desc = "a series was seen before it was complete")
  public static class ActualFirstSeen {
    private final StreamCollector collector = Fixture.exponential(CUMULATIVE);
    private final MetricStream stream = collector.stream();

    @Actor
    public void one() {
      stream.recordDouble(1, A, null);
    }

    @Actor
    public void two() {
      stream.recordDouble(1024, A, null);
    }

    @Arbiter
    public void collect(III_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      final ExponentialHistogramPointData point = (ExponentialHistogramPointData) points.get(0);
      r.r1 = points.size();
      r.r2 = (int) point.getCount();
      r.r3 = (int) point.getSum();
    }
  }

  /** The second attribute set ends the hint at the first: each has its own measurements. */
  @JCStressTest
  @State
  @Outcome(id = "3, 30", expect = ACCEPTABLE, desc = "each in its own series")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost, or in the wrong series")
  public static class ActualTwoAttributeSets {
    private final StreamCollector collector = Fixture.longCounter(CUMULATIVE, NO_LIMIT);
    private final MetricStream stream = collector.stream();

    @Actor
    public void one() {
      stream.recordLong(1, A, null);
      stream.recordLong(10, B, null);
      stream.recordLong(1, A, null);
    }

    @Actor
    public void two() {
      stream.recordLong(10, B, null);
      stream.recordLong(1, A, null);
      stream.recordLong(10, B, null);
    }

    @Arbiter
    public void collect(II_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = Fixture.total(Fixture.point(points, A));
      r.r2 = Fixture.total(Fixture.point(points, B));
    }
  }

  /** Both find an evicted series by the hint: they make one new one. */
  @JCStressTest
  @State
  @Outcome(id = "1, 3", expect = ACCEPTABLE, desc = "one series that counts both")
  @Outcome(expect = FORBIDDEN, desc = "two series of one attribute set, or a measurement lost")
  public static class ActualEvicted {
    private final StreamCollector collector = Fixture.longCounter(DELTA, NO_LIMIT);
    private final MetricStream stream = collector.stream();

    public ActualEvicted() {
      stream.recordLong(1, A, null);
      final var unused = Fixture.collect(collector);
      final var unusedToo = stream.seriesMap().tryEvict(Fixture.seriesOfA(stream), 0);
    }

    @Actor
    public void one() {
      stream.recordLong(1, A, null);
    }

    @Actor
    public void two() {
      stream.recordLong(2, A, null);
    }

    @Arbiter
    public void collect(II_Result r) {
      r.r1 = stream.seriesMap().size();
      r.r2 = Fixture.collectTotal(collector);
    }
  }

  /** The hint is evicted while it is used. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 0", "0, 1"},
      expect = ACCEPTABLE,
      desc = "counted once")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualEviction {
    private final StreamCollector collector = Fixture.longCounter(DELTA, NO_LIMIT);
    private final MetricStream stream = collector.stream();

    public ActualEviction() {
      stream.recordLong(1, A, null);
      final var unused = Fixture.collect(collector);
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

  /** A hint of two fields gives the attributes of one series and the cells of another. */
  @JCStressTest
  @State
  @Outcome(id = "3, 30", expect = ACCEPTABLE, desc = "each in its own series")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenBySplitHint {
    private final StreamCollector collector = Fixture.longCounter(CUMULATIVE, NO_LIMIT);
    private final MetricStream stream = collector.stream();
    private Attributes hintedAttributes;
    private Series hinted;

    @Actor
    public void one() {
      record(1, A);
      record(10, B);
      record(1, A);
    }

    @Actor
    public void two() {
      record(10, B);
      record(1, A);
      record(10, B);
    }

    @Arbiter
    public void collect(II_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = Fixture.total(Fixture.point(points, A));
      r.r2 = Fixture.total(Fixture.point(points, B));
    }

    private void record(long value, Attributes attributes) {
      Series series = hintedAttributes == attributes ? hinted : null;
      if (series == null) {
        series = stream.seriesMap().findOrAdd(attributes);
        hintedAttributes = attributes;
        hinted = series;
      }
      final SumCell cell = (SumCell) series.acquire();
      cell.addLong(value);
      cell.release();
    }
  }

  /** A series that is hinted at before it has its parts is seen without them. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0", "2"},
      expect = ACCEPTABLE,
      desc = "not seen, or complete")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByEarlyHint {
    private volatile Parts hinted;

    @Actor
    public void make() {
      final Parts made = new Parts();
      hinted = made;
      made.attributes = A;
      made.words = new long[4];
    }

    @Actor
    public void find(I_Result r) {
      final Parts seen = hinted;
      if (seen != null) {
        r.r1 = (seen.attributes == null ? 0 : 1) + (seen.words == null ? 0 : 1);
        r.r1 = r.r1 == 0 ? -1 : r.r1;
      }
    }

    private static final class Parts {
      Attributes attributes;
      long[] words;
    }
  }

  private SeriesHint() {}
}
