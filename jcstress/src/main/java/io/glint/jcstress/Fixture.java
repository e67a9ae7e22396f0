package io.glint.jcstress;

import io.glint.reservoir.ExemplarReservoirFactory;
import io.glint.reservoir.ReservoirSettings;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.glint.sdk.exemplar.ExemplarAttributes;
import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.cell.StripedCells;
import io.glint.sdk.internal.collect.ExponentialHistogramCollector;
import io.glint.sdk.internal.collect.HistogramCollector;
import io.glint.sdk.internal.collect.LastValueCollector;
import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.collect.SumCollector;
import io.glint.sdk.internal.data.AbstractPoint;
import io.glint.sdk.internal.data.PointPool;
import io.glint.sdk.internal.exemplar.ExemplarSampling;
import io.glint.sdk.internal.exemplar.MeasurementClock;
import io.glint.sdk.internal.histogram.BucketIndex;
import io.glint.sdk.internal.metric.InstrumentDescriptor;
import io.glint.sdk.internal.series.AliasBudget;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.stream.ExponentialHistogramStream;
import io.glint.sdk.internal.stream.HistogramStream;
import io.glint.sdk.internal.stream.LastValueStream;
import io.glint.sdk.internal.stream.MetricStream;
import io.glint.sdk.internal.stream.StreamSettings;
import io.glint.sdk.internal.stream.SumStream;
import io.glint.sdk.internal.view.AttributeFilter;
import io.glint.sdk.internal.view.ResolvedAggregation;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.InstrumentValueType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What the tests have in common: streams and their collectors that are cheap to make, for jcstress
 * makes a new state for every sample, and a reading of what a collection returned that fits into a
 * result.
 */
final class Fixture {
  static final AggregationTemporality DELTA = AggregationTemporality.DELTA;
  static final AggregationTemporality CUMULATIVE = AggregationTemporality.CUMULATIVE;

  static final int NO_LIMIT = 1000;

  private static final AttributeKey<String> KEY = AttributeKey.stringKey("key");

  static final Attributes A = attributes("a");
  static final Attributes B = attributes("b");
  static final Attributes C = attributes("c");

  /** Equal to {@link #A}, yet another object. */
  static final Attributes OTHER_A = attributes("a");

  /** Of a series that a test never records into. */
  static final Attributes IDLE = attributes("idle");

  private static final AttributeKey<String> DROPPED_KEY = AttributeKey.stringKey("dropped");

  /** {@link #B}, and what {@link #filteredCounter} removes. */
  static final Attributes B_AS_RECORDED = B.toBuilder().put(DROPPED_KEY, "one").build();

  /** Others that {@link #filteredCounter} makes {@link #B} of. */
  static final Attributes B_AS_RECORDED_TOO = B.toBuilder().put(DROPPED_KEY, "two").build();

  private static final List<Attributes> FILLERS =
      List.of(attributes("w"), attributes("x"), attributes("y"), attributes("z"));

  /** Two buckets: up to 10, and above. */
  private static final ResolvedAggregation TWO_BUCKETS =
      ResolvedAggregation.explicitBuckets(List.of(10.0), /* recordsMinMax= */ true);

  private static final BucketIndex TWO_BUCKETS_INDEX = new BucketIndex(TWO_BUCKETS.boundaryArray());

  /** Four buckets, which are too few for the values 1 and 4 even at the highest scale. */
  private static final ResolvedAggregation FOUR_BUCKETS =
      ResolvedAggregation.exponential(
          /* maxBuckets= */ 4, /* maxScale= */ 1, /* recordsMinMax= */ true);

  private static final long START = 1000;
  private static final long IDLE_TIMEOUT = 1;
  static final long NOW = 2000;

  /** Stands still, so that no test depends on time or pays for reading it. */
  static final Clock CLOCK =
      new Clock() {
        @Override
        public long now() {
          return NOW;
        }

        @Override
        public long nanoTime() {
          return 0;
        }
      };

  /** Held strongly, as the log manager would forget the level otherwise. */
  private static final Logger LOGGER = Logger.getLogger("io.glint.sdk");

  private static final VarHandle PIN = fieldOfCells("pin", WeakReference.class);
  private static final VarHandle STRIPES = fieldOfCells("stripes", Cell[].class);

