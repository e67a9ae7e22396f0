package io.glint.jcstress;

import static io.glint.jcstress.FaultyHistogramStream.Fault.OFFERS_WITHOUT_OWNING;
import static io.glint.jcstress.FaultyHistogramStream.Fault.RECORDS_WITHOUT_OWNING;
import static io.glint.jcstress.Fixture.A;
import static io.glint.jcstress.Fixture.B;
import static io.glint.jcstress.Fixture.C;
import static io.glint.jcstress.Fixture.CUMULATIVE;
import static io.glint.jcstress.Fixture.DELTA;
import static io.glint.jcstress.Fixture.NO_LIMIT;
import static io.glint.jcstress.Measurement.ONE;
import static io.glint.jcstress.Measurement.TWENTY;
import static io.glint.jcstress.Measurement.TWO;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.glint.reservoir.Exemplar;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.IL_Result;

/**
 * An exemplar has all its parts from one measurement, which is counted in the point that shows it.
 */
public class ExemplarTearing {

  /** Two measurements in one bucket: its exemplar is one of them. */
  @JCStressTest
  @State
  @Outcome(
      id = {"2, 1", "2, 2"},
      expect = ACCEPTABLE,
      desc = "one of them, whole")
  @Outcome(expect = FORBIDDEN, desc = "torn, misplaced or missing")
  public static class ActualOneBucket {
    private final StreamCollector collector =
        Fixture.histogram(CUMULATIVE, 1, CustomExemplarFilter.traceBased());
    private final MetricStream stream = collector.stream();

    public ActualOneBucket() {
      // Takes the only place, so that the others overflow: different attributes in one series.
      Fixture.seriesOfA(stream);
    }

    @Actor
    public void one() {
      ONE.recordInto(stream);
    }

    @Actor
    public void two() {
      TWO.recordInto(stream);
    }

    @Arbiter
    public void collect(IL_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = Fixture.total(points);
      r.r2 = Fixture.exemplarNames(points);
    }
  }

  /** Two measurements in different buckets: each bucket has its exemplar. */
  @JCStressTest
  @State
  @Outcome(id = "2, 1+20", expect = ACCEPTABLE, desc = "both, whole")
  @Outcome(expect = FORBIDDEN, desc = "torn, misplaced or missing")
  public static class ActualTwoBuckets {
    private final StreamCollector collector =
        Fixture.histogram(CUMULATIVE, 1, CustomExemplarFilter.traceBased());
    private final MetricStream stream = collector.stream();

    public ActualTwoBuckets() {
      // Takes the only place, so that the others overflow: different attributes in one series.
      Fixture.seriesOfA(stream);
    }

    @Actor
    public void one() {
      ONE.recordInto(stream);
    }

    @Actor
    public void two() {
      TWENTY.recordInto(stream);
    }

    @Arbiter
    public void collect(IL_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = Fixture.total(points);
      r.r2 = Fixture.exemplarNames(points);
    }
  }

