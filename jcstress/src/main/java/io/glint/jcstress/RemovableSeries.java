package io.glint.jcstress;

import static io.glint.jcstress.Fixture.A;
import static io.glint.jcstress.Fixture.CUMULATIVE;
import static io.glint.jcstress.Fixture.DELTA;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.data.PointPool;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.series.SeriesMap;
import io.glint.sdk.internal.stream.MetricStream;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A measurement recorded while its series is made removable, and is dropped, is counted: in that
 * series, which then stays until its reader has it, or in a new one that starts from zero.
 */
public class RemovableSeries {

  /** A cumulative series whose one measurement its reader has had. */
  private abstract static class OneMeasurement {
    final StreamCollector collector = Fixture.removableCounter(CUMULATIVE);
    final MetricStream stream = collector.stream();
    private final PointPool reader = new PointPool(/* isReused= */ false);

    OneMeasurement() {
      collector.addReader(reader);
      stream.recordLong(1, A, null);
      Fixture.silence(Fixture.seriesOfA(stream), 1);
    }

    final int collect() {
      return Fixture.collectTotal(collector, reader);
    }
  }

  /** Recorded by one thread while another says that the series has had its last measurement. */
  @JCStressTest
  @State
  @Outcome(id = "1, 10", expect = ACCEPTABLE, desc = "the series was dropped, and made anew")
  @Outcome(
      id = {"1, 11", "11, 11"},
      expect = ACCEPTABLE,
      desc = "the series stayed")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualRemoval extends OneMeasurement {
    @Actor
    public void record() {
      stream.recordLong(10, A, null);
    }

    @Actor
    public void remove(II_Result r) {
      stream.setSeriesRemovable(A, true);
      r.r1 = collect();
    }

    @Arbiter
    public void collectAgain(II_Result r) {
      r.r2 = collect();
    }
  }

  /** In a series that has three cells. */
  @JCStressTest
  @State
  @Outcome(id = "1, 10", expect = ACCEPTABLE, desc = "the series was dropped, and made anew")
  @Outcome(
      id = {"1, 11", "11, 11"},
      expect = ACCEPTABLE,
      desc = "the series stayed")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualRemovalOfStripes extends OneMeasurement {
    public ActualRemovalOfStripes() {
      Fixture.stripe(Fixture.seriesOfA(stream));
    }

    @Actor
    public void record() {
      stream.recordLong(10, A, null);
    }

    @Actor
    public void remove(II_Result r) {
      stream.setSeriesRemovable(A, true);
      r.r1 = collect();
    }

    @Arbiter
    public void collectAgain(II_Result r) {
      r.r2 = collect();
    }
  }

  /** What was recorded before the series was made removable is in its last point. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 11", "11, 11"},
      expect = ACCEPTABLE,
      desc = "in a point of the series")
  @Outcome(expect = FORBIDDEN, desc = "dropped before the reader had it")
  public static class ActualLastMeasurement extends OneMeasurement {
    @Actor
    public void recordAndRemove() {
      stream.recordLong(10, A, null);
      stream.setSeriesRemovable(A, true);
    }

    @Actor
    public void collect(II_Result r) {
      r.r1 = collect();
    }

    @Arbiter
    public void collectAgain(II_Result r) {
      r.r2 = collect();
    }
  }

  /**
   * A series that is removable no more, as a meter of the same name was made, stays; or there is a
   * new one, which stays.
   */
  @JCStressTest
  @State
  @Outcome(id = "1, 10, 10", expect = ACCEPTABLE, desc = "the series was dropped, and made anew")
  @Outcome(
      id = {"1, 11, 11", "11, 11, 11"},
      expect = ACCEPTABLE,
      desc = "the series stayed")
  @Outcome(
      expect = FORBIDDEN,
      desc = "a measurement was lost or counted twice, or the series ended")
  public static class ActualTakenBack extends OneMeasurement {
    public ActualTakenBack() {
      stream.setSeriesRemovable(A, true);
    }

    @Actor
    public void takeBackAndRecord() {
      stream.setSeriesRemovable(A, false);
      stream.recordLong(10, A, null);
    }

    @Actor
    public void collect(III_Result r) {
      r.r1 = collect();
    }

