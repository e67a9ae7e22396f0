package io.glint.jcstress;

import static io.glint.jcstress.Fixture.A;
import static io.glint.jcstress.Fixture.B;
import static io.glint.jcstress.Fixture.B_AS_RECORDED;
import static io.glint.jcstress.Fixture.B_AS_RECORDED_TOO;
import static io.glint.jcstress.Fixture.CUMULATIVE;
import static io.glint.jcstress.Fixture.DELTA;
import static io.glint.jcstress.Fixture.NO_LIMIT;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.cell.SumCell;
import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.series.AliasBudget;
import io.glint.sdk.internal.series.FilteredAttributesCache;
import io.glint.sdk.internal.series.Overflow;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.series.SeriesMap;
import io.glint.sdk.internal.stream.MetricStream;
import io.glint.sdk.internal.view.AttributeFilter;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.ArrayList;
import java.util.List;
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
 * A measurement whose attributes a view filters is counted exactly once, whatever is remembered of
 * them; and what is remembered of an overflow is not used once the attribute set has a series.
 */
public class FilteredView {

  /** In a series that is remembered, and idle, so that the collection evicts it. */
  @JCStressTest
  @State
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "in the first interval")
  @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "in the second interval")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualIdle {
    private final StreamCollector collector = withAlias(DELTA, NO_LIMIT);
    private final MetricStream stream = collector.stream();

    @Actor
    public void record() {
      stream.recordLong(1, B_AS_RECORDED, null);
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

  /** Both remember a series that is evicted by now: they make one new one. */
  @JCStressTest
  @State
  @Outcome(id = "1, 3", expect = ACCEPTABLE, desc = "one series that counts both")
  @Outcome(expect = FORBIDDEN, desc = "two series of one attribute set, or a measurement lost")
  public static class ActualTwoRecorders {
    private final StreamCollector collector = withAlias(DELTA, NO_LIMIT);
    private final MetricStream stream = collector.stream();

    public ActualTwoRecorders() {
      final var unusedToo = stream.seriesMap().tryEvict(stream.seriesMap().findOrAdd(B), 0);
    }

    @Actor
    public void one() {
      stream.recordLong(1, B_AS_RECORDED, null);
    }

    @Actor
    public void two() {
      stream.recordLong(2, B_AS_RECORDED_TOO, null);
    }

    @Arbiter
    public void collect(II_Result r) {
      r.r1 = stream.seriesMap().size();
      r.r2 = Fixture.total(Fixture.point(Fixture.collect(collector), B));
    }
  }

  /**
   * An overflow is remembered from the interval before: the first measurement of this one makes
   * room, while the collector evicts.
   */
  @JCStressTest
  @State
  @Outcome(
      id = {"11, 0", "10, 1", "0, 11"},
      expect = ACCEPTABLE,
      desc = "both, each once")
  @Outcome(id = "1, 10", expect = ACCEPTABLE, desc = "the second one in the second interval")
  @Outcome(expect = FORBIDDEN, desc = "a measurement was lost or counted twice")
  public static class ActualOverflowOfLastInterval {
    private final StreamCollector collector = withAliasOfOverflow(DELTA);
    private final MetricStream stream = collector.stream();

    @Actor
    public void record() {
      stream.recordLong(1, B_AS_RECORDED, null);
      stream.recordLong(10, B_AS_RECORDED_TOO, null);
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
   * An overflow is remembered, and the collector makes room: from the first measurement on that has
   * a series, all of that attribute set go there.
   */
  @JCStressTest
  @State
  @Outcome(
      id = {"1111, 0", "1110, 1", "1100, 11", "1000, 111"},
      expect = ACCEPTABLE,
      desc = "overflow up to some point, the series from there on")
  @Outcome(expect = FORBIDDEN, desc = "overflow although there was a series, or a measurement lost")
  public static class ActualOverflow {
    private final StreamCollector collector = withAliasOfOverflow(CUMULATIVE);
    private final MetricStream stream = collector.stream();

    @Actor
    public void record() {
      stream.recordLong(1, B_AS_RECORDED, null);
      stream.recordLong(10, B_AS_RECORDED_TOO, null);
      stream.recordLong(100, B_AS_RECORDED, null);
    }

    @Actor
    public void collect() {
      final var unused = Fixture.collect(collector);
    }

    @Arbiter
    public void recordAndCollect(II_Result r) {
      stream.recordLong(1000, B_AS_RECORDED, null);
      final List<? extends PointData> points = Fixture.collect(collector);
      r.r1 = Fixture.total(Fixture.point(points, B));
      r.r2 = Fixture.total(Fixture.point(points, Overflow.ATTRIBUTES));
    }
  }

  /** Two aliases that each make the cache grow: whatever is lost, none leads astray. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 0, 4", "1, 0, 5", "1, 0, 6"},
      expect = ACCEPTABLE,
      desc = "the old ones found, and no wrong series")
  @Outcome(expect = FORBIDDEN, desc = "the series of other attributes, or an old one lost")
  public static class ActualCacheGrowth {
    private final FilteredAttributesCache aliases = new FilteredAttributesCache(new AliasBudget());

    public ActualCacheGrowth() {
      for (int i = 0; i < 4; i++) {
        aliases.put(SAME_PLACE.get(i), SERIES.get(i), 0);
      }
    }

    @Actor
    public void one() {
      aliases.put(SAME_PLACE.get(4), SERIES.get(4), 0);
    }

    @Actor
    public void two(III_Result r) {
      aliases.put(SAME_PLACE.get(5), SERIES.get(5), 0);
      r.r1 = aliases.find(SAME_PLACE.get(0)).series == SERIES.get(0) ? 1 : 0;
    }

    @Arbiter
    public void find(III_Result r) {
      for (int i = 0; i < SAME_PLACE.size(); i++) {
        final FilteredAttributesCache.Entry entry = aliases.find(SAME_PLACE.get(i));
        if (entry != null && entry.series == SERIES.get(i)) {
          r.r3++;
        } else if (entry != null) {
          r.r2++;
        }
      }
    }
  }

  /** An entry moves to another of its places, so that a new one has room, while it is used. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 1", "0, 1"},
      expect = ACCEPTABLE,
      desc = "its series, or none: then it is looked up again; afterwards both are there")
  @Outcome(expect = FORBIDDEN, desc = "the series of others, or one is lost")
  public static class ActualMove {
    private final FilteredAttributesCache aliases = new FilteredAttributesCache(new AliasBudget());
    private final Series moving = SERIES.get(5);

    public ActualMove() {
      // In the place after that of the others, which then take the three around it.
      aliases.put(NEXT_PLACE, moving, 0);
      for (int i = 0; i < 3; i++) {
        aliases.put(SAME_PLACE.get(i), SERIES.get(i), 0);
      }
    }

    @Actor
    public void put() {
      aliases.put(SAME_PLACE.get(3), SERIES.get(3), 0);
    }

    @Actor
    public void use(II_Result r) {
      r.r1 = found(NEXT_PLACE, moving);
    }

    @Arbiter
    public void find(II_Result r) {
      r.r2 = found(NEXT_PLACE, moving);
      for (int i = 0; i < 4; i++) {
        r.r2 *= found(SAME_PLACE.get(i), SERIES.get(i));
      }
    }

    private int found(Attributes attributes, Series series) {
      final FilteredAttributesCache.Entry entry = aliases.find(attributes);
      return entry == null ? 0 : entry.series == series ? 1 : 3;
    }
  }

  /** A new entry takes the place of an evicted one while the collector forgets that one. */
  @JCStressTest
  @State
  @Outcome(
      id = {"new", "forgotten"},
      expect = ACCEPTABLE,
      desc = "the new one, or none: then it is looked up again")
  @Outcome(expect = FORBIDDEN, desc = "the evicted one")
  public static class ActualForgetting {
    private final MetricStream stream = Fixture.filteredCounter(DELTA, NO_LIMIT).stream();
    private final FilteredAttributesCache aliases = new FilteredAttributesCache(new AliasBudget());
    private final Series made = new Series(stream, B, 0, 0);

    public ActualForgetting() {
      final Series evicted = new Series(stream, B, 0, 0);
      aliases.put(B_AS_RECORDED, evicted, 0);
      final var unused = evicted.evict(0);
    }

    @Actor
    public void put() {
      aliases.put(B_AS_RECORDED, made, 0);
    }

    @Actor
    public void forget() {
      aliases.forgetEvicted();
    }

    @Arbiter
    public void find(L_Result r) {
      final FilteredAttributesCache.Entry entry = aliases.find(B_AS_RECORDED);
      r.r1 = entry == null ? "forgotten" : entry.series == made ? "new" : "evicted";
    }
  }

  /** The collector removes what was not used while an entry is added and another is used. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 1", "1, 0", "0, 1", "0, 0"},
      expect = ACCEPTABLE,
      desc = "its series, or none: then it is looked up again")
  @Outcome(expect = FORBIDDEN, desc = "the series of others")
  public static class ActualAging {
    private final FilteredAttributesCache aliases = new FilteredAttributesCache(new AliasBudget());

    public ActualAging() {
      aliases.collected(0);
      for (int i = 0; i < 4; i++) {
        aliases.put(SAME_PLACE.get(i), SERIES.get(i), 0);
      }
    }

    @Actor
    public void use() {
      final var unused = aliases.find(SAME_PLACE.get(0));
      aliases.put(SAME_PLACE.get(4), SERIES.get(4), 0);
    }

    @Actor
    public void collect() {
      aliases.collected(FilteredAttributesCache.GENERATION_NANOS);
    }

    @Arbiter
    public void find(II_Result r) {
      r.r1 = found(0);
      r.r2 = found(4);
    }

    private int found(int i) {
      final FilteredAttributesCache.Entry entry = aliases.find(SAME_PLACE.get(i));
      return entry == null ? 0 : entry.series == SERIES.get(i) ? 1 : 2;
    }
  }

  /** Two caches want the last places of their provider. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 0", "0, 1"},
      expect = ACCEPTABLE,
      desc = "one gets them")
  @Outcome(expect = FORBIDDEN, desc = "both do, or neither")
  public static class ActualBudget {
    private final AliasBudget budget = new AliasBudget();

    public ActualBudget() {
      final var unused = budget.take(AliasBudget.PLACES - 100);
    }

    @Actor
    public void one(II_Result r) {
      r.r1 = budget.take(64) ? 1 : 0;
    }

    @Actor
    public void two(II_Result r) {
      r.r2 = budget.take(64) ? 1 : 0;
    }
  }

  /** A budget that is stored after a look, not exchanged, is spent twice. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 0", "0, 1"},
      expect = ACCEPTABLE,
      desc = "one gets them")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByStoredBudget {
    private volatile int left = 100;

    @Actor
    public void one(II_Result r) {
      r.r1 = take(64);
    }

    @Actor
    public void two(II_Result r) {
      r.r2 = take(64);
    }

    private int take(int places) {
      final int seen = left;
      if (seen < places) {
        return 0;
      }
      left = seen - places;
      return 1;
    }
  }

  /** Who does not ask whether there may be room by now goes on to use the overflow series. */
  @JCStressTest
  @State
  @Outcome(
      id = {"11, 0", "1, 10", "0, 11"},
      expect = ACCEPTABLE,
      desc = "overflow up to some point, the series from there on")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByTimelessAlias {
    private final MetricStream stream = Fixture.idleCounter(1).stream();
    private final SeriesMap map = stream.seriesMap();
    private final Series idle = Fixture.seriesOfA(stream);
    private final Series overflow = new Series(stream, Overflow.ATTRIBUTES, 0, 0);
    private final AttributeFilter filter = Fixture.filter();
    private final FilteredAttributesCache aliases = new FilteredAttributesCache(new AliasBudget());

    public BrokenByTimelessAlias() {
      aliases.put(B_AS_RECORDED, overflow, 0);
    }

    @Actor
    public void record(II_Result r) {
      record(10, B_AS_RECORDED_TOO, r);
      record(1, B_AS_RECORDED, r);
    }

    @Actor
    public void evict() {
      if (map.tryEvict(idle, 0)) {
        map.removeEvicted();
        aliases.forgetEvicted();
      }
    }

    private void record(int value, Attributes attributes, II_Result r) {
      final FilteredAttributesCache.Entry entry = aliases.find(attributes);
      Series series = entry == null ? null : entry.series;
      if (series == null) {
        final Series found = map.findOrAdd(filter.apply(attributes));
        series = found == null ? overflow : found;
        aliases.put(attributes, series, 0);
      }
      if (series == overflow) {
        r.r2 += value;
      } else {
        r.r1 += value;
      }
    }
  }

  /** A series that is removed but not retired is recorded into by who remembers it. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "counted")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenByAliasOfRemoved {
    private final MetricStream stream = Fixture.filteredCounter(DELTA, NO_LIMIT).stream();
    private final FilteredAttributesCache aliases = new FilteredAttributesCache(new AliasBudget());
    private volatile Series only = stream.seriesMap().findOrAdd(B);

    public BrokenByAliasOfRemoved() {
      aliases.put(B_AS_RECORDED, only, 0);
    }

    @Actor
    public void record() {
      final SumCell cell = (SumCell) aliases.find(B_AS_RECORDED).series.acquire();
      cell.addLong(1);
      cell.release();
    }

    @Actor
    public void evict() {
      final Cell cell = only.acquire();
      final boolean isEmpty = cell.isEmpty();
      cell.release();
      if (isEmpty) {
        only = new Series(stream, B, 0, 0);
      }
    }

    @Arbiter
    public void collect(I_Result r) {
      only.visitCells(cell -> r.r1 += (int) ((SumCell) cell).longSum());
    }
  }

  /** A cache that keeps attributes in one array and series in another mixes them up. */
  @JCStressTest
  @State
  @Outcome(id = "1", expect = ACCEPTABLE, desc = "they belong together")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the fault shows")
  public static class BrokenBySeparateArrays {
    private final Attributes[] keys = new Attributes[1];
    private final Series[] values = new Series[1];

    @Actor
    public void one() {
      put(4);
    }

    @Actor
    public void two() {
      put(5);
    }

    @Arbiter
    public void find(I_Result r) {
      r.r1 = values[0] == SERIES.get(SAME_PLACE.indexOf(keys[0])) ? 1 : 0;
    }

    private void put(int i) {
      keys[0] = SAME_PLACE.get(i);
      values[0] = SERIES.get(i);
    }
  }

  /** A stream that remembers the series of {@link Fixture#B}, which is idle. */
  private static StreamCollector withAlias(AggregationTemporality temporality, int limit) {
    final StreamCollector collector = Fixture.filteredCounter(temporality, limit);
    final MetricStream stream = collector.stream();
    stream.recordLong(0, B_AS_RECORDED, null);
    stream.recordLong(0, B_AS_RECORDED_TOO, null);
    final var unused = Fixture.collect(collector);
    return collector;
  }

  /**
   * A stream whose one place an idle series has, and that remembers that {@link Fixture#B}
   * overflows.
   */
  private static StreamCollector withAliasOfOverflow(AggregationTemporality temporality) {
    final StreamCollector collector = Fixture.filteredCounter(temporality, 1);
    final MetricStream stream = collector.stream();
    stream.recordLong(0, A, null);
    stream.recordLong(0, B_AS_RECORDED, null);
    final var unused = Fixture.collect(collector);
    if (temporality == CUMULATIVE) {
      Fixture.silence(Fixture.seriesOfA(stream), 1);
    }
    return collector;
  }

  /** Six attribute sets that want the same place of the smallest cache, which four of them fill. */
  private static final List<Attributes> SAME_PLACE = ofPlace(0, 6);

  /** Attributes that want the place after it. */
  private static final Attributes NEXT_PLACE = ofPlace(1, 1).get(0);

  private static final List<Series> SERIES = seriesOf(SAME_PLACE);

  private static List<Attributes> ofPlace(int place, int number) {
    final List<Attributes> found = new ArrayList<>();
    for (int i = 0; found.size() < number; i++) {
      final Attributes attributes = Fixture.attributes("value " + i);
      if ((SeriesMap.hash(attributes) & 63) == place) {
        found.add(attributes);
      }
    }
    return found;
  }

  private static List<Series> seriesOf(List<Attributes> attributes) {
    final MetricStream stream = Fixture.filteredCounter(DELTA, NO_LIMIT).stream();
    return attributes.stream().map(each -> new Series(stream, each, 0, 0)).toList();
  }

  private FilteredView() {}
}
