package io.glint.jcstress;

import static io.glint.jcstress.Fixture.A;
import static io.glint.jcstress.Fixture.NO_LIMIT;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.series.SeriesMap;
import io.glint.sdk.internal.stream.MetricStream;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A measurement recorded while its cumulative series is dropped, for it was silent, is counted: in
 * that series, which then stays, or in a new one that starts from zero.
 */
public class IdleSeries {

  /** In a series whose one measurement was collected. */
  @JCStressTest
  @State
  @Outcome(id = "1, 10", expect = ACCEPTABLE, desc = "the series was dropped, and made anew")
  @Outcome(
      id = {"1, 11", "11, 11"},
      expect = ACCEPTABLE,
      desc = "the series stayed")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualDrop {
    private final StreamCollector collector = Fixture.idleCounter(NO_LIMIT);
    private final MetricStream stream = collector.stream();

    public ActualDrop() {
      stream.recordLong(1, A, null);
      Fixture.silence(Fixture.seriesOfA(stream), 1);
    }

    @Actor
    public void record() {
      stream.recordLong(10, A, null);
    }

    @Actor
    public void collect(II_Result r) {
      r.r1 = Fixture.collectTotal(collector);
    }

    @Arbiter
    public void collectAgain(II_Result r) {
      r.r2 = Fixture.collectTotal(collector);
    }
  }

  /** In one that has three cells. */
  @JCStressTest
  @State
  @Outcome(id = "1, 10", expect = ACCEPTABLE, desc = "the series was dropped, and made anew")
  @Outcome(
      id = {"1, 11", "11, 11"},
      expect = ACCEPTABLE,
      desc = "the series stayed")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualDropOfStripes {
    private final StreamCollector collector = Fixture.idleCounter(NO_LIMIT);
    private final MetricStream stream = collector.stream();

    public ActualDropOfStripes() {
      stream.recordLong(1, A, null);
      Fixture.stripe(Fixture.seriesOfA(stream));
      Fixture.silence(Fixture.seriesOfA(stream), 1);
    }

    @Actor
    public void record() {
      stream.recordLong(10, A, null);
    }

    @Actor
    public void collect(II_Result r) {
      r.r1 = Fixture.collectTotal(collector);
    }

    @Arbiter
    public void collectAgain(II_Result r) {
      r.r2 = Fixture.collectTotal(collector);
    }
  }

  /**
   * A series that is evicted without a comparison of what it holds with what was collected takes a
   * measurement with it.
   */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 10", "1, 11", "11, 11"},
      expect = ACCEPTABLE,
      desc = "counted")
  @Outcome(id = "11, 0", expect = ACCEPTABLE, desc = "counted before the series was dropped")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByBlindDrop {
    private final StreamCollector collector = Fixture.idleCounter(NO_LIMIT);
    private final MetricStream stream = collector.stream();
    private final Series series = Fixture.seriesOfA(stream);

    public BrokenByBlindDrop() {
      stream.recordLong(1, A, null);
    }

    @Actor
    public void record() {
      stream.recordLong(10, A, null);
    }

    @Actor
    public void collect(II_Result r) {
      r.r1 = Fixture.collectTotal(collector);
      final SeriesMap map = stream.seriesMap();
      if (map.tryEvict(series, 1) || map.tryEvict(series, 2)) {
        map.removeEvicted();
      }
    }

    @Arbiter
    public void collectAgain(II_Result r) {
      r.r2 = Fixture.collectTotal(collector);
    }
  }

  private IdleSeries() {}
}
