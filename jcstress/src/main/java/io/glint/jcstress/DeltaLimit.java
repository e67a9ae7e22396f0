package io.glint.jcstress;

import static io.glint.jcstress.Fixture.A;
import static io.glint.jcstress.Fixture.B;
import static io.glint.jcstress.Fixture.C;
import static io.glint.jcstress.Fixture.DELTA;
import static io.glint.jcstress.Fixture.IDLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.series.Overflow;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.series.SeriesMap;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * Under delta the cardinality limit counts the attribute sets of one interval: as long as they fit,
 * recorders make room and none overflows, and every measurement is counted exactly once.
 *
 * <p>A thread that is stopped while it evicts a series may keep that one place from the others, so
 * with a limit of 1 an overflow is lawful. With two idle series it is not: the thread holds one of
 * them only.
 */
public class DeltaLimit {

  /** Both bring new attributes to a stream that is full of idle series: they get a series each. */
  @JCStressTest
  @State
  @Outcome(id = "1, 2, 0", expect = ACCEPTABLE, desc = "a series each")
  @Outcome(expect = FORBIDDEN, desc = "an overflow though both fit, or a measurement lost")
  public static class ActualTwoNewSets {
    private final StreamCollector collector = fullOfIdle(4);
    private final MetricStream stream = collector.stream();

    @Actor
    public void one() {
      stream.recordLong(1, B, null);
    }

    @Actor
    public void two() {
      stream.recordLong(2, C, null);
    }

    @Arbiter
    public void collect(III_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = Fixture.total(Fixture.point(points, B));
      r.r2 = Fixture.total(Fixture.point(points, C));
      r.r3 = overflow(points);
    }
  }

  /** As before, but there is one place: one of them gets it, the other overflows. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 0, 2", "0, 2, 1"},
      expect = ACCEPTABLE,
      desc = "one series, one overflow")
  @Outcome(expect = FORBIDDEN, desc = "the limit was not kept or not used, or a measurement lost")
  public static class ActualOnePlace {
    private final StreamCollector collector = fullOfIdle(1);
    private final MetricStream stream = collector.stream();

    @Actor
    public void one() {
      stream.recordLong(1, B, null);
    }

    @Actor
    public void two() {
      stream.recordLong(2, C, null);
    }

    @Arbiter
    public void collect(III_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = Fixture.total(Fixture.point(points, B));
      r.r2 = Fixture.total(Fixture.point(points, C));
      r.r3 = overflow(points);
    }
  }

  /** One makes room while the other records into a series that is idle: both fit. */
  @JCStressTest
  @State
  @Outcome(id = "1, 2, 0", expect = ACCEPTABLE, desc = "a series each")
  @Outcome(expect = FORBIDDEN, desc = "an overflow though both fit, or a measurement lost")
  public static class ActualIdleSeries {
    private final StreamCollector collector = fullOfIdle(2);
    private final MetricStream stream = collector.stream();

    @Actor
    public void makeRoom() {
      stream.recordLong(1, B, null);
    }

    @Actor
    public void record() {
      stream.recordLong(2, A, null);
    }

    @Arbiter
    public void collect(III_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = Fixture.total(Fixture.point(points, B));
      r.r2 = Fixture.total(Fixture.point(points, A));
      r.r3 = overflow(points);
    }
  }

  /** As before, but the idle series has the only place: whoever comes second overflows. */
  @JCStressTest
  @State
  @Outcome(id = "1, 0, 2", expect = ACCEPTABLE, desc = "the idle series was evicted")
  @Outcome(id = "0, 2, 1", expect = ACCEPTABLE, desc = "the idle series is in use again")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualOnlySeries {
    private final StreamCollector collector = fullOfIdle(1);
    private final MetricStream stream = collector.stream();

    @Actor
    public void makeRoom() {
      stream.recordLong(1, B, null);
    }

    @Actor
    public void record() {
      stream.recordLong(2, A, null);
    }

    @Arbiter
    public void collect(III_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = Fixture.total(Fixture.point(points, B));
      r.r2 = Fixture.total(Fixture.point(points, A));
      r.r3 = overflow(points);
    }
  }

  /**
   * One makes room while the collector evicts the same series: there is room, and the collector
   * does not wait for a cell that was retired before its eyes.
   */
  @JCStressTest
  @State
  @Outcome(id = "1, 0, 0, 0", expect = ACCEPTABLE, desc = "in the first interval")
  @Outcome(id = "0, 1, 0, 0", expect = ACCEPTABLE, desc = "in the second interval")
  @Outcome(
      expect = FORBIDDEN,
      desc = "lost, counted twice, an overflow though it fits, or the collector waited a second")
  public static class ActualCollection {
    private final StreamCollector collector = fullOfIdle(2);
    private final MetricStream stream = collector.stream();

    @Actor
    public void makeRoom() {
      stream.recordLong(1, B, null);
    }

