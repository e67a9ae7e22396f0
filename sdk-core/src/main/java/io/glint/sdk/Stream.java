package io.glint.sdk;

import io.glint.reservoir.Exemplar;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A metric stream of a synchronous instrument: where its measurements go, series by series, and how
 * they are collected. Subclasses are the aggregations.
 *
 * <p>Recording is the straight line {@code instrument -> stream -> series -> cell}. Each subclass
 * has its own recording method rather than a shared one with a hook in it, so that the call sites
 * stay monomorphic in a program that uses several aggregations.
 *
 * <p>Recording is thread-safe and never waits, see {@link Cell}. Collection is serialized by a lock
 * that recorders never touch.
 */
abstract class Stream implements MetricSource {
  private static final Logger LOGGER = Logger.getLogger(Stream.class.getName());

  /** How long one collection of a stream waits for recorders that are stopped in mid-record. */
  private static final long PATIENCE_NANOS = 1_000_000_000L;

  private static final int SPINS = 200;
  private static final long PARK_NANOS = 50_000;

  final InstrumentDescriptor instrument;
  final ExemplarSampling sampling;
  final AggregationTemporality temporality;

  private final InstrumentDescriptor metric;
  private final boolean isDelta;
  private final Clock clock;
  private final int cardinalityLimit;
  private final SeriesMap seriesMap;

  /** Null if all attributes are kept; then so is the cache. */
  private final AttributeFilter attributeFilter;

  private final AliasCache aliases;
  private final AtomicReference<Series> overflow = new AtomicReference<>();
  private volatile boolean isShutdown;

  private final RateLimitedLog failures = new RateLimitedLog(LOGGER, Level.WARNING);
  private final RateLimitedLog omissions = new RateLimitedLog(LOGGER, Level.WARNING);

  private final ReentrantLock collectLock = new ReentrantLock();

  // The rest is guarded by collectLock.
  private final Series.CellVisitor cellVisitor = this::collectCell;
  private final ExemplarCollector exemplarCollector;
  private long creationEpochNanos;
  private long patienceEnds;
  private boolean cellOmitted;

  Stream(StreamSettings settings) {
    this.instrument = settings.instrument();
    this.metric = settings.metric();
    this.attributeFilter = settings.attributeFilter();
    this.aliases = attributeFilter == null ? null : new AliasCache();
    this.sampling = settings.sampling();
    this.temporality = settings.temporality();
    this.isDelta = temporality == AggregationTemporality.DELTA;
    this.clock = settings.clock();
    this.cardinalityLimit = settings.cardinalityLimit();
    this.creationEpochNanos = settings.creationEpochNanos();
    this.exemplarCollector = new ExemplarCollector(sampling, this::exemplarData);
    this.seriesMap = new SeriesMap(this, settings.cardinalityLimit());
  }

  /**
   * Records a measurement. Never waits, never throws, allocates only for a new series or cell.
   *
   * @param attributes never null
   * @param context the context of the measurement; ignored if exemplars are off
   */
  abstract void recordLong(long value, Attributes attributes, Context context);

  /** As {@link #recordLong}. The value is finite. */
  abstract void recordDouble(double value, Attributes attributes, Context context);

  abstract Cell newCell(Series series, boolean padded);

  // ---------------------------------------------------------------------------------- recording

  /**
   * Takes a cell of the series of these attributes.
   *
   * @return a cell that the caller owns and must release; null if attributes or a view's filter are
   *     broken or memory has run out, which is reported, and for a new series after shutdown
   */
  final Cell take(Attributes attributes) {
    try {
      final Series series = aliases == null ? seriesMap.find(attributes) : aliases.find(attributes);
      if (series != null) {
        final Cell cell = series.take();
        if (cell != null) {
          return cell;
        }
      }
      return takeFromNew(attributes);
    } catch (Throwable t) {
      // Attributes and filters are user code, which may throw anything; the application goes on.
      measurementLost(t);
      return null;
    }
  }

  /** Null after shutdown: what nobody will collect is not kept. */
  private Cell takeFromNew(Attributes attributes) {
    final Attributes kept =
        attributeFilter == null ? attributes : attributeFilter.apply(attributes);
    while (!isShutdown) {
      final Series found = seriesMap.findOrAdd(kept);
      final Series series = found != null ? found : overflow();
      final Cell cell = series.take();
      if (cell != null) {
        remember(attributes, series, cell);
        return cell;
      }
      seriesMap.removeEvicted();
    }
    return null;
  }

  /** Remembers where the filtered attributes lead. Whatever it throws, the cell is given back. */
  private void remember(Attributes attributes, Series series, Cell cell) {
    if (aliases == null) {
      return;
    }
    boolean done = false;
    try {
      aliases.put(attributes, series);
      done = true;
    } finally {
      if (!done) {
        cell.release();
      }
    }
  }

  @Override
  public final void shutdown() {
    isShutdown = true;
  }

  private void measurementLost(Throwable cause) {
    try {
      failures.event(
          cause,
          () ->
              "A measurement of instrument "
                  + instrument.inWords()
                  + " could not be recorded and is lost");
    } catch (Throwable t) {
      // What made the measurement fail makes the report fail, or the log is broken.
    }
  }

