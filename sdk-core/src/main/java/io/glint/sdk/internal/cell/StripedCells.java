package io.glint.sdk.internal.cell;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * The cells of a series: one at first, more where threads meet. How one cell is owned is explained
 * in {@link Cell}; this class adds cells, finds a free one, and takes all of them to evict the
 * series.
 *
 * <h2>Stripes</h2>
 *
 * Once threads have met there is an array beside the first cell, the stripes. Its first half has
 * the <i>places</i>, a power of two. The id of a thread leads to a place, and the place to a cell,
 * which is the <i>home</i> of all threads of that place. Several places may lead to one cell. The
 * second half lists the cells, each once, and ends with null. {@code first} is not among them: it
 * is not padded, and may lie on one cache line with this object, which all threads read. So it is
 * no thread's home any more.
 *
 * <p>The array is never written after it was published. A changed copy takes its place by
 * compare-and-set.
 *
 * <h2>How threads come apart</h2>
 *
 * <ol>
 *   <li>At first a place leads to null. The first thread that comes there adds a cell for it.
 *   <li>A thread that finds its home taken takes another cell. If all are taken it adds one, which
 *       becomes its home.
 *   <li>If homes were found taken {@value #COLLISIONS_BEFORE_MOVING} times between two collections
 *       that visit the cells, the thread that came last moves: its place leads to another cell from
 *       then on. That is a new one as long as there are fewer than twice as many cells as
 *       processors, to a power of two, or than 8. Later it is the one that the thread has just
 *       found free; if only the first cell was free, it stays.
 *   <li>A thread that moves may need a place for itself. If no other place leads to its old home,
 *       then a thread of the same place had taken it; and if no new cell is made, other threads of
 *       the place are to stay. In both cases the number of places doubles. Each old place becomes
 *       two, which lead where it led, and only the new place of this thread leads elsewhere. If the
 *       id of the other thread leads to the same new place again, they meet again, and the places
 *       double once more.
 * </ol>
 *
 * So the number of cells follows how many threads meet, and not how many there are.
 */
public class StripedCells {
  /**
   * Up to so many stripes are made to keep threads apart: twice the processors, for as many threads
   * can be stopped in mid-record as run. Beyond, one is added only if all are taken.
   */
  private static final int MAX_TO_SPREAD =
      Math.max(8, Integer.highestOneBit(2 * Runtime.getRuntime().availableProcessors() - 1) << 1);

  /**
   * With so many places no thread moves any more. Two threads whose ids have nothing to do with
   * each other still share a place in one case of this number. A place takes the memory of one
   * reference.
   */
  private static final int MAX_PLACES = Math.max(256, 4 * MAX_TO_SPREAD);

  /** Places when the array is made. */
  private static final int MIN_PLACES = 2;

  /** Homes found taken, before a collection forgets them, that make a thread move. */
  private static final int COLLISIONS_BEFORE_MOVING = 16;

  private static final int ATTEMPTS_BEFORE_STRIPING = 8;

  /** Takes the place of the stripes of an evicted series, for good: one place, and no cell. */
  private static final Cell[] EVICTED = {new RetiredCell(), null};

  private static final VarHandle STRIPES;
  private static final VarHandle PIN;

  static {
    try {
      final MethodHandles.Lookup lookup = MethodHandles.lookup();
      STRIPES = lookup.findVarHandle(StripedCells.class, "stripes", Cell[].class);
      PIN = lookup.findVarHandle(StripedCells.class, "pin", WeakReference.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Cell first;

  /** Null until threads have met. */
  private volatile Cell @Nullable [] stripes;

  /**
   * What holds the series in its place, see {@link #pin}; null until it is bound. Written by a
   * thread that owns a cell, and read by the evicting collector when it owns them all.
   */
  private volatile @Nullable WeakReference<Object> pin;

  /**
   * Homes found taken since the last collection. Written without synchronization, as an estimate is
   * enough, and only while a thread could still move: all threads read what lies beside it.
   */
  private byte collisions;

  protected StripedCells(CellFactory cells) {
    this.first = cells.newCell(this);
  }

  /** Without cells: as those of a series that was evicted, or of none. */
  protected StripedCells(boolean isEvicted) {
    this.first = EVICTED[0];
    this.stripes = isEvicted ? EVICTED : null;
  }

  /**
   * Takes a cell. Lock-free: it goes round again only if another thread has changed the stripes.
   *
   * @return a cell that the caller owns and must release, or null if the series has been evicted
   */
  public final @Nullable Cell acquire() {
    ProtocolPoint.SERIES_FOUND.reached();
    final Cell[] stripes = this.stripes;
    final Cell home = stripes == null ? first : stripes[place(stripes)];
    if (home != null && home.tryAcquire()) {
      return home;
    }
    return acquireContended();
  }

  private @Nullable Cell acquireContended() {
    // Kept if another thread has changed the stripes before it could be added.
    Cell added = null;
    while (true) {
      final Cell[] stripes = this.stripes;
      if (stripes == EVICTED) {
        return null;
      }
      final Cell taken = stripes == null ? acquireFirst() : acquireAny(stripes);
      if (taken != null) {
        try {
          countCollision(stripes, taken);
        } catch (Throwable t) {
          // For want of memory or stack, or as Thread.getId is overridden: the cell has an owner by
          // now, who would not release it. The threads stay together.
        }
        return taken;
      }
      if (added == null) {
        added = first.newStripe();
        added.tryAcquire();
      }
      // Made after the cell, so that the array, which all threads read, lies behind its padding.
      final Cell[] copy = copy(stripes, placesForOneMore(stripes), added);
      ProtocolPoint.CELL_ADDING.reached();
      if (STRIPES.compareAndSet(this, stripes, copy)) {
        return added;
      }
    }
  }

  /**
   * Tries the only cell a few more times, a fraction of a microsecond, before another one is added:
   * a collector holds a cell for no longer than that, and is no reason to have a second cell for
   * ever.
   */
  private @Nullable Cell acquireFirst() {
    for (int i = 0; i < ATTEMPTS_BEFORE_STRIPING; i++) {
      if (first.tryAcquireIfFree()) {
        return first;
      }
      Thread.onSpinWait();
    }
    return null;
  }

  /**
   * Takes any cell that is free, but the first only if all others are taken; null if there is none,
   * or if the place of this thread still waits for its cell.
   */
  private @Nullable Cell acquireAny(Cell[] stripes) {
    final int place = place(stripes);
    if (stripes[place] == null) {
      return null;
    }
    final int cells = cells(stripes);
    final int list = places(stripes);
    // Each thread begins somewhere else.
    for (int i = 0; i < cells; i++) {
      final Cell cell = stripes[list + (place + i) % cells];
      if (cell.tryAcquireIfFree()) {
        return cell;
      }
    }
    return first.tryAcquireIfFree() ? first : null;
  }

  private static int places(Cell[] stripes) {
    return stripes.length >> 1;
  }

  /** The place of the current thread. */
  private static int place(Cell[] stripes) {
    return spread(Thread.currentThread().getId()) & (places(stripes) - 1);
  }

  /**
   * Threads of one pool mostly have consecutive ids, which differ in their low bits and so spread
   * evenly. Ids that agree in their low bits mostly differ in those above, which are mixed in.
   */
  static int spread(long threadId) {
    return (int) (threadId ^ (threadId >>> 8));
  }

  /** Number of cells in the list. */
  private static int cells(Cell[] stripes) {
    int cells = 0;
    while (cell(stripes, 1 + cells) != null) {
      cells++;
    }
    return cells;
  }

  /** The cell of that number in the list; null behind the last. */
  private static @Nullable Cell cell(Cell[] stripes, int number) {
    final int index = places(stripes) + number - 1;
    return index < stripes.length ? stripes[index] : null;
  }

  /** One cell after the other: the first is number 0, and behind the last comes null. */
  private @Nullable Cell cellOrNull(Cell @Nullable [] stripes, int number) {
    if (number == 0) {
      return first;
    }
    return stripes == null ? null : cell(stripes, number);
  }

  private static int placesForOneMore(Cell @Nullable [] stripes) {
    if (stripes == null) {
      return MIN_PLACES;
    }
    final boolean isListFull = stripes[stripes.length - 1] != null;
    return isListFull ? 2 * places(stripes) : places(stripes);
  }

  /**
   * The stripes with as many places as they have, or twice as many, of which that of the current
   * thread leads to a home.
   *
   * @param stripes null if there are none yet
   * @param home a cell that is in the list, or will be; null if the place is to get one later
   */
  private static Cell[] copy(Cell @Nullable [] stripes, int places, @Nullable Cell home) {
    final Cell[] copy = new Cell[2 * places];
    if (stripes != null) {
      final int before = places(stripes);
      for (int i = 0; i < places; i++) {
        final Cell cell = stripes[i & (before - 1)];
        // No place waits for a cell of its own beyond the first ones: no threads have met there
        // yet.
        copy[i] = cell == null && places > before ? home : cell;
      }
      System.arraycopy(stripes, before, copy, places, before);
    }
    copy[place(copy)] = home;
    int last = places;
    while (copy[last] != null && copy[last] != home) {
      last++;
    }
    copy[last] = home;
    return copy;
  }

  /**
   * Takes note of a home that was found taken, and lets this thread move if that happens often.
   *
   * @param taken the cell that the caller has taken
   */
  private void countCollision(Cell @Nullable [] stripes, Cell taken) {
    if ((stripes != null && places(stripes) >= MAX_PLACES)
        || ++collisions < COLLISIONS_BEFORE_MOVING) {
      return;
    }
    collisions = 0;
    final Cell[] moved = stripes == null ? copy(null, MIN_PLACES, null) : moved(stripes, taken);
    if (moved != null) {
      ProtocolPoint.HOME_MOVING.reached();
      STRIPES.compareAndSet(this, stripes, moved);
    }
  }

  /** The stripes with another home for this thread; null if it has nowhere to go. */
  private Cell @Nullable [] moved(Cell[] stripes, Cell taken) {
    if (cells(stripes) < MAX_TO_SPREAD) {
      final Cell added = first.newStripe();
      final int places = placesForOneMore(stripes);
      return copy(stripes, isHomeOfOnePlace(stripes) ? 2 * places(stripes) : places, added);
    }
    // If only the first was free, the others have no room for this thread.
    return taken == first ? null : copy(stripes, 2 * places(stripes), taken);
  }

  /** True if only the place of this thread leads to its home. */
  private static boolean isHomeOfOnePlace(Cell[] stripes) {
    final Cell home = stripes[place(stripes)];
    int leading = 0;
    for (int i = 0; i < places(stripes); i++) {
      leading += stripes[i] == home ? 1 : 0;
    }
    return leading == 1;
  }

  /** The cell of the series; null once threads have met, and of an evicted series. */
  public final @Nullable Cell onlyCell() {
    return stripes == null ? first : null;
  }

  /**
   * True once threads have met in the series, which then has more than one cell, or is about to.
   */
  public final boolean isStriped() {
    return stripes != null;
  }

  /**
   * The same for who comes here at each recording: read without synchronization, which is a
   * nanosecond faster. True is certain, false may be out of date.
   */
  public final boolean isStripedPlain() {
    return STRIPES.get(this) != null;
  }

  /** Number of cells; for tests and reports. */
  public final int cellCount() {
    final Cell[] stripes = this.stripes;
    int count = 0;
    while (cellOrNull(stripes, count) != null) {
      count++;
    }
    return count;
  }

  /**
   * True if no cell holds anything, see {@link Cell#isEmptyOptimistic}. False of an evicted series.
   */
  public final boolean isEmptyOptimistic() {
    final Cell[] stripes = this.stripes;
    Cell cell;
    for (int i = 0; (cell = cellOrNull(stripes, i)) != null; i++) {
      if (!cell.isEmptyOptimistic()) {
        return false;
      }
    }
    return true;
  }

  /** Lets the collector visit each cell that exists now. */
  public final void visitCells(CellVisitor visitor) {
    if (collisions != 0) {
      // Only then, as all threads read what lies beside it.
      collisions = 0;
    }
    final Cell[] stripes = this.stripes;
    Cell cell;
    for (int i = 0; (cell = cellOrNull(stripes, i)) != null; i++) {
      visitor.visit(cell);
    }
  }

  /**
   * Keeps the series from being evicted as long as the result is held, for instance a bound
   * instrument. Lock-free.
   *
   * @return null if the series has been evicted
   */
  public final @Nullable Object pin() {
    final Cell cell = acquire();
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
  public enum Eviction {
    DONE,
    /** It holds measurements, or is held. */
    IN_USE,
    /** A thread has a cell of it: perhaps to record, perhaps to evict the series as well. */
    UNDECIDED
  }

  /**
   * Evicts the series if it holds as many measurements as were collected, no thread is recording
   * one and it is not {@link #pin pinned}. Afterwards {@link #acquire} returns null permanently.
   * Called by the collector, and by a recorder that makes room. Wait-free.
   *
   * <p>The caller takes every cell. A recorder that comes by then adds a cell, which makes the
   * exchange of the array fail: the series is in use, and stays. Whatever is thrown, no cell stays
   * taken.
   *
   * @param collected number of measurements that were collected and not removed from the cells
   */
  @SuppressWarnings("NullAway") // As many cells as were taken are there.
  public final Eviction evict(long collected) {
    if (isPinned()) {
      // Not a cell is taken for it in each collection. It is asked again when all are.
      return Eviction.IN_USE;
    }
    final Cell[] stripes = this.stripes;
    int taken = 0;
    boolean isEvicted = false;
    try {
      long held = 0;
      Cell cell;
      // Stops at the first sign of use: who holds cells of a busy series makes recorders add
      // others. If nothing may be held, it does not count how much is. It looks before it takes a
      // cell, so that one that is taken stays in its owner's cache.
      while ((cell = cellOrNull(stripes, taken)) != null
          && held <= collected
          && cell.tryAcquireIfFree()) {
        taken++;
        held += cell.isEmpty() ? 0 : collected == 0 ? 1 : cell.measurements();
      }
      if (held != collected || isPinned()) {
        return Eviction.IN_USE;
      }
      if (cell == null) {
        ProtocolPoint.SERIES_EVICTING.reached();
        isEvicted = STRIPES.compareAndSet(this, stripes, EVICTED);
      }
      return isEvicted ? Eviction.DONE : Eviction.UNDECIDED;
    } finally {
      for (int i = 0; i < taken; i++) {
        if (isEvicted) {
          ProtocolPoint.CELL_RETIRING.reached();
          cellOrNull(stripes, i).retire();
        } else {
          cellOrNull(stripes, i).release();
        }
      }
    }
  }

  public final boolean isEvicted() {
    return stripes == EVICTED;
  }

  /** What the collector does with each cell of a series. */
  public interface CellVisitor {
    void visit(Cell cell);
  }

  private static final class RetiredCell extends Cell {
    RetiredCell() {
      super(0, false);
      retire();
    }

    @Override
    public Cell newStripe() {
      throw new IllegalStateException("An evicted series takes no more cells");
    }

    @Override
    public boolean isEmpty() {
      return true;
    }

    @Override
    public long measurements() {
      return 0;
    }

    @Override
    public void clear() {}
  }
}
