package io.glint.sdk;

import io.opentelemetry.api.common.Attributes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;

/**
 * One time series of a stream: an attribute set and the cells that hold its value. Cells and the
 * way they are owned are explained in {@link Cell}.
 *
 * <p>The array of stripes is never written after it was published; to add a cell, a longer or
 * fuller copy takes its place by compare-and-set. It has a power of two of places, and a thread's
 * home is the place that the low bits of its id name: threads of one pool have consecutive ids, so
 * they spread evenly. The places double when threads keep meeting at one home.
 */
sealed class Series permits LastValueSeries {
  /**
   * Up to this many places the array doubles to keep threads apart: twice the processors, for as
   * many threads can be stopped in mid-record as run. Beyond, it grows only if all cells are taken.
   */
  private static final int SPREAD_LIMIT =
      Math.max(8, Integer.highestOneBit(2 * Runtime.getRuntime().availableProcessors() - 1) << 1);

  /** Failed attempts at a home, before a collection finds them, that make the array double. */
  private static final int COLLISIONS_BEFORE_SPREADING = 16;

  private static final int ATTEMPTS_BEFORE_STRIPING = 8;

  /** Places in the array of stripes when it is made. */
  private static final int FEWEST_HOMES = 2;

  /** Takes the place of the stripes of an evicted series, for good. */
  private static final Cell[] EVICTED = {new RetiredCell(), new RetiredCell()};

  private static final VarHandle STRIPES;
  private static final VarHandle PIN;

