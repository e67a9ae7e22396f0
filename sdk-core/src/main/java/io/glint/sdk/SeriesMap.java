package io.glint.sdk;

import io.opentelemetry.api.common.Attributes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The series of one stream by their attributes: a look-up that never waits, and lock-free addition
 * up to a limit.
 *
 * <h2>What is stored</h2>
 *
 * A {@link Table} holds the series twice: in {@code order}, an array that is filled from index 0 on
 * without gaps, and in {@code index}, an open-addressing hash table at most a quarter full, as a
 * look-up that finds another series first costs more than the memory; a large one, which takes
 * longer to reach than to guess wrong, may be half full. {@code order} says which series exist;
 * {@code index} only makes them quick to find.
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
 * earlier ones, and therefore no attribute set is ever added twice and the limit is exact: the
 * series at place {@code limit} is the first that is refused. Helping to index is idempotent; a
 * thread that is stopped between the two writes holds nobody up.
 *
 * <h2>How a table grows and shrinks</h2>
 *
 * A table whose {@code order} is full, or whose first empty place was given to {@link #CLOSED},
 * never changes again. Whoever comes across such a table copies the entries that have not been
 * evicted into a larger or smaller one and publishes that by compare-and-set; it does not matter
 * who wins.
 *
 * <p>Access modes: entries of both arrays are stored by compare-and-set. {@code order} is read with
 * acquire. The look-up reads {@code index} with plain accesses, which is one type check less on the
 * record path: a series that it finds is seen complete, for what a recorder needs of it is in final
 * fields, and one that it does not find yet is found in {@code order}. {@code table} and {@code
 * indexed} are volatile. The look-up takes the index from a plain field, so as not to load the
 * table first. It may be that of an earlier table: a series that it misses, or that has been
 * evicted, is looked for in the table, which renews the field, as each collection does.
 */
final class SeriesMap {
  private static final int SMALLEST_CAPACITY = 4;

  /** Places in the index at least, so that few series seldom share one; a power of two. */
  private static final int SMALLEST_INDEX = 64;

  /** Capacity up to which the index has four places for each in {@code order}, not two. */
  private static final int LARGEST_SPARSE_CAPACITY = 4096;

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

  private final Stream stream;
  private final int limit;

  private volatile Table table = new Table(SMALLEST_CAPACITY, 0);

  /** The index of the table, or of one before it. */
  private Series[] indexAtHand = table.index;

  /**
   * An empty map.
   *
   * @param limit number of attribute sets that get a series of their own, at least 1
   */
  SeriesMap(Stream stream, int limit) {
    this.stream = stream;
    this.limit = limit;
  }

  /**
   * Returns the series of these attributes, or null if there is none or it is not yet in the index
   * at hand; {@link #findOrAdd} finds it then. Wait-free.
   */
  Series find(Attributes attributes) {
    return find(indexAtHand, attributes, hash(attributes));
  }

  private static Series find(Series[] index, Attributes attributes, int hash) {
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
  Series findOrAdd(Attributes attributes) {
    final int hash = hash(attributes);
    Series candidate = null;
    while (true) {
      final Table table = this.table;
      // The bound is read before the index is searched: all entries below it are in the index.
      int place = table.indexed;
      renewIndex();
      final Series known = find(table.index, attributes, hash);
      if (known != null) {
        return known;
      }
      for (; place < table.order.length; place++) {
        Series entry = table.entry(place);
        if (entry == null) {
          if (place >= limit) {
            return null;
          }
          if (candidate == null) {
            candidate = stream.newSeries(attributes, hash);
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
        if (entry.isOf(attributes, hash)) {
          return entry;
        }
      }
      if (place >= limit && place == table.order.length) {
        return null;
      }
      replace(table);
    }
  }

  /**
   * Removes the series that have been {@linkplain Series#tryEvict evicted}. Lock-free; called by
   * the collector, and by a recorder that came across such a series.
   */
  void removeEvicted() {
    while (true) {
      final Table table = this.table;
      if (!table.containsEvicted()) {
        return;
      }
      int place = table.indexed;
      while (place < table.order.length) {
        Series entry = table.entry(place);
        if (entry == null) {
          ProtocolPoint.TABLE_CLOSING.reached();
          entry = table.addAt(place, CLOSED);
        }
        if (entry == CLOSED) {
          break;
        }
        place++;
      }
      replace(table);
    }
  }

  /** Publishes a copy of a table that cannot change any more, without evicted series. */
  private void replace(Table full) {
    ProtocolPoint.TABLE_COPYING.reached();
    int live = 0;
    for (int i = 0; i < full.order.length; i++) {
      live += isLive(full.entry(i)) ? 1 : 0;
    }
    final int capacity = Math.max(SMALLEST_CAPACITY, Integer.highestOneBit(Math.max(1, live)) << 1);
    final Table copy = new Table(capacity, full.version + 1);
    int place = 0;
    for (int i = 0; i < full.order.length && place < live; i++) {
      final Series series = full.entry(i);
      if (isLive(series)) {
        copy.order[place++] = series;
        copy.addToIndex(series);
      }
    }
    copy.indexed = place;
    ProtocolPoint.TABLE_REPLACING.reached();
    TABLE.compareAndSet(this, full, copy);
    renewIndex();
  }

  /** Sees to it that {@link #find} knows the index of the table, unless threads race. Wait-free. */
  void renewIndex() {
    final Series[] newest = table.index;
    if (indexAtHand != newest) {
      ProtocolPoint.INDEX_RENEWING.reached();
      indexAtHand = newest;
    }
  }

  /**
   * The series if there is one, which may be evicted; null if there is none, or more. Wait-free.
   */
  Series onlyOrNull() {
    final Table table = this.table;
    final Series first = table.entry(0);
    final Series second = table.entry(1);
    return first != CLOSED && (second == null || second == CLOSED) ? first : null;
  }

  private boolean isLive(Series series) {
    return series != null && series != CLOSED && !series.isEvicted();
  }

  /** Lets the collector visit every series that exists now, in the order they were added. */
  void forEach(SeriesVisitor visitor) {
    final Table table = this.table;
    for (int i = 0; i < table.order.length; i++) {
      final Series series = table.entry(i);
      if (series == null || series == CLOSED) {
        return;
      }
      visitor.visit(series);
    }
  }

  /**
   * Changes whenever series are removed. As long as it is the same, attributes that {@link
   * #findOrAdd} found no place for have no series. Wait-free.
   */
  long version() {
    return table.version;
  }

  /** True if no further series can be added. Wait-free. */
  boolean isFull() {
    final Table table = this.table;
    if (table.order.length < limit) {
      return false;
    }
    // A closed table that ends there is about to be replaced, and has room.
    final Series last = table.entry(limit - 1);
    return last != null && last != CLOSED;
  }

  /**
   * About the number of series: with those that are evicted but not yet removed, and for a short
   * while without those that have just been added. Wait-free.
   */
  int entries() {
    return table.indexed;
  }

  /** Number of series; for tests. */
  int size() {
    final int[] count = new int[1];
    forEach(series -> count[0]++);
    return count[0];
  }

  /** What the collector does with each series. */
  interface SeriesVisitor {
    void visit(Series series);
  }

  /** Attributes cache their hash, but mix its low bits badly. */
  static int hash(Attributes attributes) {
    final int hash = attributes.hashCode() * 0x9E3779B9;
    return hash ^ (hash >>> 15);
  }

  private static final class Table {
    final Series[] order;
    final Series[] index;
    final long version;

    /**
     * All entries of {@code order} below this are in the index. A lower value is only slower, and
     * makes {@link #entries} less exact.
     */
    volatile int indexed;

    Table(int capacity, long version) {
      this.version = version;
      this.order = new Series[capacity];
      this.index = new Series[indexLength(capacity)];
    }

    private static int indexLength(int capacity) {
      return capacity > LARGEST_SPARSE_CAPACITY
          ? 2 * capacity
          : Math.max(SMALLEST_INDEX, 4 * capacity);
    }

    Series entry(int place) {
      return (Series) ENTRY.getAcquire(order, place);
    }

    /** Adds an entry to {@code order} unless the place is taken; returns what is there then. */
    Series addAt(int place, Series entry) {
      final Series there = (Series) ENTRY.compareAndExchange(order, place, null, entry);
      return there == null ? entry : there;
    }

    void addToIndex(Series series) {
      final int mask = index.length - 1;
      int i = series.hash & mask;
      while (true) {
        final Series there = (Series) ENTRY.compareAndExchange(index, i, null, series);
        if (there == null || there == series) {
          return;
        }
        i = (i + 1) & mask;
      }
    }

    boolean containsEvicted() {
      for (int i = 0; i < order.length; i++) {
        final Series series = entry(i);
        if (series == null) {
          return false;
        }
        if (series.isEvicted()) {
          return true;
        }
      }
      return false;
    }
  }
}
