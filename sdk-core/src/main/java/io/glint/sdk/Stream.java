package io.glint.sdk;

import io.glint.reservoir.Exemplar;
import io.glint.reservoir.ExemplarReservoir;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.ArrayList;
import java.util.Arrays;
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

  private final Clock clock;
  private final int cardinalityLimit;
  private final long creationEpochNanos;
  private final SeriesMap seriesMap;
  private final AtomicReference<Series> overflow = new AtomicReference<>();

  private final RateLimitedLog failures = new RateLimitedLog(LOGGER, Level.WARNING);
  private final RateLimitedLog omissions = new RateLimitedLog(LOGGER, Level.WARNING);

  private final ReentrantLock collectLock = new ReentrantLock();

  // The rest is guarded by collectLock.
  private final Series.CellVisitor cellVisitor = this::collectCell;
  private ExemplarReservoir joined;
  private ExemplarData[] newExemplars = new ExemplarData[0];
  private long patienceEnds;
  private boolean cellOmitted;

  Stream(StreamSettings settings) {
    this.instrument = settings.instrument();
    this.sampling = settings.sampling();
    this.temporality = settings.temporality();
    this.clock = settings.clock();
    this.cardinalityLimit = settings.cardinalityLimit();
    this.creationEpochNanos = settings.creationEpochNanos();
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
   * @return a cell that the caller owns and must release; null if attributes are broken or memory
   *     has run out, which is reported
   */
  final Cell take(Attributes attributes) {
    try {
      while (true) {
        Series series = seriesMap.find(attributes);
        if (series == null) {
          series = addOrOverflow(attributes);
        }
        final Cell cell = series.take();
        if (cell != null) {
          return cell;
        }
        seriesMap.removeEvicted();
      }
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      measurementLost(e);
      return null;
    }
  }

  private void measurementLost(Throwable cause) {
    failures.event(
        cause,
        () ->
            "A measurement of instrument "
                + instrument.inWords()
                + " could not be recorded and is lost");
  }

  private Series addOrOverflow(Attributes attributes) {
    final Series series = seriesMap.findOrAdd(attributes);
    return series != null ? series : overflow();
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
  public final InstrumentDescriptor instrument() {
    return instrument;
  }

  @Override
  public final Data<?> collect(long lastCollectEpochNanos, long epochNanos) {
    collectLock.lock();
    try {
      patienceEnds = System.nanoTime() + PATIENCE_NANOS;
      final long deltaStart = Math.max(lastCollectEpochNanos, creationEpochNanos);
      final List<PointData> points = new ArrayList<>();
      final boolean[] anyIdle = new boolean[1];
      seriesMap.forEach(
          series -> anyIdle[0] |= !collectSeries(series, points, deltaStart, epochNanos));
      final Series overflow = this.overflow.get();
      if (overflow != null) {
        collectSeries(overflow, points, deltaStart, epochNanos);
      }
      if (isDelta() && anyIdle[0]) {
        evictIdle();
      }
      return points.isEmpty() ? null : data(points);
    } finally {
      collectLock.unlock();
    }
  }

  private boolean isDelta() {
    return temporality == AggregationTemporality.DELTA;
  }

  /** Collects a series; false if it holds no measurement, and so has no point. */
  private boolean collectSeries(
      Series series, List<PointData> points, long deltaStart, long epochNanos) {
    clearTotal();
    cellOmitted = false;
    series.visitCells(cellVisitor);
    final long start = Math.min(isDelta() ? deltaStart : series.startEpochNanos, epochNanos);
    final List<ExemplarData> exemplars = exemplars(series, start, epochNanos);
    if (cellOmitted && !isDelta()) {
      // A cumulative point without one of its cells would go back; a delta catches up next time.
      omissions.event(
          null,
          () ->
              "A point of instrument "
                  + instrument.inWords()
                  + " is left out of a collection: a thread has been stopped for over a second in"
                  + " the middle of recording. Its measurements are kept for the next collection");
      return true;
    }
    if (isTotalEmpty()) {
      return cellOmitted;
    }
    points.add(point(series.attributes, start, epochNanos, exemplars));
    return true;
  }

  private void collectCell(Cell cell) {
    if (!takePatiently(cell)) {
      cellOmitted = true;
      return;
    }
    try {
      if (!cell.isEmpty()) {
        addToTotal(cell);
        joinExemplars(cell.reservoirOrNull());
        if (isDelta()) {
          cell.clear();
        }
      }
    } finally {
      cell.release();
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

  private void evictIdle() {
    final boolean[] anyEvicted = new boolean[1];
    seriesMap.forEach(series -> anyEvicted[0] |= series.tryEvict());
    if (anyEvicted[0]) {
      seriesMap.removeEvicted();
    }
  }

  private void joinExemplars(ExemplarReservoir reservoir) {
    if (reservoir == null) {
      return;
    }
    try {
      if (joined == null) {
        joined = sampling.newReservoir();
      }
      joined.absorb(reservoir);
    } catch (Throwable t) {
      joined = null;
      sampling.reservoirFailed(t);
    }
  }

  private List<ExemplarData> exemplars(Series series, long start, long epochNanos) {
    if (joined != null) {
      try {
        joined.collect(
            (slot, exemplar) -> keepExemplar(slot, exemplar, series.attributes, start, epochNanos));
      } catch (Throwable t) {
        joined = null;
        sampling.reservoirFailed(t);
      }
    }
    final VisibleExemplars before = isDelta() ? VisibleExemplars.NONE : series.visibleExemplars;
    final VisibleExemplars now = before.replacedBy(newExemplars);
    Arrays.fill(newExemplars, null);
    if (!isDelta()) {
      series.visibleExemplars = now;
    }
    return now.list();
  }

  private void keepExemplar(
      int slot, Exemplar exemplar, Attributes pointAttributes, long start, long epochNanos) {
    if (slot >= newExemplars.length) {
      newExemplars = Arrays.copyOf(newExemplars, slot + 1);
    }
    // The measurement is counted in this point, so it belongs into its window, also if it was made
    // while the collection runs or if the wall clock was set meanwhile.
    final long time = Math.max(start, Math.min(exemplar.epochNanos(), epochNanos));
    newExemplars[slot] =
        exemplarData(exemplar, Overflow.filtered(exemplar.attributes(), pointAttributes), time);
  }

  // What an aggregation is, to the collection. All guarded by collectLock.

  abstract void clearTotal();

  abstract void addToTotal(Cell cell);

  abstract boolean isTotalEmpty();

  abstract PointData point(
      Attributes attributes, long start, long epochNanos, List<ExemplarData> exemplars);

  abstract ExemplarData exemplarData(Exemplar exemplar, Attributes filtered, long epochNanos);

  /** Wraps points that {@link #point} made; never empty. */
  abstract Data<?> data(List<PointData> points);

  /** For tests. */
  final SeriesMap seriesMap() {
    return seriesMap;
  }
}
