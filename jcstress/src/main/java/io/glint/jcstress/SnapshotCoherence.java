package io.glint.jcstress;

import static io.glint.jcstress.FaultyHistogramStream.Fault.COLLECTS_WITHOUT_OWNING;
import static io.glint.jcstress.FaultyHistogramStream.Fault.RECORDS_WITHOUT_OWNING;
import static io.glint.jcstress.Fixture.A;
import static io.glint.jcstress.Fixture.CUMULATIVE;
import static io.glint.jcstress.Fixture.DELTA;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.stream.MetricStream;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * A histogram point describes one set of complete measurements: its count, sum, minimum, maximum
 * and buckets agree, whenever it is collected.
 */
public class SnapshotCoherence {

  /** Two measurements of one value: a point shows none, one or both. */
  @JCStressTest
  @State
  @Outcome(
      id = {"none", "7", "7+7"},
      expect = ACCEPTABLE,
      desc = "coherent")
  @Outcome(expect = FORBIDDEN, desc = "count, sum, minimum, maximum and buckets do not agree")
  public static class ActualSameValueTwice {
    private final StreamCollector collector = Fixture.histogram(CUMULATIVE);
    private final MetricStream stream = collector.stream();

    public ActualSameValueTwice() {
      Fixture.seriesOfA(stream);
    }

    @Actor
    public void record() {
      stream.recordDouble(7, A, null);
      stream.recordDouble(7, A, null);
    }

    @Actor
    public void collect(L_Result r) {
      r.r1 = Fixture.describe(Fixture.collect(collector));
    }
  }

  /** Two measurements in different buckets, of which the second moves the maximum. */
  @JCStressTest
  @State
  @Outcome(
      id = {"none", "7", "7+20"},
      expect = ACCEPTABLE,
      desc = "coherent")
  @Outcome(expect = FORBIDDEN, desc = "count, sum, minimum, maximum and buckets do not agree")
  public static class ActualTwoBuckets {
    private final StreamCollector collector = Fixture.histogram(CUMULATIVE);
    private final MetricStream stream = collector.stream();

    public ActualTwoBuckets() {
      Fixture.seriesOfA(stream);
    }

    @Actor
    public void record() {
      stream.recordDouble(7, A, null);
      stream.recordDouble(20, A, null);
    }

    @Actor
    public void collect(L_Result r) {
      r.r1 = Fixture.describe(Fixture.collect(collector));
    }
  }

  /** Two measurements that may be in two cells, which are not copied at the same instant. */
  @JCStressTest
  @State
  @Outcome(
      id = {"none", "7", "20", "7+20"},
      expect = ACCEPTABLE,
      desc = "coherent")
  @Outcome(expect = FORBIDDEN, desc = "count, sum, minimum, maximum and buckets do not agree")
  public static class ActualStripes {
    private final StreamCollector collector = Fixture.histogram(CUMULATIVE);
    private final MetricStream stream = collector.stream();

    public ActualStripes() {
      Fixture.stripe(Fixture.seriesOfA(stream));
    }

    @Actor
    public void record() {
      stream.recordDouble(7, A, null);
      stream.recordDouble(20, A, null);
    }

    @Actor
    public void collect(L_Result r) {
      r.r1 = Fixture.describe(Fixture.collect(collector));
    }
  }

  /** A delta point, and the one of the interval after it. */
  @JCStressTest
  @State
  @Outcome(
      id = {"none, 7+20", "7, 20", "20, 7", "7+20, none"},
      expect = ACCEPTABLE,
      desc = "coherent, and each measurement in one interval")
  @Outcome(expect = FORBIDDEN, desc = "count, sum, minimum, maximum and buckets do not agree")
  public static class ActualDelta {
    private final StreamCollector collector = Fixture.histogram(DELTA);
    private final MetricStream stream = collector.stream();

    public ActualDelta() {
      Fixture.stripe(Fixture.seriesOfA(stream));
    }

    @Actor
    public void record() {
      stream.recordDouble(7, A, null);
      stream.recordDouble(20, A, null);
    }

    @Actor
    public void collect(LL_Result r) {
      r.r1 = Fixture.describe(Fixture.collect(collector));
    }

    @Arbiter
    public void collectRest(LL_Result r) {
      r.r2 = Fixture.describe(Fixture.collect(collector));
    }
  }

