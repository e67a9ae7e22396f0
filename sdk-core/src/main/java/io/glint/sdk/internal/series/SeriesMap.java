package io.glint.sdk.internal.series;

import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.cell.ProtocolPoint;
import io.glint.sdk.internal.cell.StripedCells;
import io.opentelemetry.api.common.Attributes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The series of one stream by their attributes: a wait-free look-up, and lock-free addition up to a
 * limit. A recorder copies {@value #PLACES_COPIED_AT_ONCE} entries at most in one call, however
 * many there are. The one exception: where a thread was stopped while it copied, and no collection
 * has come by since, the next growth copies all that were there.
 *
 * <h2>What is stored</h2>
 *
 * A {@link Table} holds the series twice: in {@code order}, an array that is filled from index 0 on
 * without gaps, and in {@code index}, an open-addressing hash table. The index is at most a quarter
 * full, as a look-up that comes across another series first costs more than the memory. That of a
 * table of more than {@value #MAX_SPARSE_CAPACITY} places may be half full: there the memory is
 * what a look-up waits for. {@code order} says which series exist; {@code index} only makes them
 * quick to find.
 *
 * <h2>How a series is added</h2>
 *
 * <ol>
 *   <li>A thread that misses a series in the index goes through {@code order} from the first entry
 *       that may not be indexed yet, puts each entry it meets into the index, and stops if one of
 *       them is the one it wants.
 *   <li>At the first empty place it puts its own series there by compare-and-set. If that fails,
 *       another series was added at that place, which it looks at as in step 1.
 * </ol>
 *
 * So every entry is in the index before the next one can be added, each addition has seen all
 * earlier ones, and therefore no attribute set is ever added twice. Helping to index is idempotent;
 * a thread that is stopped between the two writes delays no other thread.
 *
 * <h2>Evicted series, and the limit</h2>
 *
 * An evicted series stays in {@code order} until the collector removes it. If its attributes come
 * back, a new series is added behind, and takes the place of the old one in the index. A series is
 * refused if its place, less the evicted ones among those before it, reaches the limit. Evictions
 * are counted right after they happen, so the limit is exact but for an eviction that is under way.
 *
 * <h2>How a table is replaced</h2>
 *
 * A table whose {@code order} is full, or whose first empty place was given to {@link #CLOSED},
 * never gets another entry. Another table takes its place by compare-and-set:
 *
 * <ul>
 *   <li><b>Growth.</b> A recorder that comes across a full table makes a larger one, empty but for
 *       a reference to the full one, its {@code base}, whose places it has as well. From then on
 *       series are added to the larger table, and looked up in both. Each recorder that comes by
 *       copies the entries of a few places, and the one that copies the last drops the base; the
 *       collector copies what is left. A thread that is stopped while it copies delays no other.
 *       The arrays are allocated, which clears them, by the recorder that comes when a large table
 *       is nearly full; by others if that one does not get there in time, or if so long passed that
 *       a collection has given them up.
 *   <li><b>Removal.</b> The collector copies the entries that are not evicted into a table that no
 *       other thread sees, closes the old table, copies what was added in between, and publishes. A
 *       recorder that comes across the closed table meanwhile makes it grow as if it were full, and
 *       the collector starts again.
 * </ul>
 *
 * <p>Access modes: once others see the table, entries of both arrays are stored by compare-and-set,
 * but for those that are copied from a base to {@code order}, which are stored with release: each
 * thread would store the same. {@code order} is read with acquire. The look-up reads {@code index}
 * with plain accesses, which is one type check less on the record path: a series that it finds is
 * seen complete, for what a recorder needs of it is in final fields, and one that it does not find
 * yet is found in {@code order}. (The freeze that counts is that at the end of the constructor of
 * {@link Series}: it comes after everything that the constructors of its first cell have written,
 * also to the array of the cell behind the freeze of {@link Cell} itself.) {@code table}, {@code
 * base}, {@code indexed} and {@code successor} are volatile. The look-up takes the index from a
 * plain field, so as not to load the table first. It may be that of an earlier table: a series that
 * it misses, or that has been evicted, is looked for in the table. The field is renewed when a
 * table is complete, and by each collection.
 */
public final class SeriesMap {
  private static final int MIN_CAPACITY = 4;

  /** Places in the index at least, so that few series seldom share one; a power of two. */
  private static final int MIN_INDEX = 64;

  /** Capacity up to which the index has four places for each in {@code order}, not two. */
  private static final int MAX_SPARSE_CAPACITY = 4096;

  /** How many entries a recorder copies at once: some microseconds. */
  private static final int PLACES_COPIED_AT_ONCE = 128;

  /** Ends the {@code order} of a table that takes no more entries. Never indexed. */
  private static final Series CLOSED = Series.marker();

  private static final VarHandle ENTRY = MethodHandles.arrayElementVarHandle(Series[].class);
  private static final VarHandle TABLE;

  static {
    try {
      TABLE = MethodHandles.lookup().findVarHandle(SeriesMap.class, "table", Table.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final SeriesFactory factory;
  private final int limit;

  private volatile Table table = new Table(MIN_CAPACITY, 0);

  /** The index of the table, or of one before it. */
  private Series[] cachedIndex = table.index;

  /** Number of entries that {@link #complete} last saw. Guarded by the stream's collection lock. */
  private int indexedBefore;

  /** Number of series that were ever evicted. */
  private final AtomicLong evictions = new AtomicLong();

  /**
   * An empty map.
   *
   * @param limit number of attribute sets that get a series of their own, at least 1
   */
  public SeriesMap(SeriesFactory factory, int limit) {
    this.factory = factory;
    this.limit = limit;
  }

  /**
   * Returns the series of these attributes, which may be evicted, or null if there is none or it is
   * not yet in the index at hand; {@link #findOrAdd} finds it then. Wait-free.
   */
  public @Nullable Series find(Attributes attributes) {
    return find(cachedIndex, attributes, hash(attributes));
  }

  /**
   * Returns the series of these attributes if it has been added before and is not evicted, or null.
   * Wait-free.
   */
  public @Nullable Series findLive(Attributes attributes) {
    return table.findLive(attributes, hash(attributes));
  }

  private static @Nullable Series find(Series[] index, Attributes attributes, int hash) {
    final int mask = index.length - 1;
    int i = hash & mask;
    Series series;
    while ((series = index[i]) != null) {
      if (series.isOf(attributes, hash)) {
        return series;
      }
      i = (i + 1) & mask;
    }
    return null;
  }

  /**
   * Returns the series of these attributes, which is added if it is missing.
   *
   * @return the series, or null if there are as many as the limit allows. Lock-free.
   */
  public @Nullable Series findOrAdd(Attributes attributes) {
    final int hash = hash(attributes);
    Series candidate = null;
    while (true) {
      final Table table = this.table;
      copySome(table);
      // The bound is read before the index is searched: all entries below it are in the index.
      int place = table.indexed;
      refreshCachedIndex();
      final Series known = table.findLive(attributes, hash);
      if (known != null) {
        return known;
      }
      for (; place < table.order.length; place++) {
        Series entry = table.entry(place);
        if (entry == null) {
          if (isFull(table, place)) {
            return null;
          }
          if (candidate == null) {
            candidate = factory.newSeries(attributes, hash);
          }
          ProtocolPoint.SERIES_ADDING.reached();
          entry = table.addAt(place, candidate);
        }
        if (entry == CLOSED) {
          break;
        }
        ProtocolPoint.SERIES_INDEXING.reached();
        table.addToIndex(entry);
        ProtocolPoint.SERIES_INDEXED.reached();
        table.indexed = place + 1;
        if (entry == candidate) {
          prepareSuccessor(table, place);
        }
        if (entry == candidate || (entry.isOf(attributes, hash) && !entry.isEvicted())) {
          return entry;
        }
      }
      if (place == table.order.length && isFull(table, place)) {
        return null;
      }
      if (table == this.table) {
        grow(table, place);
      }
    }
  }

  /** True if a series at this place of a table would be beyond the limit. */
  private boolean isFull(Table table, int place) {
    return place - evicted(table) >= limit;
  }

  /** Number of evicted series in the table. */
  private long evicted(Table table) {
    return evictions.get() - table.removed;
  }

  /**
   * Evicts a series as {@link Series#evict} does, and counts it. Wait-free.
   *
   * @param collected number of measurements that were collected and not removed from the cells
   */
  StripedCells.Eviction evict(Series series, long collected) {
    final StripedCells.Eviction eviction = series.evict(collected);
    if (eviction == StripedCells.Eviction.DONE) {
      evictions.getAndIncrement();
    }
    return eviction;
  }

  /** True if {@link #evict} has evicted the series. */
  public boolean tryEvict(Series series, long collected) {
    return evict(series, collected) == StripedCells.Eviction.DONE;
  }

  // ------------------------------------------------------------------------------------- growth

  /** Lets a larger table take over from one that has entries up to {@code end}, and no room. */
  private void grow(Table full, int end) {
    ProtocolPoint.TABLE_COPYING.reached();
    copyAll(full);
    final Table prepared = full.successor;
    final Table larger =
        prepared != null && prepared.inherited == end ? prepared : new Table(full, end);
    ProtocolPoint.TABLE_REPLACING.reached();
    TABLE.compareAndSet(this, full, larger);
  }

  /**
   * Makes the table that takes over when this one is full. Done by the one thread that has added
   * the last entry but a few, so that others need not.
   */
  private void prepareSuccessor(Table table, int place) {
    final int capacity = table.order.length;
    if (place != capacity - capacity / 16 - 1
        || capacity <= MAX_SPARSE_CAPACITY
        || capacity >= limit) {
      return;
    }
    try {
      table.successor = new Table(table, capacity);
    } catch (OutOfMemoryError e) {
      // It is tried again when the table is full.
    }
  }

  /** Copies a few entries into a table that has taken over from another. */
  @SuppressWarnings("NullAway") // A table that has, or had, a base has both counters.
  private void copySome(Table table) {
    if (table.base == null || table.copying.get() >= table.inherited) {
      return;
    }
    final int from = table.copying.getAndAdd(PLACES_COPIED_AT_ONCE);
    final int to = Math.min(table.inherited, from + PLACES_COPIED_AT_ONCE);
    if (from < to) {
      table.copy(from, to);
      if (table.copied.addAndGet(to - from) == table.inherited) {
        table.base = null;
        refreshCachedIndex();
      }
    }
  }

  /** Copies all entries that another table still has, also those that others are copying. */
  private void copyAll(Table table) {
    if (table.base != null) {
      table.copy(0, table.inherited);
      table.base = null;
      refreshCachedIndex();
    }
  }

  // ------------------------------------------------------------------------------------ removal

  /**
   * Removes the series that have been {@linkplain #evict evicted}. Called by the collector.
   * Lock-free.
   *
   * @return true if there were any
   */
  public boolean removeEvicted() {
    while (true) {
      final Table table = this.table;
      if (evicted(table) <= 0) {
        return false;
      }
      copyAll(table);
      if (replace(table)) {
        return true;
      }
    }
  }

  /** Publishes a copy without evicted series. */
  @SuppressWarnings("NullAway") // There is an entry at each place before the end.
  private boolean replace(Table table) {
    ProtocolPoint.TABLE_COPYING.reached();
    final int end = table.end();
    int live = 0;
    for (int i = 0; i < end; i++) {
      live += table.entry(i).isEvicted() ? 0 : 1;
    }
    final int capacity = Math.max(MIN_CAPACITY, Integer.highestOneBit(Math.max(1, live)) << 1);
    final Filling copy = new Filling(capacity);
    int place = 0;
    while (place < end) {
      copy.add(table.entry(place++));
    }
    ProtocolPoint.TABLE_CLOSING.reached();
    while (place < table.order.length) {
      final Series entry = table.addAt(place, CLOSED);
      if (entry == CLOSED) {
        break;
      }
      copy.add(entry);
      place++;
    }
    ProtocolPoint.TABLE_REPLACING.reached();
    final boolean isReplaced = TABLE.compareAndSet(this, table, copy.asTable(table));
    refreshCachedIndex();
    return isReplaced;
  }

  /** Live entries, before they become a table that others see. */
  private static final class Filling {
    private Series[] order;
    private Series[] index;
    private int entries;
    private int evicted;

    Filling(int capacity) {
      order = new Series[capacity];
      index = new Series[Table.indexLength(capacity)];
    }

    void add(Series series) {
      if (series.isEvicted()) {
        evicted++;
        return;
      }
      if (entries == order.length) {
        grow();
      }
      order[entries++] = series;
      addToIndex(series);
    }

    /** Others have added series meanwhile. */
    private void grow() {
      order = Arrays.copyOf(order, 2 * order.length);
      index = new Series[Table.indexLength(order.length)];
      for (int i = 0; i < entries; i++) {
        addToIndex(order[i]);
      }
    }

    /** As that of a table: one that was evicted since it was added here leaves its place. */
    private void addToIndex(Series series) {
      final int mask = index.length - 1;
      int i = series.hash & mask;
      while (index[i] != null && !Table.isEvictedTwin(index[i], series)) {
        i = (i + 1) & mask;
      }
      index[i] = series;
    }

    Table asTable(Table before) {
      return new Table(order, index, entries, before.removed + evicted);
    }
  }

  /**
   * Copies what recorders have not copied yet, so that each series is found at once; and gives up a
   * larger table that was prepared, if no series has been added since the last time. Called by the
   * collector.
   */
  public void complete() {
    final Table table = this.table;
    copyAll(table);
    final int indexed = table.indexed;
    if (indexed != indexedBefore) {
      indexedBefore = indexed;
    } else if (table.successor != null) {
      table.successor = null;
    }
    // What threads in a race have left of an earlier table keeps evicted series in memory.
    refreshCachedIndex();
  }

  /**
   * Sees to it that {@link #find} knows the index of the table, unless threads race; while the
   * table still has a base, that of the base. Wait-free.
   */
  private void refreshCachedIndex() {
    final Table table = this.table;
    final Table base = table.base;
    final Series[] newest = base == null ? table.index : base.index;
    if (cachedIndex != newest) {
      ProtocolPoint.INDEX_RENEWING.reached();
      cachedIndex = newest;
    }
  }

  /**
   * The series if there is one, which may be evicted; null if there is none, or more. Wait-free.
   */
  public @Nullable Series soleSeriesOrNull() {
    final Table table = this.table;
    Series only = null;
    int place = 0;
    for (; place < MIN_CAPACITY; place++) {
      final Series entry = table.entryOrNull(place);
      if (entry == null || entry == CLOSED) {
        return only;
      }
      if (!entry.isEvicted()) {
        if (only != null) {
          return null;
        }
        only = entry;
      }
    }
    final Series next = table.entryOrNull(place);
    return next == null || next == CLOSED ? only : null;
  }

  /**
   * Lets the collector visit every series that exists now, in the order they were added, and
   * evicted ones that have not been removed. Not those that are added meanwhile: if a series is
   * evicted after it was visited and comes back, its attributes have no second one in a collection.
   */
  public void forEach(SeriesVisitor visitor) {
    final int unused = forEach(0, Integer.MAX_VALUE, visitor);
  }

  /**
   * The same for some series.
   *
   * @param from number of series to skip
   * @param most number of series to visit
   * @return the number to skip in order to go on; -1 if these were the last ones
   */
  @SuppressWarnings("NullAway") // There is an entry at each place before the end.
  int forEach(int from, int most, SeriesVisitor visitor) {
    final Table table = this.table;
    final int end = table.end();
    final int last = most < end - from ? from + most : end;
    for (int place = from; place < last; place++) {
      visitor.visit(table.entryOrNull(place));
    }
    return last < end ? last : -1;
  }

  /** Changes whenever series are removed, and get other numbers for {@link #forEach}. */
  long removals() {
    return table.removed;
  }

  /**
   * Changes whenever series are evicted. As long as it is the same, attributes that {@link
   * #findOrAdd} found no place for have no series. Wait-free.
   */
  public long version() {
    return evictions.get();
  }

  /** True if no further series can be added. */
  boolean isFull() {
    final Table table = this.table;
    return isFull(table, table.end());
  }

  /**
   * About the number of series: with those that are evicted but not yet removed, and for a short
   * while without those that have just been added. Wait-free.
   */
  public int entries() {
    return table.indexed;
  }

  /** Number of series that are not evicted; for tests. */
  public int size() {
    final int[] count = new int[1];
    forEach(series -> count[0] += series.isEvicted() ? 0 : 1);
    return count[0];
  }

  /** What the collector does with each series. */
  public interface SeriesVisitor {
    void visit(Series series);
  }

  /** Attributes cache their hash, but mix its low bits badly. */
  public static int hash(Attributes attributes) {
    final int hash = attributes.hashCode() * 0x9E3779B9;
    return hash ^ (hash >>> 15);
  }

  private static final class Table {
    final Series[] order;
    final Series[] index;

    /** Number of evicted series that earlier tables had and this one has not. */
    final long removed;

    /**
     * The table that this one has taken over from, and whose entries it has not all got yet; or
     * null.
     */
    volatile @Nullable Table base;

    /** Number of places that the base had, and that are for the same entries here. */
    final int inherited;

    /** Number of those places that some thread is copying or has copied. */
    final @Nullable AtomicInteger copying;

    /** Number of those places that have been copied. */
    final @Nullable AtomicInteger copied;

    /** A larger table that can take over, or null. */
    volatile @Nullable Table successor;

    /**
     * All entries of {@code order} below this are in the index, or in that of the base. A lower
     * value is only slower, and makes {@link #entries} less exact.
     */
    volatile int indexed;

    Table(int capacity, long removed) {
      this(new Series[capacity], new Series[indexLength(capacity)], 0, removed);
    }

    /** A table that is complete. */
    Table(Series[] order, Series[] index, int entries, long removed) {
      this.order = order;
      this.index = index;
      this.indexed = entries;
      this.removed = removed;
      this.inherited = 0;
      this.copying = null;
      this.copied = null;
    }

    /** A table that takes over from another one, which has so many entries. */
    Table(Table base, int entries) {
      // One that was closed early has more places than entries.
      this.order = new Series[(entries > base.order.length / 2 ? 2 : 1) * base.order.length];
      this.index = new Series[indexLength(order.length)];
      this.indexed = entries;
      this.removed = base.removed;
      this.base = base;
      this.inherited = entries;
      this.copying = new AtomicInteger();
      this.copied = new AtomicInteger();
    }

    static int indexLength(int capacity) {
      return capacity > MAX_SPARSE_CAPACITY ? 2 * capacity : Math.max(MIN_INDEX, 4 * capacity);
    }

    /** Number of entries. */
    int end() {
      int place = indexed;
      Series entry;
      while ((entry = entryOrNull(place)) != null && entry != CLOSED) {
        place++;
      }
      return place;
    }

    /** The entry of a place that is not inherited, or null. */
    @Nullable Series entry(int place) {
      return (Series) ENTRY.getAcquire(order, place);
    }

    /** The entry of any place; null if there is none, and beyond the last place. */
    @Nullable Series entryOrNull(int place) {
      if (place >= order.length) {
        return null;
      }
      if (place < inherited) {
        final Table base = this.base;
        if (base != null) {
          return base.entry(place);
        }
      }
      return entry(place);
    }

    /** Adds an entry to {@code order} unless the place is taken; returns what is there then. */
    Series addAt(int place, Series entry) {
      final Series there = (Series) ENTRY.compareAndExchange(order, place, null, entry);
      return there == null ? entry : there;
    }

    /** An entry takes the place of an evicted one with the same attributes, if that is there. */
    void addToIndex(Series series) {
      final int mask = index.length - 1;
      int i = series.hash & mask;
      while (true) {
        final Series seen = (Series) ENTRY.getAcquire(index, i);
        if (seen == series) {
          return;
        }
        if (seen == null || isEvictedTwin(seen, series)) {
          if (ENTRY.compareAndSet(index, i, seen, series)) {
            return;
          }
        } else {
          i = (i + 1) & mask;
        }
      }
    }

    /**
     * If attributes cannot be compared, both stay in the index: each series must get there, as no
     * other is added before.
     */
    private static boolean isEvictedTwin(Series seen, Series series) {
      try {
        return seen.hash == series.hash
            && seen.isEvicted()
            && seen.isOf(series.attributes, series.hash);
      } catch (Throwable t) {
        return false;
      }
    }

    /** The series of these attributes that is not evicted, as far as it is indexed. */
    @Nullable Series findLive(Attributes attributes, int hash) {
      // Read first: once it is gone, all is in the index.
      final Table base = this.base;
      final Series found = findLive(index, attributes, hash);
      return found != null || base == null ? found : findLive(base.index, attributes, hash);
    }

    private static @Nullable Series findLive(Series[] index, Attributes attributes, int hash) {
      final int mask = index.length - 1;
      Series series;
      for (int i = hash & mask;
          (series = (Series) ENTRY.getAcquire(index, i)) != null;
          i = (i + 1) & mask) {
        if (series.isOf(attributes, hash) && !series.isEvicted()) {
          return series;
        }
      }
      return null;
    }

    /** Copies entries from the base. The same again changes nothing. */
    @SuppressWarnings("NullAway") // There is an entry at each place that was inherited.
    void copy(int from, int to) {
      final Table base = this.base;
      if (base == null) {
        return;
      }
      for (int place = from; place < to; place++) {
        ProtocolPoint.ENTRY_COPYING.reached();
        final Series series = base.entry(place);
        ENTRY.setRelease(order, place, series);
        if (!series.isEvicted()) {
          addToIndex(series);
        }
      }
    }
  }
}
