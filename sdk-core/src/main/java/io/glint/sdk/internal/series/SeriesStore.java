package io.glint.sdk.internal.series;

import io.glint.sdk.internal.cell.ProtocolPoint;
import io.glint.sdk.internal.cell.StripedCells;
import io.opentelemetry.api.common.Attributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Admits new series to a stream: up to the cardinality limit each attribute set gets a series of
 * its own, under delta temporality after those that this interval does not use were evicted, and
 * beyond all share the overflow series.
 *
 * <p>Recorders come here if the {@link SeriesMap}, which their stream has at hand, does not know
 * what they look for. Thread-safe; nothing here waits for another thread.
 */
public final class SeriesStore {
  private static final int TRIES_TO_EVICT = 100;

  /**
   * How many series one recording call looks at to make room: 30 to 60 microseconds where they are
   * in the processor's caches, some hundred where they come from memory or from other processors.
   */
  private static final int MAX_LOOKED_AT = 4096;

  private final SeriesFactory factory;
  private final SeriesMap map;
  private final boolean isDelta;
  private final AtomicReference<@Nullable Series> overflow = new AtomicReference<>();
  private volatile boolean isShutdown;

  /** True once a series was made removable: collections then look for such. */
  private volatile boolean hadRemovable;

  /**
   * Counts the intervals of a delta stream, and between each two the collection that ends one and
   * starts the other, series by series.
   */
  private final AtomicLong interval = new AtomicLong();

  /** How far recorders have come with making room. */
  private volatile RoomSearch roomSearch = new RoomSearch(-1, 0, -1);

  public SeriesStore(SeriesFactory factory, SeriesMap map, boolean isDelta) {
    this.factory = factory;
    this.map = map;
    this.isDelta = isDelta;
  }

  /**
   * The series of these attributes, which is made if it is missing; at the limit the overflow
   * series. It may be evicted before the caller has taken a cell; then it is to be asked for again.
   *
   * @param kept without what a view removes
   * @return null after shutdown: what no reader will collect is not kept
   */
  public @Nullable Series findOrAdd(Attributes kept) {
    // An application that uses the attributes of overflow shares its series.
    final boolean isOverflow = Overflow.ATTRIBUTES.equals(kept);
    while (!isShutdown) {
      final Series found = isOverflow ? overflow() : map.findOrAdd(kept);
      if (found != null) {
        return found;
      }
      if (!evictIdle()) {
        return overflow();
      }
    }
    return null;
  }

  /** Says whether a series may be dropped as soon as it is silent. */
  public void setRemovable(Series series, boolean isRemovable) {
    if (series.setRemovable(isRemovable) && isRemovable) {
      hadRemovable = true;
    }
  }

  /** False if no series of the stream was ever removable. */
  public boolean hadRemovable() {
    return hadRemovable;
  }

  /** True if recorders may find room in this interval still. */
  public boolean mayEvictIdle() {
    return isDelta && !roomSearch.hasEndedIn(interval.get());
  }

  /**
   * Evicts series that no measurement of this interval is in, so that the limit counts those of
   * this interval only. Recorders of a delta stream that come across the limit do it, and go
   * through the series once in each interval, {@value #MAX_LOOKED_AT} at most in one call: the next
   * call goes on from there. So with a larger limit a measurement of a new attribute set may go to
   * the overflow series although there is an idle series further on. Lock-free: a series that one
   * of them has in its hands is tried a few times more, and if that thread has been stopped there,
   * the limit is one series lower until it goes on.
   *
   * @return false if there is no room, and the measurement goes to the overflow series
   */
  private boolean evictIdle() {
    final long interval = this.interval.get();
    if (!isDelta) {
      return false;
    }
    RoomSearch search = roomSearch;
    if (!search.hasEndedIn(interval)) {
      if (search.interval != interval || search.removals != map.removals()) {
        search = new RoomSearch(interval, 0, map.removals());
      }
      final IdleSeriesEvictor maker = new IdleSeriesEvictor();
      ProtocolPoint.ROOM_MAKING.reached();
      final int next = map.forEach(search.next, MAX_LOOKED_AT, maker);
      maker.retry();
      ProtocolPoint.ROOM_MADE.reached();
      // If series were removed since, those that are left have other numbers, and it starts again.
      final boolean isValid = search.removals == map.removals();
      roomSearch = new RoomSearch(interval, isValid ? next : 0, search.removals);
    }
    // Perhaps another thread has made it since the caller found none.
    return !map.isFull();
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

  private final class IdleSeriesEvictor implements SeriesMap.SeriesVisitor {
    private final List<Series> undecided = new ArrayList<>(0);

    @Override
    public void visit(Series series) {
      if (isUndecided(series)) {
        undecided.add(series);
      }
    }

    /**
     * Tries again what other threads had in their hands, some ten microseconds at most for each
     * such thread.
     */
    void retry() {
      for (int i = 0; i < TRIES_TO_EVICT && !undecided.isEmpty(); i++) {
        Thread.onSpinWait();
        undecided.removeIf(series -> !isUndecided(series));
      }
    }

    private boolean isUndecided(Series series) {
      return map.evict(series, 0) == StripedCells.Eviction.UNDECIDED && !series.isEvicted();
    }
  }

  private Series overflow() {
    final Series existing = overflow.get();
    return existing != null ? existing : makeOverflow();
  }

  private Series makeOverflow() {
    final Series made = factory.newSeries(Overflow.ATTRIBUTES, 0);
    ProtocolPoint.OVERFLOW_ADDING.reached();
    final Series before = overflow.compareAndExchange(null, made);
    return before != null ? before : made;
  }

  /** The overflow series, or null if there is none yet. */
  public @Nullable Series overflowOrNull() {
    return overflow.get();
  }

  /** Ends an interval, or the collection between two. Called by the collector. */
  public void turnInterval() {
    interval.getAndIncrement();
  }

  /** From now on there are no new series. */
  public void shutdown() {
    isShutdown = true;
  }
}