    @Actor
    public void collect(IIII_Result r) {
      final long start = System.nanoTime();
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r4 = System.nanoTime() - start >= A_SECOND ? 1 : 0;
      r.r1 = Fixture.total(points);
      r.r3 = overflow(points);
    }

    @Arbiter
    public void collectRest(IIII_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r2 = Fixture.total(points);
      r.r3 += overflow(points);
    }
  }

  /**
   * One makes room while the collector empties the only series, which can be evicted once it was
   * collected.
   */
  @JCStressTest
  @State
  @Outcome(
      id = {"3, 0, 0", "2, 1, 0"},
      expect = ACCEPTABLE,
      desc = "both, each once")
  @Outcome(expect = FORBIDDEN, desc = "lost, counted twice, or the collector waited a second")
  public static class ActualCollectionOfUsed {
    private final StreamCollector collector = fullOfIdle(1);
    private final MetricStream stream = collector.stream();

    public ActualCollectionOfUsed() {
      stream.recordLong(2, A, null);
    }

    @Actor
    public void makeRoom() {
      stream.recordLong(1, B, null);
    }

    @Actor
    public void collect(III_Result r) {
      final long start = System.nanoTime();
      r.r1 = Fixture.collectTotal(collector);
      r.r3 = System.nanoTime() - start >= A_SECOND ? 1 : 0;
    }

    @Arbiter
    public void collectRest(III_Result r) {
      r.r2 = Fixture.collectTotal(collector);
    }
  }

  /**
   * Who found no place before room was made, and then hears that it has been, has to look again.
   */
  @JCStressTest
  @State
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "a place each")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByStaleLook {
    private final SeriesMap map = fullOfIdle(4).stream().seriesMap();
    private volatile boolean isRoomMade;

    @Actor
    public void one(II_Result r) {
      r.r1 = findsPlace(B) ? 1 : 0;
    }

    @Actor
    public void two(II_Result r) {
      r.r2 = findsPlace(C) ? 1 : 0;
    }

    private boolean findsPlace(Attributes attributes) {
      while (map.findOrAdd(attributes) == null) {
        for (int i = 0; i < 10; i++) {
          Thread.onSpinWait();
        }
        if (isRoomMade) {
          return false;
        }
        evictIdle(map);
        isRoomMade = true;
      }
      return true;
    }
  }

  /** Who evicts a series without a look at what it holds loses a late measurement. */
  @JCStressTest
  @State
  @Outcome(id = "2", expect = ACCEPTABLE, desc = "counted")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByBlindEviction {
    private final StreamCollector collector = fullOfIdle(1);
    private final MetricStream stream = collector.stream();
    private final Series idle = Fixture.seriesOfA(stream);

    @Actor
    public void record() {
      stream.recordLong(2, A, null);
    }

    @Actor
    public void makeRoom() {
      final SeriesMap map = stream.seriesMap();
      if (map.tryEvict(idle, 0) || map.tryEvict(idle, 1)) {
        map.removeEvicted();
      }
    }

    @Arbiter
    public void collect(I_Result r) {
      r.r1 = Fixture.collectTotal(collector);
    }
  }

  /** A collector that takes a retired cell for one in use waits as long as it can. */
  @JCStressTest
  @State
  @Outcome(id = "0", expect = ACCEPTABLE, desc = "did not wait")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByPatience {
    private static final int PATIENCE = 1000;

    private final Series idle = Fixture.seriesOfA(fullOfIdle(1).stream());

    @Actor
    public void makeRoom() {
      final var unused = idle.evict(0);
    }

    @Actor
    public void collect(I_Result r) {
      idle.visitCells(
          cell -> {
            int attempts = 0;
            while (attempts < PATIENCE && !cell.tryAcquire()) {
              attempts++;
            }
            if (attempts < PATIENCE) {
              cell.release();
            } else if (cell.isRetired()) {
              r.r1 = 1;
            }
          });
    }
  }

  private static final long A_SECOND = 1_000_000_000;

  /**
   * A stream that has as many series as its limit allows, none of them used in this interval.
   *
   * @param limit 1, 2, or 4: then the table is full as well
   */
  private static StreamCollector fullOfIdle(int limit) {
    final StreamCollector collector = Fixture.longCounter(DELTA, limit);
    final MetricStream stream = collector.stream();
    Fixture.seriesOfA(stream);
    if (limit == 4) {
      Fixture.fillSmallestTable(stream);
    } else if (limit == 2) {
      stream.seriesMap().findOrAdd(IDLE);
    }
    return collector;
  }

  private static void evictIdle(SeriesMap map) {
    map.forEach(
        series -> {
          final var unused = map.tryEvict(series, 0);
        });
    map.removeEvicted();
  }

  private static int overflow(List<? extends PointData> points) {
    return Fixture.total(Fixture.point(points, Overflow.ATTRIBUTES));
  }

  private DeltaLimit() {}
}