  /**
   * A measurement recorded during a cumulative collection: its exemplar is in the point if, and
   * only if, the measurement is counted in it.
   */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, none", "1, 1"},
      expect = ACCEPTABLE,
      desc = "counted and shown, or neither")
  @Outcome(expect = FORBIDDEN, desc = "an exemplar that is not counted, or a bucket without one")
  public static class ActualCumulative {
    private final StreamCollector collector =
        Fixture.histogram(CUMULATIVE, NO_LIMIT, CustomExemplarFilter.traceBased());
    private final MetricStream stream = collector.stream();

    public ActualCumulative() {
      stream.seriesMap().findOrAdd(B);
    }

    @Actor
    public void record() {
      ONE.recordInto(stream);
    }

    @Actor
    public void collect(IL_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = Fixture.total(points);
      r.r2 = Fixture.exemplarNames(points);
    }
  }

  /** The same with a delta collection, and the one after it. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 1, 0, 0", "0, 0, 1, 1"},
      expect = ACCEPTABLE,
      desc = "counted and shown in one interval")
  @Outcome(expect = FORBIDDEN, desc = "not in exactly one interval, or apart from its count")
  public static class ActualDelta {
    private final StreamCollector collector =
        Fixture.histogram(DELTA, NO_LIMIT, CustomExemplarFilter.traceBased());
    private final MetricStream stream = collector.stream();

    public ActualDelta() {
      stream.seriesMap().findOrAdd(B);
    }

    @Actor
    public void record() {
      ONE.recordInto(stream);
    }

    @Actor
    public void collect(IIII_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = Fixture.total(points);
      r.r2 = Fixture.exemplars(points);
    }

    @Arbiter
    public void collectRest(IIII_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r3 = Fixture.total(points);
      r.r4 = Fixture.exemplars(points);
    }
  }

  /** In several cells, whose reservoirs the collector joins: one exemplar for each point. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0, 2, 1", "1, 1, 1, 1", "2, 1, 0, 0"},
      expect = ACCEPTABLE,
      desc = "one in each point")
  @Outcome(expect = FORBIDDEN, desc = "torn, misplaced or missing")
  public static class ActualStripes {
    private final StreamCollector collector =
        Fixture.histogram(DELTA, NO_LIMIT, CustomExemplarFilter.traceBased());
    private final MetricStream stream = collector.stream();

    public ActualStripes() {
      Fixture.stripe(Fixture.seriesOfA(stream));
    }

    @Actor
    public void record() {
      stream.recordDouble(1, A, ONE.context());
      stream.recordDouble(2, A, TWO.context());
    }

    @Actor
    public void collect(IIII_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = Fixture.total(points);
      r.r2 = Fixture.exemplars(points);
    }

    @Arbiter
    public void collectRest(IIII_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r3 = Fixture.total(points);
      r.r4 = Fixture.exemplars(points);
    }
  }

  /** An exemplar that a cumulative point has shown stays until another takes its place. */
  @JCStressTest
  @State
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "the old one")
  @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "the new one, which is counted")
  @Outcome(expect = FORBIDDEN, desc = "torn or gone")
  public static class ActualStaysVisible {
    private final StreamCollector collector =
        Fixture.histogram(CUMULATIVE, 1, CustomExemplarFilter.traceBased());
    private final MetricStream stream = collector.stream();

    public ActualStaysVisible() {
      Fixture.seriesOfA(stream);
      ONE.recordInto(stream);
      Fixture.collect(collector);
    }

    @Actor
    public void record() {
      TWO.recordInto(stream);
    }

    @Actor
    public void collect(IL_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = Fixture.total(points);
      r.r2 = Fixture.exemplarNames(points);
    }
  }

  /** A reservoir that is offered measurements by threads that do not own it mixes them up. */
  @JCStressTest
  @State
  @Outcome(
      id = {"2, 1", "2, 2"},
      expect = ACCEPTABLE,
      desc = "one of them, whole")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByUnownedOffers {
    private final StreamCollector collector =
        FaultyHistogramStream.collector(
            RECORDS_WITHOUT_OWNING, CUMULATIVE, 1, CustomExemplarFilter.traceBased());
    private final MetricStream stream = collector.stream();

    public BrokenByUnownedOffers() {
      // Takes the only place, so that the others overflow: different attributes in one series.
      Fixture.seriesOfA(stream);
    }

    @Actor
    public void one() {
      ONE.recordInto(stream);
    }

    @Actor
    public void two() {
      TWO.recordInto(stream);
    }

    @Arbiter
    public void collect(IL_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = Fixture.total(points);
      r.r2 = Fixture.exemplarNames(points);
    }
  }

  /** An exemplar that is offered after the cell was given back is missing from the point. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, none", "1, 1"},
      expect = ACCEPTABLE,
      desc = "counted and shown, or neither")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByLateOffer {
    private final StreamCollector collector =
        FaultyHistogramStream.collector(
            OFFERS_WITHOUT_OWNING, CUMULATIVE, NO_LIMIT, CustomExemplarFilter.traceBased());
    private final MetricStream stream = collector.stream();

    public BrokenByLateOffer() {
      stream.seriesMap().findOrAdd(B);
    }

    @Actor
    public void record() {
      ONE.recordInto(stream);
    }

    @Actor
    public void collect(IL_Result r) {
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = Fixture.total(points);
      r.r2 = Fixture.exemplarNames(points);
    }
  }

  /** Two threads that write one exemplar at once leave parts of both in it. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, B", "2, C"},
      expect = ACCEPTABLE,
      desc = "one of them, whole")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenBySharedExemplar {
    private final Exemplar exemplar = new Exemplar();

    @Actor
    public void one() {
      exemplar.setDouble(1, 0, B, ONE.context());
    }

    @Actor
    public void two() {
      exemplar.setDouble(2, 0, C, TWO.context());
    }

    @Arbiter
    public void read(IL_Result r) {
      r.r1 = (int) exemplar.doubleValue();
      r.r2 = exemplar.attributes() == B ? "B" : "C";
    }
  }

  private ExemplarTearing() {}
}
