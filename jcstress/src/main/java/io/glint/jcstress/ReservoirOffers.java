package io.glint.jcstress;

import static io.glint.jcstress.FaultyHistogramStream.Fault.OFFERS_WITHOUT_OWNING;
import static io.glint.jcstress.FaultyHistogramStream.Fault.RECORDS_WITHOUT_OWNING;
import static io.glint.jcstress.FaultyReservoir.Fault.JOINS_WRONGLY;
import static io.glint.jcstress.FaultyReservoir.Fault.NEVER_STARTS_OVER;
import static io.glint.jcstress.Measurement.HUNDRED;
import static io.glint.jcstress.Measurement.ONE;
import static io.glint.jcstress.Measurement.TWENTY;
import static io.glint.jcstress.Measurement.TWO;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.glint.reservoir.BucketSelection;
import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * Whatever the reservoir, a point shows exemplars of measurements that it counts and of no others,
 * each in one piece, and those that the reservoir guarantees.
 *
 * <p>Outcomes name the measurements that a point counts and then, after the colon, those that it
 * shows. Each stream has had an interval before, in which the largest measurement of all was
 * collected: it must not show, nor keep others from being shown. The measurements that are recorded
 * at once find one cell or several.
 */
public class ReservoirOffers {

  /** Two measurements at once in one bucket and one in the other: each bucket has one. */
  @JCStressTest
  @State
  @Outcome(id = "1.2.20:[12].20, 1.2.20:[12].20", expect = ACCEPTABLE, desc = "one of each bucket")
  @Outcome(expect = FORBIDDEN, desc = "lost, torn, of another point, or the guarantee is broken")
  public static class ActualBuckets {
    private final StreamCollector uniform =
        Fixture.histogram(ExemplarReservoirFactory.alignedHistogramBucket());
    private final StreamCollector newest =
        Fixture.histogram(
            ExemplarReservoirFactory.alignedHistogramBucket(BucketSelection.MOST_RECENT));

    public ActualBuckets() {
      collectHundred(uniform);
      collectHundred(newest);
    }

    @Actor
    public void one() {
      ONE.recordInto(uniform.stream());
      ONE.recordInto(newest.stream());
      TWENTY.recordInto(uniform.stream());
      TWENTY.recordInto(newest.stream());
    }

    @Actor
    public void two() {
      TWO.recordInto(uniform.stream());
      TWO.recordInto(newest.stream());
    }

    @Arbiter
    public void collect(LL_Result r) {
      r.r1 = describeCollected(uniform);
      r.r2 = describeCollected(newest);
    }
  }

  /** Three octaves, each of which has one; and two slots for any, which both are filled. */
  @JCStressTest
  @State
  @Outcome(
      id = "1.2.20:1.2.20, 1.2.20:(1.2|1.20|2.20)",
      expect = ACCEPTABLE,
      desc = "each octave; any two of the three")
  @Outcome(expect = FORBIDDEN, desc = "lost, torn, of another point, or the guarantee is broken")
  public static class ActualOctavesAndFixedSize {
    private final StreamCollector octaves =
        Fixture.exponential(ExemplarReservoirFactory.octaveAligned());
    private final StreamCollector fixedSize =
        Fixture.exponential(ExemplarReservoirFactory.fixedSize(2));

    public ActualOctavesAndFixedSize() {
      collectHundred(octaves);
      collectHundred(fixedSize);
    }

    @Actor
    public void one() {
      ONE.recordInto(octaves.stream());
      ONE.recordInto(fixedSize.stream());
      TWENTY.recordInto(octaves.stream());
      TWENTY.recordInto(fixedSize.stream());
    }

    @Actor
    public void two() {
      TWO.recordInto(octaves.stream());
      TWO.recordInto(fixedSize.stream());
    }

    @Arbiter
    public void collect(LL_Result r) {
      r.r1 = describeCollected(octaves);
      r.r2 = describeCollected(fixedSize);
    }
  }

