package io.glint.jcstress;

import static io.glint.jcstress.Fixture.A;
import static io.glint.jcstress.Fixture.DELTA;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.glint.sdk.internal.cell.ExponentialCell;
import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramBuckets;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * A point of an exponential histogram describes whole measurements, each counted once, though the
 * scale of a cell falls: count, sum, minimum, maximum, zeros and buckets agree at a valid scale.
 */
public class ExponentialDownscale {

  /** Two measurements that bring the scale down, of one cell or of two. */
  @JCStressTest
  @State
  @Outcome(id = "0+1+4+1024", expect = ACCEPTABLE, desc = "all counted")
  @Outcome(expect = FORBIDDEN, desc = "lost, counted twice, or in the wrong bucket")
  public static class ActualTwoRecorders {
    private final StreamCollector collector = zeroAndOne();
    private final MetricStream stream = collector.stream();

    @Actor
    public void one() {
      stream.recordDouble(4, A, null);
    }

    @Actor
    public void two() {
      stream.recordDouble(1024, A, null);
    }

    @Arbiter
    public void collect(L_Result r) {
      r.r1 = describe(Fixture.collect(collector));
    }
  }

  /** As before, in a series that has three cells: they are joined at the lower scale. */
  @JCStressTest
  @State
  @Outcome(id = "0+1+4+1024", expect = ACCEPTABLE, desc = "all counted")
  @Outcome(expect = FORBIDDEN, desc = "lost, counted twice, or in the wrong bucket")
  public static class ActualStripes {
    private final StreamCollector collector = zeroAndOne();
    private final MetricStream stream = collector.stream();

    public ActualStripes() {
      Fixture.stripe(Fixture.seriesOfA(stream));
    }

    @Actor
    public void one() {
      stream.recordDouble(4, A, null);
    }

    @Actor
    public void two() {
      stream.recordDouble(1024, A, null);
    }

    @Arbiter
    public void collect(L_Result r) {
      r.r1 = describe(Fixture.collect(collector));
    }
  }

  /** Recorders that do not own the cell whose scale they bring down spoil each other's buckets. */
  @JCStressTest
  @State
  @Outcome(id = "0+1+4+1024", expect = ACCEPTABLE, desc = "all counted")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByUnownedRecorders {
    private final StreamCollector collector = zeroAndOne();
    private final MetricStream stream = collector.stream();
    private final ExponentialCell cell = (ExponentialCell) Fixture.seriesOfA(stream).onlyCell();

    @Actor
    public void one() {
      add(4);
    }

    @Actor
    public void two() {
      add(1024);
    }

    private void add(double value) {
      try {
        final var unused = cell.add(value, ExponentialCell.bucketAtTableScale(value));
      } catch (ArrayIndexOutOfBoundsException e) {
        // Part of the fault: the window of buckets moved under the recorder.
      }
    }

    @Arbiter
    public void collect(L_Result r) {
      try {
        r.r1 = describe(Fixture.collect(collector));
      } catch (ArrayIndexOutOfBoundsException e) {
        r.r1 = "incoherent";
      }
    }
  }

  /** A measurement that brings the scale down while the cell is emptied, and the scale reset. */
  @JCStressTest
  @State
  @Outcome(id = "0+1+1024, none", expect = ACCEPTABLE, desc = "in the first interval")
  @Outcome(id = "0+1, 1024", expect = ACCEPTABLE, desc = "in the second interval")
  @Outcome(expect = FORBIDDEN, desc = "lost, counted twice, or in the wrong bucket")
  public static class ActualCollection {
    private final StreamCollector collector = zeroAndOne();
    private final MetricStream stream = collector.stream();

    @Actor
    public void record() {
      stream.recordDouble(1024, A, null);
    }

    @Actor
    public void collect(LL_Result r) {
      r.r1 = describe(Fixture.collect(collector));
    }

    @Arbiter
    public void collectRest(LL_Result r) {
      r.r2 = describe(Fixture.collect(collector));
    }
  }