  static {
    // Each stream of each sample that overflows would log once.
    LOGGER.setLevel(Level.OFF);
  }

  private Fixture() {}

  static Attributes attributes(String value) {
    return Attributes.of(KEY, value);
  }

  // ------------------------------------------------------------------------------------- streams

  static StreamCollector histogram(AggregationTemporality temporality) {
    return histogram(temporality, NO_LIMIT, CustomExemplarFilter.alwaysOff());
  }

  static StreamCollector histogram(
      AggregationTemporality temporality, int limit, CustomExemplarFilter filter) {
    return histogram(histogramSettings(temporality, limit, filter));
  }

  private static StreamCollector histogram(StreamSettings settings) {
    return new HistogramCollector(
        new HistogramStream(settings, TWO_BUCKETS_INDEX), settings, TWO_BUCKETS, TWO_BUCKETS_INDEX);
  }

  private static StreamCollector exponential(StreamSettings settings) {
    return new ExponentialHistogramCollector(
        new ExponentialHistogramStream(settings, FOUR_BUCKETS), settings, FOUR_BUCKETS);
  }

  private static StreamCollector sum(StreamSettings settings) {
    return new SumCollector(new SumStream(settings), settings);
  }

  static StreamSettings histogramSettings(
      AggregationTemporality temporality, int limit, CustomExemplarFilter filter) {
    return settings(
        InstrumentType.HISTOGRAM, InstrumentValueType.DOUBLE, temporality, limit, filter);
  }

  static StreamCollector longCounter(AggregationTemporality temporality, int limit) {
    return sum(
        settings(
            InstrumentType.COUNTER,
            InstrumentValueType.LONG,
            temporality,
            limit,
            CustomExemplarFilter.alwaysOff()));
  }

  static StreamCollector doubleCounter(AggregationTemporality temporality) {
    return sum(
        settings(
            InstrumentType.COUNTER,
            InstrumentValueType.DOUBLE,
            temporality,
            NO_LIMIT,
            CustomExemplarFilter.alwaysOff()));
  }

  /** A histogram whose scale falls when two of the values 1, 4 and 1024 meet in a cell. */
  static StreamCollector exponential(AggregationTemporality temporality) {
    return exponential(histogramSettings(temporality, NO_LIMIT, CustomExemplarFilter.alwaysOff()));
  }

  /** A counter that drops the series that are {@linkplain #silence silent}. */
  static StreamCollector idleCounter(int limit) {
    return longCounter(CUMULATIVE, limit, /* filter= */ null, IDLE_TIMEOUT);
  }

  /** A counter that keeps silent series, unless they are removable. */
  static StreamCollector removableCounter(AggregationTemporality temporality) {
    return longCounter(
        temporality, NO_LIMIT, /* filter= */ null, temporality == DELTA ? Long.MAX_VALUE : 0);
  }

  /** A counter with a view; if it is cumulative, as {@link #idleCounter} besides. */
  static StreamCollector filteredCounter(AggregationTemporality temporality, int limit) {
    return longCounter(temporality, limit, filter(), temporality == DELTA ? 0 : IDLE_TIMEOUT);
  }

  static AttributeFilter filter() {
    return new AttributeFilter(KEY.getKey()::equals);
  }

  private static StreamCollector longCounter(
      AggregationTemporality temporality, int limit, AttributeFilter filter, long idleTimeout) {
    final StreamSettings plain =
        settings(
            InstrumentType.COUNTER,
            InstrumentValueType.LONG,
            temporality,
            limit,
            CustomExemplarFilter.alwaysOff());
    return sum(
        new StreamSettings(
            plain.instrument(),
            plain.metric(),
            filter,
            new AliasBudget(),
            ExemplarAttributes.none(),
            temporality,
            limit,
            plain.sampling(),
            new MeasurementClock(CLOCK),
            START,
            idleTimeout));
  }

  static StreamSettings gaugeSettings(AggregationTemporality temporality) {
    return settings(
        InstrumentType.GAUGE,
        InstrumentValueType.LONG,
        temporality,
        NO_LIMIT,
        CustomExemplarFilter.alwaysOff());
  }