  /** Cumulative points of one collector after the other never go back. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0", "0, 1", "0, 2", "1, 1", "1, 2", "2, 2"},
      expect = ACCEPTABLE,
      desc = "the same or more")
  @Outcome(expect = FORBIDDEN, desc = "a cumulative count went back")
  public static class ActualNeverGoesBack {
    private final StreamCollector collector = Fixture.histogram(CUMULATIVE);
    private final MetricStream stream = collector.stream();

    public ActualNeverGoesBack() {
      Fixture.seriesOfA(stream);
    }

    @Actor
    public void record() {
      stream.recordDouble(7, A, null);
      stream.recordDouble(7, A, null);
    }

    @Actor
    public void collectTwice(II_Result r) {
      r.r1 = Fixture.collectTotal(collector);
      r.r2 = Fixture.collectTotal(collector);
    }
  }

  /** Ten measurements, any of which may be the last that the point shows. */
  @JCStressTest
  @State
  @Outcome(
      id = {"none", "7(.7)*"},
      expect = ACCEPTABLE,
      desc = "coherent")
  @Outcome(expect = FORBIDDEN, desc = "count, sum, minimum, maximum and buckets do not agree")
  public static class ActualTenMeasurements {
    private final StreamCollector collector = Fixture.histogram(CUMULATIVE);
    private final MetricStream stream = collector.stream();

    public ActualTenMeasurements() {
      Fixture.seriesOfA(stream);
    }

    @Actor
    public void record() {
      for (int i = 0; i < 10; i++) {
        stream.recordDouble(7, A, null);
      }
    }

    @Actor
    public void collect(L_Result r) {
      r.r1 = Fixture.describe(Fixture.collect(collector));
    }
  }

  /** Two readers of one cumulative stream at once: each has a point of its own. */
  @JCStressTest
  @State
  @Outcome(id = "7+20, 7+20", expect = ACCEPTABLE, desc = "coherent")
  @Outcome(expect = FORBIDDEN, desc = "count, sum, minimum, maximum and buckets do not agree")
  public static class ActualTwoReaders {
    private final StreamCollector collector = Fixture.histogram(CUMULATIVE);
    private final MetricStream stream = collector.stream();

    public ActualTwoReaders() {
      Fixture.stripe(Fixture.seriesOfA(stream));
      stream.recordDouble(7, A, null);
      stream.recordDouble(20, A, null);
    }

    @Actor
    public void one(LL_Result r) {
      r.r1 = Fixture.describe(Fixture.collect(collector));
    }

    @Actor
    public void two(LL_Result r) {
      r.r2 = Fixture.describe(Fixture.collect(collector));
    }
  }

  /** A collector that does not own what it copies sees half a measurement. */
  @JCStressTest
  @State
  @Outcome(
      id = {"none", "7(.7)*"},
      expect = ACCEPTABLE,
      desc = "coherent")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByUnownedCollection {
    private final StreamCollector collector =
        FaultyHistogramStream.collector(COLLECTS_WITHOUT_OWNING, CUMULATIVE);
    private final MetricStream stream = collector.stream();

    public BrokenByUnownedCollection() {
      Fixture.seriesOfA(stream);
    }

    @Actor
    public void record() {
      for (int i = 0; i < 10; i++) {
        stream.recordDouble(7, A, null);
      }
    }

    @Actor
    public void collect(L_Result r) {
      r.r1 = Fixture.describe(Fixture.collect(collector));
    }
  }

  /** So does one that a recorder lets in too early. */
  @JCStressTest
  @State
  @Outcome(
      id = {"none", "7(.7)*"},
      expect = ACCEPTABLE,
      desc = "coherent")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByEarlyRelease {
    private final StreamCollector collector =
        FaultyHistogramStream.collector(RECORDS_WITHOUT_OWNING, CUMULATIVE);
    private final MetricStream stream = collector.stream();

    public BrokenByEarlyRelease() {
      Fixture.seriesOfA(stream);
    }

    @Actor
    public void record() {
      for (int i = 0; i < 10; i++) {
        stream.recordDouble(7, A, null);
      }
    }

    @Actor
    public void collect(L_Result r) {
      r.r1 = Fixture.describe(Fixture.collect(collector));
    }
  }

  /** Two collectors that add up in one place, without a lock, count twice or not at all. */
  @JCStressTest
  @State
  @Outcome(id = "7+20, 7+20", expect = ACCEPTABLE, desc = "coherent")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenBySharedTotal {
    private final StreamCollector collector = Fixture.histogram(CUMULATIVE);
    private final MetricStream stream = collector.stream();
    private final Series series = Fixture.seriesOfA(stream);

    public BrokenBySharedTotal() {
      Fixture.stripe(series);
      stream.recordDouble(7, A, null);
      stream.recordDouble(20, A, null);
    }

    @Actor
    public void one(LL_Result r) {
      r.r1 = collectWithoutLock();
    }

    @Actor
    public void two(LL_Result r) {
      r.r2 = collectWithoutLock();
    }

    private String collectWithoutLock() {
      return Fixture.describe(Fixture.collectUnlocked(collector, series, collector::addToTotal));
    }
  }

  private SnapshotCoherence() {}
}