  /** A collector that does not own the cell which it reads and empties tears its state. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0+1+1024, none", "0+1, 1024"},
      expect = ACCEPTABLE,
      desc = "counted once")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByUnownedCollection {
    private final StreamCollector collector = zeroAndOne();
    private final MetricStream stream = collector.stream();

    @Actor
    public void record() {
      try {
        stream.recordDouble(1024, A, null);
      } catch (ArrayIndexOutOfBoundsException e) {
        // Part of the fault: the window of buckets moved under the recorder.
      }
    }

    @Actor
    public void collect(LL_Result r) {
      try {
        r.r1 =
            describe(
                Fixture.collectUnlocked(
                    collector,
                    Fixture.seriesOfA(stream),
                    cell -> {
                      collector.addToTotal(cell);
                      cell.clear();
                    }));
      } catch (ArrayIndexOutOfBoundsException e) {
        r.r1 = "incoherent";
      }
    }

    @Arbiter
    public void collectRest(LL_Result r) {
      try {
        r.r2 = describe(Fixture.collect(collector));
      } catch (ArrayIndexOutOfBoundsException e) {
        r.r2 = "incoherent";
      }
    }
  }

  private static StreamCollector zeroAndOne() {
    final StreamCollector collector = Fixture.exponential(DELTA);
    final MetricStream stream = collector.stream();
    stream.recordDouble(0, A, null);
    stream.recordDouble(1, A, null);
    return collector;
  }

  /**
   * Names the measurements that a point describes, of which there is at most one of each value: 0,
   * 1, 4 and 1024, whose sum says which. If the rest does not describe the same ones, says
   * "incoherent" and what is in it.
   */
  private static String describe(List<? extends PointData> points) {
    if (points.isEmpty()) {
      return "none";
    }
    final ExponentialHistogramPointData point = (ExponentialHistogramPointData) points.get(0);
    final List<Integer> values = new ArrayList<>();
    if (point.getZeroCount() == 1) {
      values.add(0);
    }
    final List<Integer> exponents = new ArrayList<>();
    for (final int exponent : new int[] {0, 2, 10}) {
      if (((long) point.getSum() & (1L << exponent)) != 0) {
        values.add(1 << exponent);
        exponents.add(exponent);
      }
    }
    final boolean coherent =
        points.size() == 1
            && !values.isEmpty()
            && point.getCount() == values.size()
            && point.getSum() == values.stream().mapToInt(Integer::intValue).sum()
            && point.getMin() == values.get(0)
            && point.getMax() == values.get(values.size() - 1)
            && point.getNegativeBuckets().getTotalCount() == 0
            && point.getPositiveBuckets().getScale() == point.getScale()
            && contains(point.getPositiveBuckets(), exponents);
    if (!coherent) {
      return "incoherent: " + point;
    }
    final List<String> names = new ArrayList<>();
    values.forEach(value -> names.add(value.toString()));
    return String.join("+", names);
  }

  /** True if these buckets, four at most, count the powers of 2 of these exponents, no more. */
  private static boolean contains(ExponentialHistogramBuckets buckets, List<Integer> exponents) {
    final int scale = buckets.getScale();
    final List<Long> counts = buckets.getBucketCounts();
    if (scale > 1 || counts.size() > 4 || buckets.getTotalCount() != exponents.size()) {
      return false;
    }
    final long[] expected = new long[counts.size()];
    for (final int exponent : exponents) {
      // The upper bound of a bucket belongs to it: ceil(exponent * 2^scale) - 1.
      final int bucket = scale >= 0 ? (exponent << scale) - 1 : ((exponent - 1) >> -scale);
      final int index = bucket - buckets.getOffset();
      if (index < 0 || index >= expected.length) {
        return false;
      }
      expected[index]++;
    }
    for (int i = 0; i < expected.length; i++) {
      if (counts.get(i) != expected[i]) {
        return false;
      }
    }
    return true;
  }

  private ExponentialDownscale() {}
}
