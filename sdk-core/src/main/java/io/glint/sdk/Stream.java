package io.glint.sdk;

import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.RateLimitedLog;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
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
abstract class Stream implements MetricSource, CellFactory {
  private static final Logger LOGGER = Logger.getLogger(Stream.class.getName());

  /** How long one collection of a stream waits for recorders that are stopped in mid-record. */
  private static final long PATIENCE_NANOS = 1_000_000_000L;

  private static final int SPINS = 200;
  private static final int TRIES_TO_EVICT = 100;

  /** How many series one recording call looks at to make room: some tens of microseconds. */
  private static final int MOST_LOOKED_AT = 4096;

  private static final long PARK_NANOS = 50_000;

  final InstrumentDescriptor instrument;
  final ExemplarSampling sampling;
  final AggregationTemporality temporality;

  private final MetricIdentity metric;
  private final boolean isDelta;
  private final Clock clock;
  private final int cardinalityLimit;
  private final SeriesMap seriesMap;

  /** Null if all attributes are kept; then so is the cache. */
  private final AttributeFilter attributeFilter;

  private final AliasCache aliases;

  /**
   * The series of a stream that has one: a try at it is cheaper than a hash. Null if there are
   * more, as whether the try succeeds could then not be predicted, and if a view removes
   * attributes. A hint, written without synchronization: any series of the stream would do.
   */
  private Series only;

  private final AtomicReference<Series> overflow = new AtomicReference<>();
  private volatile boolean isShutdown;

  /**
   * Counts the intervals of a delta stream, and between each two the collection that ends one and
   * starts the other, series by series.
   */
  private final AtomicLong interval = new AtomicLong();

  /** How far recorders have come with making room. */
  private volatile RoomSearch roomSearch = new RoomSearch(-1, 0, -1);

  private final RateLimitedLog failures = new RateLimitedLog(LOGGER, Level.WARNING);
  private final RateLimitedLog omissions = new RateLimitedLog(LOGGER, Level.WARNING);

  private final ReentrantLock collectLock = new ReentrantLock();

  // The rest is guarded by collectLock.
  private final StripedCells.CellVisitor cellVisitor = this::collectCell;
  private final Function<List<PointData>, Data<?>> dataWrapper = this::data;
  private final ExemplarTally tally = new ExemplarTally();

  /** Those that were collected from cells and are not in the tally yet. */
  private final ExemplarTally verdicts = new ExemplarTally();

  private final ExemplarCollector exemplarCollector;
  private final long idleTimeoutNanos;
  private final List<PointBuffer> readers = new ArrayList<>();
  private long creationEpochNanos;
  private long patienceEnds;
  private boolean isOverflowTold;
  private boolean cellOmitted;
  private boolean anyCellOmitted;

  /** Those of the cells of a series. */
  private long measurements;

  /** Those of all series of a collection, and of cumulative ones that were dropped. */
  private long measurementsOfAll;

  private long measurementsOfDropped;

  Stream(StreamSettings settings, ExemplarLines lines) {
    this.instrument = settings.instrument();
    this.metric = settings.metric();
    this.attributeFilter = settings.attributeFilter();
    this.aliases = attributeFilter == null ? null : new AliasCache(settings.aliasBudget());
    this.sampling = settings.sampling();
    this.temporality = settings.temporality();
    this.isDelta = temporality == AggregationTemporality.DELTA;
    this.clock = settings.clock();
    this.cardinalityLimit = settings.cardinalityLimit();
    this.creationEpochNanos = settings.creationEpochNanos();
    this.idleTimeoutNanos = settings.idleTimeoutNanos();
    this.exemplarCollector =
        new ExemplarCollector(
            sampling,
            settings.exemplarAttributeFilter(),
            new ExemplarUpdate(lines, this::newExemplar),
            tally);
    this.seriesMap = new SeriesMap(this, settings.cardinalityLimit());
  }

  /**
   * Records a measurement. Never waits, never throws, allocates only for a new series or cell.
   *
   * @param attributes never null
   * @param context the context of the measurement; ignored if exemplars are off
   */
  abstract void recordLong(long value, Attributes attributes, Context context);

  /**
   * As {@link #recordLong(long, Attributes, Context)}. The value is one that the stream {@linkplain
   * #takes}.
   */
  abstract void recordDouble(double value, Attributes attributes, Context context);

  /** False for values that would make the stream useless. */
  boolean takes(double value) {
    return Double.isFinite(value);
  }

  /**
   * Records a measurement of a bound instrument, as {@link #recordLong(long, Attributes, Context)}
   * with the attributes that were bound.
   *
   * @param series one that {@link #bind} of this stream has returned
   */
  abstract void recordLong(long value, BoundSeries series, Context context);