  /** Three measurements, of which the largest and the smallest are always shown. */
  @JCStressTest
  @State
  @Outcome(id = "1.2.20:1.20", expect = ACCEPTABLE, desc = "the largest and the smallest")
  @Outcome(expect = FORBIDDEN, desc = "lost, torn, of another point, or the guarantee is broken")
  public static class ActualExtremes {
    private final StreamCollector collector =
        Fixture.histogram(ExemplarReservoirFactory.extremes(1, 1));
    private final MetricStream stream = collector.stream();

    public ActualExtremes() {
      collectHundred(collector);
    }

    @Actor
    public void one() {
      ONE.recordInto(stream);
      TWENTY.recordInto(stream);
    }

    @Actor
    public void two() {
      TWO.recordInto(stream);
    }

    @Arbiter
    public void collect(L_Result r) {
      r.r1 = describeCollected(collector);
    }
  }

  /** A collection among measurements: each bucket of either point has one. */
  @JCStressTest
  @State
  @Outcome(
      id = {"20:20, 1.2:[12]", "1.20:1.20, 2:2", "2.20:2.20, 1:1", "1.2.20:[12].20, none"},
      expect = ACCEPTABLE,
      desc = "each counted and shown in one interval")
  @Outcome(expect = FORBIDDEN, desc = "lost, torn, of another point, or the guarantee is broken")
  public static class ActualUniformBucketsCollected {
    private final StreamCollector collector =
        Fixture.histogram(ExemplarReservoirFactory.alignedHistogramBucket());
    private final MetricStream stream = collector.stream();

    public ActualUniformBucketsCollected() {
      collectHundred(collector);
      Fixture.stripe(theSeries(stream));
      TWENTY.recordInto(stream);
    }

    @Actor
    public void record() {
      ONE.recordInto(stream);
      TWO.recordInto(stream);
    }

    @Actor
    public void collect(LL_Result r) {
      r.r1 = describeCollected(collector);
    }

    @Arbiter
    public void collectRest(LL_Result r) {
      r.r2 = describeRest(collector);
    }
  }

  /** A collection among measurements: each bucket of either point has its last. */
  @JCStressTest
  @State
  @Outcome(
      id = {"20:20, 1.2:2", "1.20:1.20, 2:2", "2.20:2.20, 1:1", "1.2.20:2.20, none"},
      expect = ACCEPTABLE,
      desc = "each counted and shown in one interval")
  @Outcome(expect = FORBIDDEN, desc = "lost, torn, of another point, or the guarantee is broken")
  public static class ActualNewestOfBucketsCollected {
    private final StreamCollector collector =
        Fixture.histogram(
            ExemplarReservoirFactory.alignedHistogramBucket(BucketSelection.MOST_RECENT));
    private final MetricStream stream = collector.stream();

    public ActualNewestOfBucketsCollected() {
      collectHundred(collector);
      Fixture.stripe(theSeries(stream));
      TWENTY.recordInto(stream);
    }

    @Actor
    public void record() {
      ONE.recordInto(stream);
      TWO.recordInto(stream);
    }

    @Actor
    public void collect(LL_Result r) {
      r.r1 = describeCollected(collector);
    }

    @Arbiter
    public void collectRest(LL_Result r) {
      r.r2 = describeRest(collector);
    }
  }

  /** A collection among measurements: each octave of either point has one. */
  @JCStressTest
  @State
  @Outcome(
      id = {"20:20, 1.2:1.2", "1.20:1.20, 2:2", "2.20:2.20, 1:1", "1.2.20:1.2.20, none"},
      expect = ACCEPTABLE,
      desc = "each counted and shown in one interval")
  @Outcome(expect = FORBIDDEN, desc = "lost, torn, of another point, or the guarantee is broken")
  public static class ActualOctavesCollected {
    private final StreamCollector collector =
        Fixture.exponential(ExemplarReservoirFactory.octaveAligned());
    private final MetricStream stream = collector.stream();

    public ActualOctavesCollected() {
      collectHundred(collector);
      Fixture.stripe(theSeries(stream));
      TWENTY.recordInto(stream);
    }

    @Actor
    public void record() {
      ONE.recordInto(stream);
      TWO.recordInto(stream);
    }

    @Actor
    public void collect(LL_Result r) {
      r.r1 = describeCollected(collector);
    }

    @Arbiter
    public void collectRest(LL_Result r) {
      r.r2 = describeRest(collector);
    }
  }