  static StreamCollector gauge(AggregationTemporality temporality) {
    final StreamSettings settings = gaugeSettings(temporality);
    return new LastValueCollector(new LastValueStream(settings), settings);
  }

  private static StreamSettings settings(
      InstrumentType type,
      InstrumentValueType valueType,
      AggregationTemporality temporality,
      int limit,
      CustomExemplarFilter filter) {
    final boolean hasBuckets = type == InstrumentType.HISTOGRAM;
    return new StreamSettings(
        new InstrumentDescriptor("stressed", "", "", type, valueType),
        temporality,
        limit,
        new ExemplarSampling(
            filter,
            "stressed",
            hasBuckets
                ? ExemplarReservoirFactory.alignedHistogramBucket()
                : ExemplarReservoirFactory.fixedSize(1),
            ReservoirSettings.create(hasBuckets ? TWO_BUCKETS.bucketCount() : 1, () -> NOW)),
        CLOCK,
        START);
  }

  /** A histogram with exemplars whose measurements all go to one series, whatever they are of. */
  static StreamCollector histogram(ExemplarReservoirFactory reservoir) {
    return histogram(oneSeriesSettings(reservoir));
  }

  /** As {@link #histogram(ExemplarReservoirFactory)}, exponential. */
  static StreamCollector exponential(ExemplarReservoirFactory reservoir) {
    return exponential(oneSeriesSettings(reservoir));
  }

  /** Each exemplar has a time of its own, in the order in which they are kept. */
  static StreamSettings oneSeriesSettings(ExemplarReservoirFactory reservoir) {
    final StreamSettings plain =
        histogramSettings(DELTA, NO_LIMIT, CustomExemplarFilter.traceBased());
    final AtomicLong time = new AtomicLong(START);
    return new StreamSettings(
        plain.instrument(),
        plain.metric(),
        new AttributeFilter(key -> false),
        new AliasBudget(),
        ExemplarAttributes.all(),
        DELTA,
        NO_LIMIT,
        new ExemplarSampling(
            CustomExemplarFilter.traceBased(),
            "stressed",
            reservoir,
            ReservoirSettings.create(TWO_BUCKETS.bucketCount(), time::incrementAndGet)),
        new MeasurementClock(CLOCK),
        START,
        /* idleTimeoutNanos= */ 0);
  }

  /** The series of {@link #A}, which is made if it is missing. */
  static Series seriesOfA(MetricStream stream) {
    return stream.seriesMap().findOrAdd(A);
  }

  /** Adds series until there are four, which is what the first table of a stream can hold. */
  static void fillSmallestTable(MetricStream stream) {
    for (int i = stream.seriesMap().size(); i < 4; i++) {
      stream.seriesMap().findOrAdd(FILLERS.get(i));
    }
  }

  /**
   * Makes the series have stripes, as if threads had met in it before.
   *
   * @return its cells, all free, in the order in which they are collected: the first one, which is
   *     no thread's home any more, and one for each of two homes
   */
  static Cell[] stripe(Series series) {
    final Cell[] cells = {series.acquire(), series.acquire(), series.acquire()};
    for (final Cell cell : cells) {
      cell.release();
    }
    // One thread alone has given a home to its own place only.
    STRIPES.set(series, new Cell[] {cells[1], cells[2], cells[1], cells[2]});
    return cells;
  }

  /** As when whoever has bound the series has become garbage. */
  static void unpin(Series series) {
    ((Reference<?>) PIN.get(series)).clear();
  }