  /** As {@link #recordLong(long, BoundSeries, Context)}. The value is finite. */
  abstract void recordDouble(double value, BoundSeries series, Context context);

  // ---------------------------------------------------------------------------------- recording

  /**
   * Takes a cell of the series of these attributes.
   *
   * @return a cell that the caller owns and must release; null if attributes or a view's filter are
   *     broken or memory has run out, which is reported, and for a new series after shutdown
   */
  final Cell take(Attributes attributes) {
    try {
      final Series only = this.only;
      final Series series = only != null && only.attributes == attributes ? only : find(attributes);
      if (series != null) {
        final Cell cell = series.take();
        if (cell != null) {
          return cell;
        }
      }
      return takeFromNew(attributes);
    } catch (Throwable t) {
      // Attributes and a view's filter are code of others.
      measurementLost(t);
      return null;
    }
  }

  private Series find(Attributes attributes) {
    return aliases == null ? seriesMap.find(attributes) : findByAlias(attributes);
  }

  /** The series if it is remembered. Once there may be room, overflow is no longer the answer. */
  private Series findByAlias(Attributes attributes) {
    final AliasCache.Alias alias = aliases.find(attributes);
    if (alias == null) {
      return null;
    }
    return alias.series.attributes == Overflow.ATTRIBUTES
            && (alias.mapVersion != seriesMap.version() || mayMakeRoom())
        ? null
        : alias.series;
  }

  private boolean mayMakeRoom() {
    return isDelta && !roomSearch.hasEndedIn(interval.get());
  }

  /**
   * Evicts series that no measurement of this interval is in, so that the limit counts those of
   * this interval only. Recorders of a delta stream that come across the limit do it, and go
   * through the series once in each interval, {@value #MOST_LOOKED_AT} at most in one call: the
   * next call goes on from there. So with a larger limit a measurement of a new attribute set may
   * go to the overflow series although there is an idle series further on. Never waits for another
   * thread: a series that one of them has in its hands is tried a few times more, and if that
   * thread has been stopped there, the limit is one series lower until it goes on.
   *
   * @return false if there is no room, and the measurement goes to the overflow series
   */
  private boolean makeRoom() {
    final long interval = this.interval.get();
    if (!isDelta) {
      return false;
    }
    RoomSearch search = roomSearch;
    if (!search.hasEndedIn(interval)) {
      if (search.interval != interval || search.removals != seriesMap.removals()) {
        search = new RoomSearch(interval, 0, seriesMap.removals());
      }
      final RoomMaker maker = new RoomMaker();
      final int next = seriesMap.forEach(search.next, MOST_LOOKED_AT, maker);
      maker.retry();
      ProtocolPoint.ROOM_MADE.reached();
      roomSearch = new RoomSearch(interval, next, search.removals);
    }
    // Perhaps another thread has made it since the caller found none.
    return !seriesMap.isFull();
  }

  /**
   * How far recorders have come with making room in an interval.
   *
   * @param next number of series to skip; -1 if all have been looked at
   * @param removals that of the series map to which this number belongs
   */
  private record RoomSearch(long interval, int next, long removals) {
    boolean hasEndedIn(long current) {
      return next < 0 && interval == current;
    }
  }

  private final class RoomMaker implements SeriesMap.SeriesVisitor {
    private final List<Series> undecided = new ArrayList<>(0);

    @Override
    public void visit(Series series) {
      if (isUndecided(series)) {
        undecided.add(series);
      }
    }

    /** Tries again what another thread had in its hands, for some microseconds at most. */
    void retry() {
      for (int i = 0; i < TRIES_TO_EVICT && !undecided.isEmpty(); i++) {
        Thread.onSpinWait();
        undecided.removeIf(series -> !isUndecided(series));
      }
    }

    private boolean isUndecided(Series series) {
      return seriesMap.evict(series, 0) == StripedCells.Eviction.UNDECIDED && !series.isEvicted();
    }
  }

  /** Null after shutdown: what nobody will collect is not kept. */
  private Cell takeFromNew(Attributes attributes) {
    final Attributes kept =
        attributeFilter == null ? attributes : attributeFilter.apply(attributes);
    // An application that uses the attributes of overflow shares its series.
    final boolean isOverflow = Overflow.ATTRIBUTES.equals(kept);
    while (!isShutdown) {
      final long mapVersion = seriesMap.version();
      final Series found = isOverflow ? overflow() : seriesMap.findOrAdd(kept);
      if (found == null && makeRoom()) {
        continue;
      }
      final Series series = found != null ? found : overflow();
      if (aliases != null) {
        ProtocolPoint.ALIAS_ADDING.reached();
        aliases.put(attributes, series, mapVersion);
      }
      // Before a cell is taken: from there on nothing may be thrown, not even for want of stack.
      renewOnly();
      final Cell cell = series.take();
      if (cell != null) {
        return cell;
      }
    }
    return null;
  }