  final Series newSeries(Attributes attributes, int hash) {
    return new Series(this, attributes, hash, clock.now());
  }

  private Series overflow() {
    final Series existing = overflow.get();
    return existing != null ? existing : makeOverflow();
  }

  private Series makeOverflow() {
    final Series made = newSeries(Overflow.ATTRIBUTES, 0);
    if (!overflow.compareAndSet(null, made)) {
      return overflow.get();
    }
    LOGGER.log(
        Level.WARNING,
        "Instrument {0} has more than {1} attribute sets, its cardinality limit. Measurements of"
            + " further ones are counted in the series otel.metric.overflow=true. Remove an"
            + " attribute that has many values, or raise the limit where the reader is registered"
            + " (registerMetricReader with a CardinalityLimitSelector). Logged once.",
        new Object[] {instrument.inWords(), Integer.toString(cardinalityLimit)});
    return made;
  }

  // --------------------------------------------------------------------------------- collection

  @Override
  public final InstrumentDescriptor metric() {
    return metric;
  }

  @Override
  public final Data<?> collect(long lastCollectEpochNanos, long epochNanos) {
    collectLock.lock();
    try {
      patienceEnds = System.nanoTime() + PATIENCE_NANOS;
      // An instrument may have been made after the collection began.
      creationEpochNanos = Math.min(creationEpochNanos, epochNanos);
      final long deltaStart = Math.max(lastCollectEpochNanos, creationEpochNanos);
      final List<PointData> points = new ArrayList<>();
      seriesMap.forEach(series -> collectSeries(series, points, deltaStart, epochNanos));
      final Series overflow = this.overflow.get();
      if (overflow != null) {
        collectSeries(overflow, points, deltaStart, epochNanos);
      }
      if (isDelta) {
        evict();
      }
      return points.isEmpty() ? null : data(points);
    } finally {
      collectLock.unlock();
    }
  }

  /** Collects a series, which has no point if it holds no measurement. */
  private void collectSeries(
      Series series, List<PointData> points, long deltaStart, long epochNanos) {
    begin(series);
    cellOmitted = false;
    series.visitCells(cellVisitor);
    // A series may have been recorded into for the first time after the collection began.
    series.startEpochNanos = Math.min(series.startEpochNanos, epochNanos);
    final long start = isDelta ? deltaStart : series.startEpochNanos;
    final List<ExemplarData> exemplars = exemplarCollector.take(series, isDelta, start, epochNanos);
    final boolean isEmpty = isTotalEmpty();
    series.isIdle = isEmpty && !cellOmitted;
    if (cellOmitted && !isDelta) {
      // A cumulative point without one of its cells would go back; a delta catches up next time.
      omissions.event(
          null,
          () ->
              "A point of instrument "
                  + instrument.inWords()
                  + " is left out of a collection: a thread has been stopped for over a second in"
                  + " the middle of recording. Its measurements are kept for the next collection");
    } else if (!isEmpty) {
      points.add(point(series.attributes, start, epochNanos, exemplars));
    }
  }

  private void collectCell(Cell cell) {
    if (!takePatiently(cell)) {
      cellOmitted = true;
      return;
    }
    Throwable lostExemplars = null;
    try {
      if (!cell.isEmpty()) {
        addToTotal(cell);
        lostExemplars = exemplarCollector.join(cell.reservoirOrNull());
        if (isDelta) {
          cell.clear();
        }
      }
    } finally {
      cell.release();
    }
    if (lostExemplars != null) {
      sampling.reservoirFailed(lostExemplars);
    }
  }

  private boolean takePatiently(Cell cell) {
    for (int attempt = 0; !cell.tryTake(); attempt++) {
      if (attempt < SPINS) {
        Thread.onSpinWait();
      } else if (System.nanoTime() - patienceEnds < 0) {
        LockSupport.parkNanos(PARK_NANOS);
      } else {
        return false;
      }
    }
    return true;
  }

  /**
   * Evicts the series that were silent for the whole interval. At the limit, evicts every series
   * that holds nothing now, so that the next interval can have as many new ones as the limit says.
   */
  private void evict() {
    final boolean isFull = seriesMap.isFull();
    if (isFull && aliases != null) {
      // Some may lead to the overflow series, although there will be room now.
      aliases.clear();
    }
    final boolean[] anyEvicted = new boolean[1];
    seriesMap.forEach(series -> anyEvicted[0] |= (isFull || series.isIdle) && series.tryEvict());
    if (anyEvicted[0]) {
      seriesMap.removeEvicted();
    }
  }

  // What an aggregation is, to the collection. All guarded by collectLock.

  /** Starts to add up the cells of a series. */
  abstract void begin(Series series);

  abstract void addToTotal(Cell cell);

  abstract boolean isTotalEmpty();

  abstract PointData point(
      Attributes attributes, long start, long epochNanos, List<ExemplarData> exemplars);

  abstract ExemplarData exemplarData(Exemplar exemplar, Attributes filtered);

  /** Wraps points that {@link #point} made; never empty. */
  abstract Data<?> data(List<PointData> points);

  /** For tests. */
  final SeriesMap seriesMap() {
    return seriesMap;
  }
}