  /** A collection among measurements: either point fills as many slots as it can. */
  @JCStressTest
  @State
  @Outcome(
      id = {"20:20, 1.2:1.2", "1.20:1.20, 2:2", "2.20:2.20, 1:1", "1.2.20:(1.2|1.20|2.20), none"},
      expect = ACCEPTABLE,
      desc = "each counted and shown in one interval")
  @Outcome(expect = FORBIDDEN, desc = "lost, torn, of another point, or the guarantee is broken")
  public static class ActualFixedSizeCollected {
    private final StreamCollector collector =
        Fixture.exponential(ExemplarReservoirFactory.fixedSize(2));
    private final MetricStream stream = collector.stream();

    public ActualFixedSizeCollected() {
      collectHundred(collector);
      Fixture.stripe(theSeries(stream));
      TWENTY.recordInto(stream);
    }

    @Actor
    public void record() {
      ONE.recordInto(stream);
      TWO.recordInto(stream);
    }

    @Actor
    public void collect(LL_Result r) {
      r.r1 = describeCollected(collector);
    }

    @Arbiter
    public void collectRest(LL_Result r) {
      r.r2 = describeRest(collector);
    }
  }

  /** A collection among measurements: either point has its largest and its smallest. */
  @JCStressTest
  @State
  @Outcome(
      id = {"20:20, 1.2:1.2", "1.20:1.20, 2:2", "2.20:2.20, 1:1", "1.2.20:1.20, none"},
      expect = ACCEPTABLE,
      desc = "each counted and shown in one interval")
  @Outcome(expect = FORBIDDEN, desc = "lost, torn, of another point, or the guarantee is broken")
  public static class ActualExtremesCollected {
    private final StreamCollector collector =
        Fixture.histogram(ExemplarReservoirFactory.extremes(1, 1));
    private final MetricStream stream = collector.stream();

    public ActualExtremesCollected() {
      collectHundred(collector);
      Fixture.stripe(theSeries(stream));
      TWENTY.recordInto(stream);
    }

    @Actor
    public void record() {
      ONE.recordInto(stream);
      TWO.recordInto(stream);
    }

    @Actor
    public void collect(LL_Result r) {
      r.r1 = describeCollected(collector);
    }

    @Arbiter
    public void collectRest(LL_Result r) {
      r.r2 = describeRest(collector);
    }
  }

  /** A reservoir that is offered measurements by threads that do not own it loses some. */
  @JCStressTest
  @State
  @Outcome(id = "1.2.20:1.20", expect = ACCEPTABLE, desc = "the largest and the smallest")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByUnownedOffers {
    private final StreamCollector collector =
        FaultyHistogramStream.collector(
            RECORDS_WITHOUT_OWNING, ExemplarReservoirFactory.extremes(1, 1));
    private final MetricStream stream = collector.stream();

    public BrokenByUnownedOffers() {
      collectHundred(collector);
    }

    @Actor
    public void one() {
      ONE.recordInto(stream);
      TWENTY.recordInto(stream);
    }

    @Actor
    public void two() {
      TWO.recordInto(stream);
    }

    @Arbiter
    public void collect(L_Result r) {
      r.r1 = describeCollected(collector);
    }
  }

  /** What is offered after the cell was given back is shown by a point that does not count it. */
  @JCStressTest
  @State
  @Outcome(
      id = {"20:20, 1.2:1.2", "1.20:1.20, 2:2", "2.20:2.20, 1:1", "1.2.20:1.20, none"},
      expect = ACCEPTABLE,
      desc = "each counted and shown in one interval")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByLateOffers {
    private final StreamCollector collector =
        FaultyHistogramStream.collector(
            OFFERS_WITHOUT_OWNING, ExemplarReservoirFactory.extremes(1, 1));
    private final MetricStream stream = collector.stream();

    public BrokenByLateOffers() {
      collectHundred(collector);
      TWENTY.recordInto(stream);
    }

    @Actor
    public void record() {
      ONE.recordInto(stream);
      TWO.recordInto(stream);
    }

    @Actor
    public void collect(LL_Result r) {
      r.r1 = describeCollected(collector);
    }

    @Arbiter
    public void collectRest(LL_Result r) {
      r.r2 = describeRest(collector);
    }
  }