  /** Sees whether one series is the only one. Written if that is news: recorders share the line. */
  private void renewOnly() {
    if (aliases == null) {
      final Series only = seriesMap.onlyOrNull();
      if (this.only != only) {
        this.only = only;
      }
    }
  }

  /**
   * Finds the series of these attributes, for good: attributes are filtered and the cardinality
   * limit is judged now, and what was found stays (SDK specification, "Instrument bind"). At the
   * limit that is the overflow series. Never waits.
   *
   * @param attributes never null
   * @return never null; one that looks the series up at each recording if the attributes are
   *     broken, which is reported, and after shutdown
   */
  final BoundSeries bind(Attributes attributes) {
    try {
      final Attributes kept =
          attributeFilter == null ? attributes : attributeFilter.apply(attributes);
      while (!isShutdown) {
        final Series found =
            Overflow.ATTRIBUTES.equals(kept) ? overflow() : seriesMap.findOrAdd(kept);
        if (found == null && makeRoom()) {
          continue;
        }
        final Series series = found != null ? found : overflow();
        final Object pin = series.pin();
        if (pin != null) {
          renewOnly();
          return new BoundSeries(this, attributes, series, pin);
        }
      }
    } catch (Throwable t) {
      bindingFailed(t);
    }
    return BoundSeries.none(this, attributes);
  }

  private void bindingFailed(Throwable cause) {
    try {
      failures.event(
          cause,
          () ->
              "Attributes could not be bound to instrument "
                  + instrument.inWords()
                  + ". Its bound recordings look their series up each time");
    } catch (OutOfMemoryError | StackOverflowError e) {
      // What made the binding fail makes the report fail; the application goes on.
    }
  }

  @Override
  public final void shutdown() {
    isShutdown = true;
  }

  /** Reports that a measurement could not be counted. Never throws. */
  final void measurementLost(Throwable cause) {
    try {
      sampling
          .losses()
          .count(
              cause instanceof OutOfMemoryError
                  ? Losses.Reason.OUT_OF_MEMORY
                  : Losses.Reason.ATTRIBUTES_UNUSABLE);
      failures.event(
          cause,
          () ->
              "A measurement of instrument "
                  + instrument.inWords()
                  + " could not be recorded for metric '"
                  + LogText.of(metric.descriptor().name())
                  + "' and is lost: "
                  + (cause instanceof OutOfMemoryError
                      ? "there is no memory for a new series"
                      : "its attributes, or the attribute filter of a view, threw"));
    } catch (Throwable t) {
      // What made the measurement fail makes the report fail, or the log is broken.
    }
  }

  final Series newSeries(Attributes attributes, int hash) {
    return newSeries(attributes, hash, clock.now());
  }

  /** Makes a series; an aggregation that has more to remember of each makes one of its own. */
  Series newSeries(Attributes attributes, int hash, long startEpochNanos) {
    return new Series(/* cells= */ this, attributes, hash, startEpochNanos);
  }

  private Series overflow() {
    final Series existing = overflow.get();
    return existing != null ? existing : makeOverflow();
  }

  private Series makeOverflow() {
    final Series made = newSeries(Overflow.ATTRIBUTES, 0);
    ProtocolPoint.OVERFLOW_ADDING.reached();
    if (!overflow.compareAndSet(null, made)) {
      return overflow.get();
    }
    return made;
  }

  // --------------------------------------------------------------------------------- collection

  @Override
  public final InstrumentDescriptor metric() {
    return metric.descriptor();
  }

  @Override
  public final boolean describe(String description) {
    return metric.describe(description);
  }

  @Override
  public final void addReader(PointBuffer points) {
    collectLock.lock();
    try {
      points.collectedNanos = clock.nanoTime();
      readers.add(points);
    } finally {
      collectLock.unlock();
    }
  }