    @Arbiter
    public void collectUntilItWouldHaveEnded(III_Result r) {
      r.r2 = collect();
      Fixture.silence(Fixture.seriesOfA(stream), r.r2 > 10 ? 2 : 1);
      collect();
      r.r3 = collect();
    }
  }

  /** Under delta temporality. */
  @JCStressTest
  @State
  @Outcome(id = "10, 0", expect = ACCEPTABLE, desc = "in the first interval")
  @Outcome(id = "0, 10", expect = ACCEPTABLE, desc = "in the second interval")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualRemovalUnderDelta {
    private final StreamCollector collector = Fixture.removableCounter(DELTA);
    private final MetricStream stream = collector.stream();

    public ActualRemovalUnderDelta() {
      // As if it had had a point, or it would be dropped in any case.
      Fixture.seriesOfA(stream).isStartReported = true;
    }

    @Actor
    public void record() {
      stream.recordLong(10, A, null);
    }

    @Actor
    public void remove(II_Result r) {
      stream.setSeriesRemovable(A, true);
      r.r1 = Fixture.collectTotal(collector);
    }

    @Arbiter
    public void collectAgain(II_Result r) {
      r.r2 = Fixture.collectTotal(collector);
    }
  }

  /** A view leads another attribute set to a series while the owner of the first gives it up. */
  @JCStressTest
  @State
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "the series stays")
  @Outcome(expect = FORBIDDEN, desc = "one owner ends the series of two")
  public static class ActualSharing {
    private final MetricStream stream = Fixture.removableCounter(CUMULATIVE).stream();
    private final Series series = Fixture.seriesOfA(stream);

    @Actor
    public void share() {
      series.markShared();
    }

    @Actor
    public void remove() {
      stream.setSeriesRemovable(A, true);
    }

    @Arbiter
    public void look(I_Result r) {
      r.r1 = series.isRemovable() ? 1 : 0;
    }
  }

  /** The wish to remove it is written after a look, and not exchanged: it may undo the mark. */
  @JCStressTest
  @State
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "the series stays")
  @Outcome(id = "1", expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByLookingFirst {
    private static final byte STAYS = 0;
    private static final byte REMOVABLE = 1;
    private static final byte SHARED = 2;

    private volatile byte removal;

    @Actor
    public void share() {
      removal = SHARED;
    }

    @Actor
    public void remove() {
      if (removal == STAYS) {
        removal = REMOVABLE;
      }
    }

    @Arbiter
    public void look(I_Result r) {
      r.r1 = removal == REMOVABLE ? 1 : 0;
    }
  }

  /**
   * A series that is dropped because it is removable, without a comparison of what it holds with
   * what was collected, takes a measurement with it.
   */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 10", "1, 11", "11, 11"},
      expect = ACCEPTABLE,
      desc = "counted")
  @Outcome(id = "11, 0", expect = ACCEPTABLE, desc = "counted before the series was dropped")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByBlindRemoval extends OneMeasurement {
    private final Series series = Fixture.seriesOfA(stream);

    @Actor
    public void record() {
      stream.recordLong(10, A, null);
    }

    @Actor
    public void remove(II_Result r) {
      r.r1 = collect();
      final SeriesMap map = stream.seriesMap();
      if (map.tryEvict(series, 1) || map.tryEvict(series, 2)) {
        map.removeEvicted();
      }
    }

    @Arbiter
    public void collectAgain(II_Result r) {
      r.r2 = collect();
    }
  }

  /** A series that is in use again, and of which nobody has said so, ends. */
  @JCStressTest
  @State
  @Outcome(id = "1, 10, 10", expect = ACCEPTABLE, desc = "it was made anew")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByNotTakingBack extends OneMeasurement {
    public BrokenByNotTakingBack() {
      stream.setSeriesRemovable(A, true);
    }

    @Actor
    public void record() {
      stream.recordLong(10, A, null);
    }

    @Actor
    public void collect(III_Result r) {
      r.r1 = collect();
    }

    @Arbiter
    public void collectUntilItEnds(III_Result r) {
      r.r2 = collect();
      Fixture.silence(Fixture.seriesOfA(stream), r.r2 > 10 ? 2 : 1);
      collect();
      r.r3 = collect();
    }
  }

  private RemovableSeries() {}
}