  /** A reservoir that does not start over shows the largest of an earlier interval. */
  @JCStressTest
  @State
  @Outcome(id = "1.2.20:20", expect = ACCEPTABLE, desc = "the largest")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByNoReset {
    private final StreamCollector collector =
        Fixture.histogram(FaultyReservoir.factory(NEVER_STARTS_OVER));
    private final MetricStream stream = collector.stream();

    public BrokenByNoReset() {
      collectHundred(collector);
    }

    @Actor
    public void one() {
      ONE.recordInto(stream);
      TWENTY.recordInto(stream);
    }

    @Actor
    public void two() {
      TWO.recordInto(stream);
    }

    @Arbiter
    public void collect(L_Result r) {
      r.r1 = describeCollected(collector);
    }
  }

  /** Reservoirs that are joined without regard to their values lose the largest. */
  @JCStressTest
  @State
  @Outcome(id = "1.2.20:20", expect = ACCEPTABLE, desc = "the largest")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByWrongJoin {
    private final StreamCollector collector =
        Fixture.histogram(FaultyReservoir.factory(JOINS_WRONGLY));
    private final MetricStream stream = collector.stream();

    public BrokenByWrongJoin() {
      collectHundred(collector);
      Fixture.stripe(theSeries(stream));
    }

    @Actor
    public void one() {
      ONE.recordInto(stream);
      TWENTY.recordInto(stream);
    }

    @Actor
    public void two() {
      TWO.recordInto(stream);
    }

    @Arbiter
    public void collect(L_Result r) {
      r.r1 = describeCollected(collector);
    }
  }

  private static void collectHundred(StreamCollector collector) {
    HUNDRED.recordInto(collector.stream());
    Fixture.collect(collector);
  }

  private static Series theSeries(MetricStream stream) {
    return stream.seriesMap().findOrAdd(Attributes.empty());
  }

  private static String describeCollected(StreamCollector collector) {
    return describe(Fixture.collect(collector));
  }

  /** As {@link #describeCollected}; and then there must be nothing any more. */
  private static String describeRest(StreamCollector collector) {
    final String rest = describeCollected(collector);
    final String nothing = describeCollected(collector);
    return nothing.equals("none") ? rest : rest + " and then " + nothing;
  }

  private static String describe(List<? extends PointData> points) {
    if (points.isEmpty()) {
      return "none";
    }
    final PointData point = points.get(0);
    final List<Double> counted = counted(sum(point));
    if (points.size() > 1 || counted.size() != count(point)) {
      return "incoherent";
    }
    final TreeSet<Double> shown = new TreeSet<>();
    for (final ExemplarData exemplar : point.getExemplars()) {
      final double value = ((DoubleExemplarData) exemplar).getValue();
      final Measurement measurement = Measurement.of(value);
      if (measurement == null || !measurement.isSourceAtAnyTime(exemplar, point.getAttributes())) {
        return "torn";
      }
      if (!counted.contains(value)) {
        return "not counted";
      }
      if (!shown.add(value)) {
        return "shown twice";
      }
    }
    return join(counted) + ":" + join(shown);
  }

  /** The measurements that have this sum, of which there is one of each value at most. */
  private static List<Double> counted(double sum) {
    final List<Double> counted = new ArrayList<>();
    double rest = sum;
    for (final double value : new double[] {100, 20, 2, 1}) {
      if (rest >= value) {
        counted.add(0, value);
        rest -= value;
      }
    }
    return rest == 0 ? counted : List.of();
  }

  private static double sum(PointData point) {
    return point instanceof HistogramPointData histogram
        ? histogram.getSum()
        : ((ExponentialHistogramPointData) point).getSum();
  }

  private static long count(PointData point) {
    return point instanceof HistogramPointData histogram
        ? histogram.getCount()
        : ((ExponentialHistogramPointData) point).getCount();
  }

  private static String join(Iterable<Double> values) {
    final List<String> names = new ArrayList<>();
    values.forEach(value -> names.add(Integer.toString(value.intValue())));
    return String.join("+", names);
  }

  private ReservoirOffers() {}
}