  @Override
  public final Data<?> collect(long lastCollectEpochNanos, long epochNanos, PointBuffer points) {
    collectLock.lock();
    try {
      patienceEnds = System.nanoTime() + PATIENCE_NANOS;
      // An instrument may have been made after the collection began.
      creationEpochNanos = Math.min(creationEpochNanos, epochNanos);
      final long deltaStart = Math.max(lastCollectEpochNanos, creationEpochNanos);
      points.begin();
      points.collectedNanos = clock.nanoTime();
      measurementsOfAll = 0;
      anyCellOmitted = false;
      interval.getAndIncrement();
      seriesMap.forEach(series -> collectSeries(series, points, deltaStart, epochNanos));
      interval.getAndIncrement();
      final Series overflow = this.overflow.get();
      if (overflow != null) {
        collectSeries(overflow, points, deltaStart, epochNanos);
        tellOverflow();
      }
      tellTally();
      if (isDelta || idleTimeoutNanos > 0) {
        evict();
      }
      if (aliases != null) {
        aliases.collected(points.collectedNanos);
      }
      seriesMap.complete();
      renewOnly();
      return points.end(dataWrapper);
    } finally {
      collectLock.unlock();
    }
  }

  /** A total that lacks a cell waits for it, and verdicts with it: no number may go back. */
  private void tellTally() {
    if (isDelta) {
      tally.measurements += measurementsOfAll;
    } else if (!anyCellOmitted) {
      tally.measurements = measurementsOfDropped + measurementsOfAll;
    } else {
      return;
    }
    verdicts.moveVerdictsTo(tally);
  }

  @Override
  public final void discard(long lastCollectEpochNanos, long epochNanos, PointBuffer points) {
    if (!isDelta) {
      return;
    }
    collectLock.lock();
    try {
      final long handedOver = points.exemplars;
      var unused = collect(lastCollectEpochNanos, epochNanos, points);
      // Nobody gets these points.
      points.exemplars = handedOver;
    } finally {
      collectLock.unlock();
    }
  }