  private static VarHandle fieldOfCells(String name, Class<?> type) {
    try {
      return MethodHandles.privateLookupIn(StripedCells.class, MethodHandles.lookup())
          .findVarHandle(StripedCells.class, name, type);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** As when this many measurements of the series were collected, longer ago than the timeout. */
  static void silence(Series series, long measurements) {
    series.measurements = measurements;
    series.activeNanos = CLOCK.nanoTime() - IDLE_TIMEOUT;
  }

  // ---------------------------------------------------------------------------------- collection

  static List<? extends PointData> collect(StreamCollector collector) {
    return points(collector.collect(START, NOW, new PointPool(/* isReused= */ false)));
  }

  private static List<? extends PointData> points(Data<?> data) {
    return data == null ? Collections.emptyList() : List.copyOf(data.getPoints());
  }

  /** Collects one series without the lock, and its cells as {@code visitor} does. */
  static List<? extends PointData> collectUnlocked(
      StreamCollector collector, Series series, StripedCells.CellVisitor visitor) {
    final PointPool points = new PointPool(/* isReused= */ false);
    points.begin(collector::data);
    collector.total().clear();
    collector.begin(series);
    series.visitCells(visitor);
    final AbstractPoint point = collector.point(points, 0);
    collector.fill(point, series);
    point.setCommonFields(0, NOW, series.attributes, List.of());
    return points(points.end(1));
  }

  /** The point of these attributes, null if there is none. */
  static PointData point(List<? extends PointData> points, Attributes attributes) {
    for (final PointData point : points) {
      if (point.getAttributes().equals(attributes)) {
        return point;
      }
    }
    return null;
  }

  /** Measurements counted in a histogram's points, or the sum of a counter's. */
  static int total(List<? extends PointData> points) {
    long total = 0;
    for (final PointData point : points) {
      total += total(point);
    }
    return (int) total;
  }

  static int total(PointData point) {
    if (point == null) {
      return 0;
    }
    if (point instanceof HistogramPointData histogram) {
      return (int) histogram.getCount();
    }
    return (int) ((LongPointData) point).getValue();
  }

  static int collectTotal(StreamCollector collector) {
    return total(collect(collector));
  }

  /** The same for a reader that the collector knows. */
  static int collectTotal(StreamCollector collector, PointPool reader) {
    return total(points(collector.collect(START, NOW, reader)));
  }

  /** Sum of the one point of a stream of doubles, which must be there. */
  static double sum(List<? extends PointData> points) {
    final PointData point = points.get(0);
    return point instanceof HistogramPointData histogram
        ? histogram.getSum()
        : ((DoublePointData) point).getValue();
  }

  /** The value of the one point of a gauge of longs; 0 if there is none. */
  static int collectLast(StreamCollector collector) {
    return total(collect(collector));
  }

  /**
   * Names the measurements that a histogram point describes, of the values 7 and 20: "none", "7",
   * "7+20" and so on. If its count, sum, minimum, maximum and buckets do not all describe the same
   * ones, says "incoherent" and what is in it.
   */
  static String describe(List<? extends PointData> points) {
    if (points.isEmpty()) {
      return "none";
    }
    final HistogramPointData point = (HistogramPointData) points.get(0);
    final long sevens = point.getCounts().get(0);
    final long twenties = point.getCounts().get(1);
    final boolean coherent =
        points.size() == 1
            && point.getCount() == sevens + twenties
            && point.getCount() > 0
            && point.getSum() == 7.0 * sevens + 20.0 * twenties
            && point.getMin() == (sevens > 0 ? 7.0 : 20.0)
            && point.getMax() == (twenties > 0 ? 20.0 : 7.0);
    if (!coherent) {
      return "incoherent";
    }
    final List<String> names = new ArrayList<>();
    names.addAll(Collections.nCopies((int) sevens, "7"));
    names.addAll(Collections.nCopies((int) twenties, "20"));
    return String.join("+", names);
  }

  /** Number of exemplars in these points. */
  static int exemplars(List<? extends PointData> points) {
    int exemplars = 0;
    for (final PointData point : points) {
      exemplars += point.getExemplars().size();
    }
    return exemplars;
  }

  /**
   * Names the exemplars of these points by the measurements they come from, see {@link
   * Measurement}; "torn" if one has parts of different measurements, "misplaced" if its bucket
   * counts none.
   */
  static String exemplarNames(List<? extends PointData> points) {
    final StringBuilder names = new StringBuilder();
    for (final PointData point : points) {
      for (final ExemplarData exemplar : point.getExemplars()) {
        final double value = ((DoubleExemplarData) exemplar).getValue();
        final Measurement measurement = Measurement.of(value);
        if (measurement == null || !measurement.isSource(exemplar, point.getAttributes())) {
          return "torn";
        }
        if (((HistogramPointData) point).getCounts().get(value > 10 ? 1 : 0) == 0) {
          return "misplaced";
        }
        names.append(names.length() > 0 ? "+" : "").append(measurement);
      }
    }
    return names.length() > 0 ? names.toString() : "none";
  }
}