  static {
    try {
      final MethodHandles.Lookup lookup = MethodHandles.lookup();
      STRIPES = lookup.findVarHandle(Series.class, "stripes", Cell[].class);
      PIN = lookup.findVarHandle(Series.class, "pin", WeakReference.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final Attributes attributes;

  /** Spread hash of the attributes, as {@link SeriesMap} uses it. */
  final int hash;

  // What the collector knows of the series, guarded by the stream's collection lock.

  /** When the series was first recorded into; the start of its cumulative points. */
  long startEpochNanos;

  /** True once a point has had that start, which then stays. */
  boolean isStartShown;

  /** Exemplars that a cumulative point goes on showing, or that a delta point uses again. */
  RetainedExemplars retainedExemplars = RetainedExemplars.NONE;

  /** True if the last collection found that the series can be evicted. */
  boolean isIdle;

  /** Of a cumulative stream: the number of measurements that were collected. */
  long measurements;

  /** When a collection last found a measurement that the one before had not seen. */
  long activeNanos;

  private final Cell first;

  /**
   * Null until threads have met. Then {@code first}, which is nobody's home any more: it is not
   * padded, and may lie on one cache line with this object, which all threads read. And behind it a
   * power of two of places, each the home of some threads and null until one of them needs a cell.
   */
  private volatile Cell[] stripes;

  /**
   * What holds the series in its place, see {@link #pin}; null until it is bound. Written by a
   * thread that owns a cell, and read by the evicting collector when it owns them all.
   */
  private volatile WeakReference<Object> pin;

  /** Counts failed attempts, without synchronization: an estimate is enough. */
  private byte collisions;

  Series(MetricStream stream, Attributes attributes, int hash, long startEpochNanos) {
    this.attributes = attributes;
    this.hash = hash;
    this.startEpochNanos = startEpochNanos;
    this.first = stream.newCell(this);
  }

  private Series(Cell[] stripes) {
    this.stripes = stripes;
    this.attributes = Attributes.empty();
    this.hash = 0;
    this.startEpochNanos = 0;
    this.first = EVICTED[0];
  }

  /** A series that is no series, to mark a place with. */
  static Series marker() {
    return new Series(null);
  }

  /** A series without cells, as an evicted one is. */
  static Series evicted() {
    return new Series(EVICTED);
  }

  /**
   * Takes a cell of this series. Never waits.
   *
   * @return a cell that the caller owns and must release, or null if the series has been evicted
   */
  Cell take() {
    ProtocolPoint.SERIES_FOUND.reached();
    final Cell[] stripes = this.stripes;
    final Cell home = stripes == null ? first : stripes[home(homes(stripes))];
    if (home != null && home.tryTake()) {
      return home;
    }
    return takeContended();
  }

  private Cell takeContended() {
    while (true) {
      final Cell[] stripes = this.stripes;
      if (stripes == EVICTED) {
        return null;
      }
      if (stripes == null) {
        final Cell taken = takeFirstOrAdd();
        if (taken != null) {
          return taken;
        }
        continue;
      }
      final int home = home(homes(stripes));
      if (stripes[home] == null) {
        final Cell taken = addCell(stripes, homes(stripes), home);
        if (taken != null) {
          return taken;
        }
        continue;
      }
      final Cell taken = takeAny(stripes, home);
      if (taken != null) {
        countCollision(stripes);
        return taken;
      }
      final int empty = firstEmpty(stripes, home);
      final Cell added =
          empty >= 0
              ? addCell(stripes, homes(stripes), empty)
              : addCell(stripes, 2 * homes(stripes), homes(stripes) + home);
      if (added != null) {
        return added;
      }
    }
  }

  /**
   * Tries the only cell a few more times, a fraction of a microsecond, before it adds another one:
   * a collector holds a cell for no longer than that, and is no reason to have a second cell for
   * ever.
   */
  private Cell takeFirstOrAdd() {
    for (int i = 0; i < ATTEMPTS_BEFORE_STRIPING; i++) {
      if (first.tryTake()) {
        countCollision(null);
        return first;
      }
      Thread.onSpinWait();
    }
    return addCell(null, FEWEST_HOMES, home(FEWEST_HOMES));
  }

  private static int homes(Cell[] stripes) {
    return stripes.length - 1;
  }

  /** The place of the current thread among so many. */
  private static int home(int homes) {
    return 1 + ((int) Thread.currentThread().getId() & (homes - 1));
  }

  private Cell takeAny(Cell[] stripes, int home) {
    for (int i = 0; i < homes(stripes); i++) {
      final Cell cell = stripes[next(stripes, home, i)];
      if (cell != null && cell.tryTake()) {
        return cell;
      }
    }
    return first.tryTake() ? first : null;
  }

  /** The place that comes {@code steps} after {@code home}. */
  private static int next(Cell[] stripes, int home, int steps) {
    return 1 + ((home - 1 + steps) & (homes(stripes) - 1));
  }

  private static int firstEmpty(Cell[] stripes, int home) {
    for (int i = 0; i < homes(stripes); i++) {
      final int index = next(stripes, home, i);
      if (stripes[index] == null) {
        return index;
      }
    }
    return -1;
  }

  /**
   * Publishes the stripes with a new cell at {@code index} that the caller owns; null if another
   * thread has changed them.
   */
  private Cell addCell(Cell[] expected, int homes, int index) {
    final Cell cell = first.newStripe();
    cell.tryTake();
    // After the cell, so that the array, which all threads read, lies behind the cell's padding.
    final Cell[] copy = copy(expected, homes);
    copy[index] = cell;
    ProtocolPoint.CELL_ADDING.reached();
    return STRIPES.compareAndSet(this, expected, copy) ? cell : null;
  }

  /** The stripes with so many homes: no fewer than there are. */
  private Cell[] copy(Cell[] stripes, int homes) {
    final Cell[] copy = new Cell[homes + 1];
    if (stripes != null) {
      System.arraycopy(stripes, 0, copy, 0, stripes.length);
    }
    copy[0] = first;
    return copy;
  }

  /**
   * Lets threads that keep meeting at one home go apart, without a cell for the new half yet. The
   * caller owns a cell, so nothing may be thrown.
   */
  private void countCollision(Cell[] stripes) {
    if (++collisions < COLLISIONS_BEFORE_SPREADING) {
      return;
    }
    collisions = 0;
    try {
      if (stripes == null) {
        STRIPES.compareAndSet(this, null, copy(null, FEWEST_HOMES));
      } else if (homes(stripes) < SPREAD_LIMIT) {
        final Cell[] doubled = copy(stripes, 2 * homes(stripes));
        ProtocolPoint.STRIPES_DOUBLING.reached();
        STRIPES.compareAndSet(this, stripes, doubled);
      }
    } catch (OutOfMemoryError | StackOverflowError e) {
      // They stay together.
    }
  }

  /** The cell of the series; null once threads have met, and of an evicted series. */
  Cell onlyCell() {
    return stripes == null ? first : null;
  }

  /**
   * True once threads have met in the series, which then has more than one cell, or is about to.
   */
  boolean isStriped() {
    return stripes != null;
  }

  /**
   * The same for who comes here at each recording: read without synchronization, which is a
   * nanosecond faster. True is certain, false may be out of date.
   */
  boolean isSeenStriped() {
    return STRIPES.get(this) != null;
  }

  /** Number of cells; for tests and reports. */
  int cellCount() {
    final Cell[] stripes = this.stripes;
    int count = 0;
    if (stripes == null) {
      return 1;
    }
    for (final Cell cell : stripes) {
      count += cell != null ? 1 : 0;
    }
    return count;
  }

  /** True if no cell holds anything, see {@link Cell#isSeenEmpty}. False of an evicted series. */
  boolean isSeenEmpty() {
    final Cell[] stripes = this.stripes;
    if (stripes == null) {
      return first.isSeenEmpty();
    }
    for (final Cell cell : stripes) {
      if (cell != null && !cell.isSeenEmpty()) {
        return false;
      }
    }
    return true;
  }

  /** Lets the collector visit each cell that exists now. */
  void visitCells(CellVisitor visitor) {
    if (collisions != 0) {
      // Only then, as all threads read what lies beside it.
      collisions = 0;
    }
    final Cell[] stripes = this.stripes;
    if (stripes == null) {
      visitor.visit(first);
      return;
    }
    for (final Cell cell : stripes) {
      if (cell != null) {
        visitor.visit(cell);
      }
    }
  }

  /**
   * Keeps the series from being evicted as long as somebody holds on to the result, for instance a
   * bound instrument. Never waits.
   *
   * @return null if the series has been evicted
   */
  Object pin() {
    final Cell cell = take();
    if (cell == null) {
      return null;
    }
    try {
      while (true) {
        final WeakReference<Object> pin = this.pin;
        final Object held = pin == null ? null : pin.get();
        if (held != null) {
          return held;
        }
        final Object made = new Object();
        if (PIN.compareAndSet(this, pin, new WeakReference<>(made))) {
          return made;
        }
      }
    } finally {
      cell.release();
    }
  }

  private boolean isPinned() {
    final WeakReference<Object> pin = this.pin;
    return pin != null && pin.get() != null;
  }

  /** What became of the wish to evict a series. */
  enum Eviction {
    DONE,
    /** It holds measurements, or somebody holds it. */
    IN_USE,
    /** A thread has a cell of it: perhaps to record, perhaps to evict the series as well. */
    UNDECIDED
  }

  /**
   * Evicts the series if it holds as many measurements as were collected, no thread is recording
   * one and nobody has {@link #pin pinned} it. Afterwards {@link #take} returns null for ever.
   * Called by the collector; never waits.
   *
   * <p>The collector takes every cell. A recorder that comes by then adds a cell, which makes the
   * exchange of the array fail: the series is in use, and stays.
   *
   * @param collected number of measurements that were collected and not removed from the cells
   */
  Eviction evict(long collected) {
    if (isPinned()) {
      // Not a cell is taken for it in each collection. It is asked again when all are.
      return Eviction.IN_USE;
    }
    final Cell[] stripes = this.stripes;
    final Cell[] cells = stripes == null ? new Cell[] {first} : stripes;
    int taken = 0;
    long held = 0;
    // No longer than there is hope: who holds cells of a busy series makes recorders add others.
    while (taken < cells.length
        && held <= collected
        && (cells[taken] == null || cells[taken].tryTake())) {
      held += cells[taken] == null ? 0 : cells[taken].measurements();
      taken++;
    }
    final boolean isUnused = held == collected && !isPinned();
    boolean evicted = false;
    if (taken == cells.length && isUnused) {
      ProtocolPoint.SERIES_EVICTING.reached();
      evicted = STRIPES.compareAndSet(this, stripes, EVICTED);
    }
    for (int i = 0; i < taken; i++) {
      if (cells[i] == null) {
        continue;
      }
      if (evicted) {
        ProtocolPoint.CELL_RETIRING.reached();
        cells[i].retire();
      } else {
        cells[i].release();
      }
    }
    if (evicted) {
      return Eviction.DONE;
    }
    return isUnused ? Eviction.UNDECIDED : Eviction.IN_USE;
  }

  /** True if {@link #evict} evicts the series. */
  boolean tryEvict(long collected) {
    return evict(collected) == Eviction.DONE;
  }

  boolean isEvicted() {
    return stripes == EVICTED;
  }

  /** What the collector does with each cell of a series. */
  interface CellVisitor {
    void visit(Cell cell);
  }

  private static final class RetiredCell extends Cell {
    RetiredCell() {
      super(null, 0, false);
      retire();
    }

    @Override
    Cell newStripe() {
      throw new IllegalStateException("An evicted series takes no more cells");
    }

    @Override
    boolean isEmpty() {
      return true;
    }

    @Override
    long measurements() {
      return 0;
    }

    @Override
    void clear() {}
  }
}