  /** Collects a series, which has no point if it holds no measurement. */
  private void collectSeries(Series series, PointBuffer points, long deltaStart, long epochNanos) {
    ProtocolPoint.SERIES_COLLECTING.reached();
    if (isDelta && series.visibleExemplars.isEmpty() && series.isSeenEmpty()) {
      setIdle(series, isSilentDelta(series, /* isEmpty= */ true, points));
      return;
    }
    begin(series);
    cellOmitted = false;
    measurements = 0;
    series.visitCells(cellVisitor);
    anyCellOmitted |= cellOmitted;
    measurementsOfAll += measurements;
    // A series may have been recorded into for the first time after the collection began.
    // What another reader has shown of its start is not taken back.
    final long seriesStart = Math.min(series.startEpochNanos, epochNanos);
    if (!series.isStartShown) {
      series.startEpochNanos = seriesStart;
    }
    final long start = isDelta ? deltaStart : seriesStart;
    // Points of several readers may show the same exemplars.
    final boolean isReused = points.isReused() && readers.size() == 1;
    final List<ExemplarData> exemplars = exemplarCollector.take(series, isDelta, isReused);
    final boolean isEmpty = isTotalEmpty();
    setIdle(
        series,
        !cellOmitted && (isDelta ? isSilentDelta(series, isEmpty, points) : isSilent(series)));
    if (isEmpty && !cellOmitted) {
      // Bound, but never recorded into: a cumulative point starts with the first measurement.
      series.startEpochNanos = epochNanos;
    }
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
      showStart(series);
      points.exemplars += exemplars.size();
      addPoint(points).setFrame(start, epochNanos, series.attributes, exemplars);
    }
  }

  // Both are written if that is news: threads that record read what lies beside them.

  private static void showStart(Series series) {
    if (!series.isStartShown) {
      series.isStartShown = true;
    }
  }

  private static void setIdle(Series series, boolean isIdle) {
    if (series.isIdle != isIdle) {
      series.isIdle = isIdle;
    }
  }

  private void collectCell(Cell cell) {
    if (!takePatiently(cell)) {
      cellOmitted |= !cell.isRetired();
      return;
    }
    Throwable lostExemplars = null;
    try {
      if (!cell.isEmpty()) {
        addToTotal(cell);
        measurements += cell.measurements();
        cell.addVerdictsTo(verdicts);
        cell.clearVerdicts();
        lostExemplars = exemplarCollector.join(cell.reservoirOrNull());
        if (isDelta) {
          tellBuckets(cell, tally);
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
    for (int attempt = 0; !(attempt == 0 ? cell.tryTake() : cell.tryTakeIfFree()); attempt++) {
      if (cell.isRetired()) {
        return false;
      }
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

  /** Says once that the limit was hit, and which attribute is to blame. */
  private void tellOverflow() {
    if (isOverflowTold) {
      return;
    }
    isOverflowTold = true;
    final List<Attributes> attributeSets = new ArrayList<>();
    seriesMap.forEach(series -> attributeSets.add(series.attributes));
    Overflow.tell(
        LOGGER, sampling.losses(), instrument, cardinalityLimit, AttributeValues.of(attributeSets));
  }

  /**
   * True if a delta series is not worth keeping. One that has been silent for a short time is: it
   * may be back in the next interval, and would have to be made anew. If there are many, place for
   * others matters more.
   */
  private boolean isSilentDelta(Series series, boolean isEmpty, PointBuffer points) {
    if (!isEmpty) {
      series.activeNanos = points.collectedNanos;
      return false;
    }
    final boolean hasNeverBeenActive = !series.isStartShown;
    return hasNeverBeenActive
        || points.collectedNanos - series.activeNanos >= idleTimeoutNanos
        || seriesMap.entries() > cardinalityLimit / 2;
  }

  /**
   * True if a cumulative series has been silent for too long, and no reader misses anything of it.
   */
  private boolean isSilent(Series series) {
    if (idleTimeoutNanos == 0) {
      return false;
    }
    final long now = clock.nanoTime();
    if (measurements != series.measurements) {
      series.measurements = measurements;
      series.activeNanos = now;
    }
    if (now - series.activeNanos < idleTimeoutNanos) {
      return false;
    }
    for (final PointBuffer reader : readers) {
      if (reader.collectedNanos - series.activeNanos < 0) {
        return false;
      }
    }
    return true;
  }

  /** Evicts the series that were found silent, if they still are. */
  private void evict() {
    seriesMap.forEach(
        series -> {
          if (series.isIdle && seriesMap.tryEvict(series, series.measurements)) {
            measurementsOfDropped += series.measurements;
          }
        });
    // Also those that recorders have evicted to make room.
    if (seriesMap.removeEvicted() && aliases != null) {
      aliases.forgetEvicted();
    }
  }

  @Override
  public final ExemplarAccount exemplarAccount(PointBuffer points, boolean isLive) {
    final boolean isLocked = tryLockPatiently();
    try {
      // Without the lock it is what the last collections have told, give or take the latest.
      final ExemplarTally current = tally.copy();
      final boolean isCollected = current.eligible() > 0;
      if (isLive && isLocked) {
        current.noSpan += verdicts.noSpan;
        current.refused += verdicts.refused;
        addUncollected(current);
      }
      return new ExemplarAccount(sampling, current, isCollected, points.exemplars);
    } finally {
      if (isLocked) {
        collectLock.unlock();
      }
    }
  }

  /**
   * Not for ever: who asks may be a reservoir or log handler that another stream has called in its
   * collection, and somebody in this one's may wait for that.
   */
  private boolean tryLockPatiently() {
    try {
      return collectLock.tryLock(PATIENCE_NANOS, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Reads the cells without emptying them. One that is in use at this moment may be left out. */
  private void addUncollected(ExemplarTally current) {
    final long[] held = new long[1];
    final StripedCells.CellVisitor reader =
        cell -> {
          if (tryTakeBriefly(cell)) {
            try {
              held[0] += cell.measurements();
              cell.addVerdictsTo(current);
              tellBuckets(cell, current);
            } finally {
              cell.release();
            }
          }
        };
    seriesMap.forEach(series -> series.visitCells(reader));
    final Series overflow = this.overflow.get();
    if (overflow != null) {
      overflow.visitCells(reader);
    }
    current.measurements =
        isDelta
            ? current.measurements + held[0]
            : Math.max(current.measurements, measurementsOfDropped + held[0]);
  }

  private static boolean tryTakeBriefly(Cell cell) {
    for (int attempt = 0; attempt < SPINS && !cell.isRetired(); attempt++) {
      if (cell.tryTakeIfFree()) {
        return true;
      }
      Thread.onSpinWait();
    }
    return false;
  }

  // What an aggregation is, to the collection. All guarded by collectLock.

  /** Starts to add up the cells of a series. */
  abstract void begin(Series series);

  abstract void addToTotal(Cell cell);

  abstract boolean isTotalEmpty();

  /** Adds to the tally how many of the measurements of a cell are in which bucket, if it asks. */
  void tellBuckets(Cell cell, ExemplarTally tally) {}

  /** Adds a point of the current total. */
  abstract AbstractPoint addPoint(PointBuffer points);

  /** Of the type of the points. */
  abstract ShownExemplar newExemplar();

  /** Wraps points that {@link #addPoint} added. */
  abstract Data<?> data(List<PointData> points);

  /** For tests. */
  final SeriesMap seriesMap() {
    return seriesMap;
  }

  /** For tests: how many attribute sets are remembered that a view has changed. */
  final int aliasCount() {
    return aliases.size();
  }
}
