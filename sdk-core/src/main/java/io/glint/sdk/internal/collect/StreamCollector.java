package io.glint.sdk.internal.collect;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.cell.PaddedTotal;
import io.glint.sdk.internal.cell.ProtocolPoint;
import io.glint.sdk.internal.cell.SeriesTotal;
import io.glint.sdk.internal.cell.StripedCells;
import io.glint.sdk.internal.data.AbstractPoint;
import io.glint.sdk.internal.data.PointPool;
import io.glint.sdk.internal.exemplar.ExemplarAccount;
import io.glint.sdk.internal.exemplar.ExemplarCounts;
import io.glint.sdk.internal.exemplar.ExemplarLines;
import io.glint.sdk.internal.exemplar.ExemplarSampling;
import io.glint.sdk.internal.exemplar.FrontPadding;
import io.glint.sdk.internal.exemplar.MeasurementClock;
import io.glint.sdk.internal.exemplar.MutableExemplarData;
import io.glint.sdk.internal.exporter.BoundedWait;
import io.glint.sdk.internal.log.RateLimitedLog;
import io.glint.sdk.internal.metric.AttributeCardinality;
import io.glint.sdk.internal.metric.DropCounters;
import io.glint.sdk.internal.metric.InstrumentDescriptor;
import io.glint.sdk.internal.metric.MetricDescriptor;
import io.glint.sdk.internal.series.Overflow;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.series.SeriesMap;
import io.glint.sdk.internal.series.SeriesStore;
import io.glint.sdk.internal.stream.MetricStream;
import io.glint.sdk.internal.stream.StreamSettings;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Collects a metric stream: goes from series to series, copies or empties their cells, and makes
 * points of what is in them. Subclasses are the aggregations.
 *
 * <p>Collections of a stream follow one another: a lock, which recorders never touch, sees to it.
 * While it is held, no handler of log records and no code of the user's runs, with these
 * exceptions: the provider's clock, the exemplar reservoirs, and what decides which attributes an
 * exemplar has. What there is to report is written down and reported when the lock is free. As a
 * reservoir may hang nevertheless, a reader waits for the lock for {@value #TURN_SECONDS} seconds
 * at most, and then leaves the metric out of its collection.
 *
 * <p><b>When something fails</b>, such as for want of memory, no number is wrong and none is lost
 * in silence. Everything a collection needs is allocated before a cell is emptied: the data, the
 * list, and of each series its point. What fails then leaves the cells as they are, and the next
 * collection has what is in them. Only the counts of a histogram's point are allocated afterwards,
 * as their size depends on what was counted; if that fails under delta temporality, the
 * measurements are lost, counted and reported. What is done besides, such as eviction, comes when
 * the points are safe, and what it throws is reported. An exemplar that was taken from a cell goes
 * to the point of its series, or nowhere.
 *
 * <p>What is written for each series is in padded objects of its own, see {@link SeriesTotal}: no
 * line of it is read by recorders.
 */
public abstract class StreamCollector implements CollectableStream {
  private static final Logger LOGGER = Logger.getLogger(StreamCollector.class.getName());

  /** How long one collection of a stream waits for recorders that are stopped in mid-record. */
  private static final long CELL_TIMEOUT_NANOS = 1_000_000_000L;

  /** How long one reader waits for another one's collection of the same stream. */
  private static final int TURN_SECONDS = 10;

  private static final int SPINS = 200;
  private static final long PARK_NANOS = 50_000;

  final InstrumentDescriptor instrument;
  protected final AggregationTemporality temporality;

  private final MetricStream stream;
  private final SeriesMap seriesMap;
  private final SeriesStore store;
  private final MetricDescriptor metric;
  private final ExemplarSampling sampling;
  private final boolean isDelta;
  private final MeasurementClock clock;
  private final int cardinalityLimit;
  private final long idleTimeoutNanos;
  private final SeriesTotal total;
  private final ExemplarCollector exemplarCollector;

  @SuppressWarnings("GuardedBy") // Called in collections only, with the lock held.
  private final StripedCells.CellVisitor cellVisitor = this::collectCell;

  private final Function<List<PointData>, Data<?>> dataWrapper = this::data;
  private final List<PointPool> readers = new CopyOnWriteArrayList<>();
  private final RateLimitedLog failures = new RateLimitedLog(LOGGER, Level.WARNING);
  private final RateLimitedLog omissions = new RateLimitedLog(LOGGER, Level.WARNING);
  private final RateLimitedLog missedTurns = new RateLimitedLog(LOGGER, Level.WARNING);

  /** True once it is being, or has been, reported that the cardinality limit was hit. */
  private volatile boolean isOverflowLogged;

  private final ReentrantLock collectLock = new ReentrantLock();

  /** In a field, as a collection is not to allocate it. */
  private final BoundedWait.Condition locking = collectLock::tryLock;

  // What the parts that are final above hold is guarded by it, too.

  @GuardedBy("collectLock")
  private final ExemplarCounts tally = new ExemplarCounts();

  /** What was collected from cells and is not in the tally yet. */
  @GuardedBy("collectLock")
  private final ExemplarCounts pending = new PaddedTally();

  @GuardedBy("collectLock")
  private Findings findings = new Findings();

  @GuardedBy("collectLock")
  private long creationEpochNanos;

  @GuardedBy("collectLock")
  private long cellDeadline;

  @GuardedBy("collectLock")
  private long measurementsOfDropped;

  /**
   * Makes the collector of a stream.
   *
   * @param total to add up the cells of a series in; padded
   */
  // Its parts keep this object, and call it in collections only, with the lock held.
  @SuppressWarnings({"this-escape", "GuardedBy"})
  protected StreamCollector(
      MetricStream stream, StreamSettings settings, ExemplarLines lines, PaddedTotal total) {
    this.stream = stream;
    this.instrument = settings.instrument();
    this.temporality = settings.temporality();
    this.seriesMap = stream.seriesMap();
    this.store = stream.store();
    this.metric = settings.metric();
    this.sampling = settings.sampling();
    this.isDelta = temporality == AggregationTemporality.DELTA;
    this.clock = settings.clock();
    this.cardinalityLimit = settings.cardinalityLimit();
    this.idleTimeoutNanos = settings.idleTimeoutNanos();
    this.creationEpochNanos = settings.creationEpochNanos();
    this.total = total;
    this.exemplarCollector =
        ExemplarCollector.padded(
            sampling,
            settings.exemplarAttributeFilter(),
            ExemplarUpdate.padded(lines, this::newExemplar, settings.clock()),
            pending,
            this::exemplarFailed);
  }

  /** The stream that is collected, always the same: what instruments record into. */
  public final MetricStream stream() {
    return stream;
  }

  @Override
  public final InstrumentDescriptor metric() {
    return metric.descriptor();
  }

  @Override
  public final int cardinalityLimit() {
    return cardinalityLimit;
  }

  @Override
  public final boolean describe(String description) {
    return metric.describe(description);
  }

  @Override
  public final void addReader(PointPool points) {
    points.collectedNanos = clock.nanoTime();
    readers.add(points);
  }

  @Override
  public final void shutdown() {
    stream.shutdown();
  }

  @Override
  public final @Nullable Data<?> collect(
      long lastCollectEpochNanos, long epochNanos, PointPool points) {
    if (!tryLock(TimeUnit.SECONDS.toNanos(TURN_SECONDS))) {
      turnMissed();
      return null;
    }
    final Data<?> data;
    final Findings found;
    try {
      data = collectLocked(lastCollectEpochNanos, epochNanos, points);
      found = takeFindings();
    } finally {
      collectLock.unlock();
    }
    report(found);
    return data;
  }

  @Override
  public final void discard(long lastCollectEpochNanos, long epochNanos, PointPool points) {
    if (!isDelta) {
      return;
    }
    if (!tryLock(TimeUnit.SECONDS.toNanos(TURN_SECONDS))) {
      turnMissed();
      return;
    }
    final Findings found;
    try {
      final long handedOver = points.exemplars;
      final var unused = collectLocked(lastCollectEpochNanos, epochNanos, points);
      // No reader gets these points.
      points.exemplars = handedOver;
      found = takeFindings();
    } finally {
      collectLock.unlock();
    }
    report(found);
  }

  /** In vain if the lock is held for so long. An interrupt makes no thread miss a turn. */
  private boolean tryLock(long nanos) {
    return BoundedWait.await(locking, nanos);
  }

  @GuardedBy("collectLock")
  @SuppressWarnings("GuardedBy") // Its lambda is called here only, with the lock held.
  private @Nullable Data<?> collectLocked(
      long lastCollectEpochNanos, long epochNanos, PointPool points) {
    cellDeadline = System.nanoTime() + CELL_TIMEOUT_NANOS;
    // An instrument may have been made after the collection began.
    creationEpochNanos = Math.min(clock.onPresentLine(creationEpochNanos), epochNanos);
    final long deltaStart = Math.max(lastCollectEpochNanos, creationEpochNanos);
    final SeriesMap.SeriesVisitor visitor =
        series -> collectSeries(series, points, deltaStart, epochNanos);
    final long now = clock.nanoTime();
    points.begin(dataWrapper);
    points.collectedNanos = now;
    total.beginCollection();
    if (!isDelta) {
      pending.measurements = 0;
    }
    store.turnInterval();
    try {
      seriesMap.forEach(visitor);
    } finally {
      store.turnInterval();
    }
    final Series overflow = store.overflowOrNull();
    if (overflow != null) {
      visitor.visit(overflow);
      findings.isOverflow |= !isOverflowLogged;
      isOverflowLogged = true;
    }
    publishTally();
    points.exemplars += total.exemplars;
    final Data<?> data = points.end(total.points);
    tidyUp(now);
    return data;
  }

  /**
   * A total that lacks a cell waits for it, and the results of the filter with it: no number may go
   * back.
   */
  @GuardedBy("collectLock")
  private void publishTally() {
    tally.kept += pending.kept;
    tally.lowest += pending.lowest;
    tally.highest += pending.highest;
    pending.kept = 0;
    pending.lowest = 0;
    pending.highest = 0;
    if (isDelta) {
      tally.measurements += pending.measurements;
    } else if (!total.isAnyPartial) {
      tally.measurements = measurementsOfDropped + pending.measurements;
    }
    pending.measurements = 0;
    if (isDelta || !total.isAnyPartial) {
      pending.moveFilterResultsTo(tally);
    }
  }

  @GuardedBy("collectLock")
  private void tidyUp(long nowNanos) {
    try {
      if (isDelta || idleTimeoutNanos > 0 || stream.hadRemovableSeries()) {
        evict();
      }
      stream.renewHints(nowNanos);
    } catch (Throwable t) {
      // The points are safe. What is left is found by the next collection, or by recorders.
      findings.failure = t;
    }
  }

  /** Collects a series. Whatever fails, this returns, for the points of all other series. */
  @GuardedBy("collectLock")
  private void collectSeries(Series series, PointPool points, long deltaStart, long epochNanos) {
    total.measurements = 0;
    try {
      collectOrThrow(series, points, deltaStart, epochNanos);
    } catch (Throwable t) {
      exemplarCollector.forget(t);
      setIdle(series, false);
      total.isAnyPartial = true;
      pointFailed(t);
    }
  }

  /**
   * Collects a series, which has no point if it holds no measurement. A point that is made before
   * its last line is not shown.
   */
  @GuardedBy("collectLock")
  private void collectOrThrow(Series series, PointPool points, long deltaStart, long epochNanos) {
    ProtocolPoint.SERIES_COLLECTING.reached();
    if (isDelta && series.retainedExemplars.isEmpty() && series.isEmptyOptimistic()) {
      setIdle(series, isSilentDelta(series, /* isEmpty= */ true, points));
      return;
    }
    final AbstractPoint point = point(points, total.points);
    addUp(series);
    final boolean isPartial = total.isPartial();
    // Points of several readers may show the same exemplars.
    final boolean isReused = points.isReused() && readers.size() == 1;
    final List<ExemplarData> exemplars = exemplarCollector.take(series, isDelta, isReused);
    if (series.startEpochNanos > epochNanos) {
      startEarlier(series, epochNanos);
    }
    final boolean isEmpty = isTotalEmpty();
    setIdle(
        series,
        !isPartial
            && (isDelta ? isSilentDelta(series, isEmpty, points) : isSilent(series, points)));
    if (isPartial) {
      leaveOut();
    } else if (isEmpty) {
      // Bound, but never recorded into: a cumulative point starts with the first measurement.
      series.startEpochNanos = epochNanos;
    }
    // A cumulative point without one of its cells would go back; a delta catches up next time.
    if (!isEmpty && (isDelta || !isPartial)) {
      fill(point, series);
      markStartReported(series);
      final long start = isDelta ? deltaStart : series.startEpochNanos;
      // The start stays once a point has had it, also if that was another reader's, which has begun
      // to collect after this one.
      final long end = isDelta ? epochNanos : Math.max(start, epochNanos);
      point.setCommonFields(start, end, series.attributes, exemplars);
      total.exemplars += exemplars.size();
      total.points++;
    }
  }

  @GuardedBy("collectLock")
  private void leaveOut() {
    total.isAnyPartial = true;
    if (total.hasFailed) {
      findings.pointsLeftOut++;
    } else if (!isDelta) {
      findings.pointsOmitted++;
    }
  }

  /** What was taken from cells is lost under delta temporality; else the next point has it all. */
  @GuardedBy("collectLock")
  private void pointFailed(Throwable cause) {
    findings.failure = cause;
    if (isDelta && total.measurements > 0) {
      findings.measurementsLost += total.measurements;
      sampling.losses().count(DropCounters.Reason.COLLECTION_FAILED, total.measurements);
    } else {
      findings.pointsLeftOut++;
    }
  }

  /**
   * Sees to a start that lies behind the end of the point: the series was made after the collection
   * began, or the clock has been set back since.
   */
  private void startEarlier(Series series, long epochNanos) {
    final long start = clock.onPresentLine(series.startEpochNanos);
    series.startEpochNanos = series.isStartReported ? start : Math.min(start, epochNanos);
  }

  // Both are written on a change only: threads that record read what lies beside them.

  private static void markStartReported(Series series) {
    if (!series.isStartReported) {
      series.isStartReported = true;
    }
  }

  private static void setIdle(Series series, boolean isIdle) {
    if (series.isIdle != isIdle) {
      series.isIdle = isIdle;
    }
  }

  /** Adds up the cells of a series, which are empty afterwards under delta temporality. */
  private void addUp(Series series) {
    total.clear();
    begin(series);
    series.visitCells(cellVisitor);
  }

  @GuardedBy("collectLock")
  private void collectCell(Cell cell) {
    if (!acquireUntilDeadline(cell)) {
      total.isStopped |= !cell.isRetired();
      return;
    }
    try {
      if (!cell.isEmpty()) {
        final long measurements = cell.measurements();
        // May fail, and has then added nothing. What follows does not.
        addToTotal(cell);
        total.measurements += measurements;
        pending.measurements += measurements;
        cell.addFilterResultsTo(pending);
        cell.clearFilterResults();
        exemplarCollector.merge(cell.reservoirOrNull());
        if (isDelta) {
          countBuckets(cell, pending);
          cell.clear();
        }
      }
    } catch (Throwable t) {
      total.hasFailed = true;
      findings.failure = t;
    } finally {
      cell.release();
    }
  }

  @GuardedBy("collectLock")
  private boolean acquireUntilDeadline(Cell cell) {
    for (int attempt = 0;
        !(attempt == 0 ? cell.tryAcquire() : cell.tryAcquireIfFree());
        attempt++) {
      if (cell.isRetired()) {
        return false;
      }
      if (attempt < SPINS) {
        Thread.onSpinWait();
      } else if (System.nanoTime() - cellDeadline < 0) {
        LockSupport.parkNanos(PARK_NANOS);
      } else {
        return false;
      }
    }
    return true;
  }

  /**
   * True if a delta series is not worth keeping. One that has been silent for a short time is: it
   * may be back in the next interval, and would have to be made again. If there are many, place for
   * others matters more.
   */
  private boolean isSilentDelta(Series series, boolean isEmpty, PointPool points) {
    if (!isEmpty) {
      series.activeNanos = points.collectedNanos;
      return false;
    }
    final boolean hasNeverBeenActive = !series.isStartReported;
    return hasNeverBeenActive
        || series.isRemovable()
        || points.collectedNanos - series.activeNanos >= idleTimeoutNanos
        || seriesMap.entries() > cardinalityLimit / 2;
  }

  /**
   * True if a cumulative series has been silent for too long, or is removable and silent at all,
   * and no reader misses anything of it.
   */
  private boolean isSilent(Series series, PointPool points) {
    final boolean isRemovable = series.isRemovable();
    if (idleTimeoutNanos == 0 && !isRemovable) {
      return false;
    }
    final long now = points.collectedNanos;
    if (total.measurements != series.measurements) {
      series.measurements = total.measurements;
      series.activeNanos = now;
    }
    if (!isRemovable && now - series.activeNanos < idleTimeoutNanos) {
      return false;
    }
    for (final PointPool reader : readers) {
      if (reader.collectedNanos - series.activeNanos <= 0) {
        return false;
      }
    }
    return true;
  }

  /** Evicts the series that were found silent, if they still are. */
  @GuardedBy("collectLock")
  @SuppressWarnings("GuardedBy") // Its lambda is called here only, with the lock held.
  private void evict() {
    seriesMap.forEach(
        series -> {
          if (series.isIdle && seriesMap.tryEvict(series, series.measurements)) {
            measurementsOfDropped += series.measurements;
          }
        });
    stream.removeEvicted();
  }

  // ------------------------------------------------------------------------------------ reporting

  /** What a collection has come across and reports when its lock is free. */
  private static final class Findings {
    /** Points whose measurements are still in their cells, as memory or the like has run out. */
    long pointsLeftOut;

    /** Points that are left out because a recorder has been stopped. */
    long pointsOmitted;

    long measurementsLost;

    /** Any of what has failed in the stream itself, or null. */
    @Nullable Throwable failure;

    long exemplarFailures;

    /** Any of them, or null. */
    @Nullable Throwable exemplarFailure;

    /** True if the limit was hit for the first time. */
    boolean isOverflow;

    boolean isNone() {
      return failure == null && pointsOmitted == 0 && exemplarFailures == 0 && !isOverflow;
    }
  }

  @GuardedBy("collectLock")
  private void exemplarFailed(Throwable cause) {
    findings.exemplarFailures++;
    findings.exemplarFailure = cause;
  }

  /** What there is to report, or null. If there is no memory for that, the next one reports it. */
  @GuardedBy("collectLock")
  private @Nullable Findings takeFindings() {
    if (findings.isNone()) {
      return null;
    }
    try {
      final Findings next = new Findings();
      final Findings taken = findings;
      findings = next;
      return taken;
    } catch (OutOfMemoryError | StackOverflowError e) {
      return null;
    }
  }

  @SuppressWarnings("NullAway") // Where there were failures, there is one of them.
  private void report(@Nullable Findings found) {
    if (found == null) {
      return;
    }
    for (long i = 0; i < found.exemplarFailures; i++) {
      sampling.reservoirFailed(found.exemplarFailure);
    }
    try {
      for (long i = 0; i < found.pointsOmitted; i++) {
        omissions.event(null, this::omission);
      }
      if (found.failure != null) {
        failures.event(found.failure, () -> failure(found));
      }
    } catch (Throwable t) {
      // What made the collection fail makes the report fail. What is lost was counted.
    }
    if (found.isOverflow) {
      reportOverflow();
    }
  }

  private String omission() {
    return "A point of instrument "
        + instrument.describe()
        + " is left out of a collection: a thread has been stopped for over a second in"
        + " the middle of recording. Its measurements are kept for the next collection";
  }

  private String failure(Findings found) {
    return "The collection of instrument "
        + instrument.describe()
        + " met a failure. "
        + (found.measurementsLost > 0
            ? found.measurementsLost
                + " measurements are lost, as their delta points could not be made. "
            : "No measurement is lost. ")
        + (found.pointsLeftOut > 0
            ? found.pointsLeftOut
                + " points are left out, or incomplete if they are delta points: their measurements"
                + " are kept for the next collection. "
            : "")
        + (found.failure instanceof OutOfMemoryError
            ? "There is too little memory: give the JVM more, or record fewer attribute sets"
            : "The cause is below");
  }

  /** Says once that the limit was hit, and which attribute is to blame. */
  private void reportOverflow() {
    try {
      final List<Attributes> attributeSets = new ArrayList<>();
      seriesMap.forEach(series -> attributeSets.add(series.attributes));
      Overflow.logLimitReached(
          LOGGER, sampling.losses(), instrument, cardinalityLimit, valuesOf(attributeSets));
    } catch (Throwable t) {
      // For want of memory, perhaps. The next collection tries again.
      isOverflowLogged = false;
    }
  }

  /** The highest cardinality, or none if the attributes, which are user code, throw. */
  private static AttributeCardinality valuesOf(List<Attributes> attributeSets) {
    try {
      return AttributeCardinality.of(attributeSets);
    } catch (RuntimeException | LinkageError e) {
      return new AttributeCardinality(null, 0);
    }
  }

  private void turnMissed() {
    missedTurns.event(
        null,
        () ->
            "Instrument "
                + instrument.describe()
                + " is missing from a collection: another one, which is under way, has held its"
                + " metric for over "
                + TURN_SECONDS
                + " seconds. Its measurements are kept. Look for an exemplar reservoir, or an"
                + " attribute filter, that hangs");
  }

  @Override
  public final ExemplarAccount exemplarAccount(PointPool points, boolean isLive) {
    // Bounded: who asks may be a reservoir that another stream has called in its collection, and a
    // reservoir of this one may wait for that.
    final boolean isLocked = tryLock(CELL_TIMEOUT_NANOS);
    try {
      // Without the lock it is what the last collections have told, give or take the latest.
      final ExemplarCounts current = tally.copy();
      final boolean isCollected = current.eligible() > 0;
      if (isLive && isLocked) {
        current.noSpan += pending.noSpan;
        current.refused += pending.refused;
        addUncollected(current);
      }
      return new ExemplarAccount(sampling, current, isCollected, points.exemplars);
    } finally {
      if (isLocked) {
        collectLock.unlock();
      }
    }
  }

  /** Reads the cells without emptying them. One that is in use at this moment may be left out. */
  @GuardedBy("collectLock")
  @SuppressWarnings("GuardedBy") // Its lambda is called here only, with the lock held.
  private void addUncollected(ExemplarCounts current) {
    final long[] held = new long[1];
    final StripedCells.CellVisitor reader =
        cell -> {
          if (tryAcquireSpinning(cell)) {
            try {
              held[0] += cell.measurements();
              cell.addFilterResultsTo(current);
              countBuckets(cell, current);
            } finally {
              cell.release();
            }
          }
        };
    seriesMap.forEach(series -> series.visitCells(reader));
    final Series overflow = store.overflowOrNull();
    if (overflow != null) {
      overflow.visitCells(reader);
    }
    current.measurements =
        isDelta
            ? current.measurements + held[0]
            : Math.max(current.measurements, measurementsOfDropped + held[0]);
  }

  private static boolean tryAcquireSpinning(Cell cell) {
    for (int attempt = 0; attempt < SPINS && !cell.isRetired(); attempt++) {
      if (cell.tryAcquireIfFree()) {
        return true;
      }
      Thread.onSpinWait();
    }
    return false;
  }

  /** For tests. */
  public final SeriesTotal total() {
    return total;
  }

  // What an aggregation is, to the collection. All guarded by collectLock.

  /**
   * Sees to what the total has to know of a series before its cells are added; allocates nothing.
   */
  public void begin(Series series) {}

  /** Adds a cell to the total: all of it, or nothing if something is thrown. For the owner. */
  public abstract void addToTotal(Cell cell);

  /** True if the total has no value to show. */
  boolean isTotalEmpty() {
    return total.measurements == 0;
  }

  /** Adds to the tally how many of the measurements of a cell are in which bucket, if it asks. */
  void countBuckets(Cell cell, ExemplarCounts tally) {}

  /** The point at this place of the collection, to be {@linkplain #fill filled} or not. */
  public abstract AbstractPoint point(PointPool points, int index);

  /** Copies the total, which is not empty, to the point that the collection will show. */
  public abstract void fill(AbstractPoint point, Series series);

  /** Of the type of the points. */
  protected abstract MutableExemplarData newExemplar();

  /** Wraps points, which are added to the list afterwards. */
  public abstract Data<?> data(List<PointData> points);

  /** Not to be on one line with what recorders read, see {@link FrontPadding}. */
  @SuppressWarnings("UnusedVariable")
  private static final class PaddedTally extends ExemplarCounts {
    long back01, back02, back03, back04, back05, back06, back07, back08;
    long back09, back10, back11, back12, back13, back14, back15, back16;
  }
}
