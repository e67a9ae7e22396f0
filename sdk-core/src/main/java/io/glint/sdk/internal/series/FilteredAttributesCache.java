package io.glint.sdk.internal.series;

import io.glint.sdk.internal.cell.ProtocolPoint;
import io.opentelemetry.api.common.Attributes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A cache from the attributes of a measurement to their series, for streams whose view removes
 * attributes: each attribute set is filtered once, and not for each measurement.
 *
 * <p>It is a cache: a lost or overwritten entry costs filtering once more. So entries are read and
 * written without synchronization, which is safe because what matters of them is in final fields.
 *
 * <h2>What it may cost</h2>
 *
 * <ul>
 *   <li>It has up to {@value #OWN_CAPACITY} places of its own, and up to {@value #MAX_CAPACITY} as
 *       far as the {@link AliasBudget} of the provider allows; then it replaces. With more
 *       attribute sets in use than about half of the places, some are filtered again and again,
 *       which allocates.
 *   <li>It is for attribute sets that come again. Time is divided into generations of half a
 *       minute, which end with a collection. An entry that was not used for a whole generation is
 *       removed: what a view is to get rid of, such as the id of a user, does not stay in memory.
 *   <li>If less than half of the entries were used again in a generation, the others are removed at
 *       once, and the cache becomes as small as the rest allows. In the generation that follows it
 *       grows beyond its own places only where all entries were used again, and else replaces one
 *       that was not.
 * </ul>
 */
public final class FilteredAttributesCache {
  static final int MAX_CAPACITY = 16_384;
  private static final int MIN_CAPACITY = 64;

  /** So many places no other cache can take: some 160 kB, once each has an entry. */
  static final int OWN_CAPACITY = 1024;

  /**
   * How many places an entry may be in: four in a row, and four in a row elsewhere. Were they all
   * in one row, one in twelve tables of 4096 places would be too crowded somewhere for 2500
   * entries.
   */
  private static final int WAYS = 8;

  /**
   * How many of those a table uses that can still grow to places of its own: the first row, so that
   * most entries are in their first place. With so few, a table that has to grow is mostly empty.
   */
  private static final int WAYS_WHILE_SMALL = 4;

  public static final long GENERATION_NANOS = 30_000_000_000L;

  private static final VarHandle TABLE;

  static {
    try {
      TABLE =
          MethodHandles.lookup()
              .findVarHandle(FilteredAttributesCache.class, "table", Entry[].class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** What is remembered. */
  public static final class Entry {
    public final Series series;

    /** That of the series map before the series was looked up, see {@link SeriesMap#version}. */
    public final long mapVersion;

    private final Attributes attributes;
    private final int hash;

    /**
     * The generation in which the entry was last used, or the negative of that in which it was made
     * if it was not used yet. Written without synchronization: an estimate is enough.
     */
    private int usedIn;

    private Entry(Attributes attributes, int hash, Series series, long mapVersion, int generation) {
      this.attributes = attributes;
      this.hash = hash;
      this.series = series;
      this.mapVersion = mapVersion;
      this.usedIn = -generation;
    }

    private boolean isOf(Attributes attributes, int hash) {
      return this.attributes == attributes
          || (this.hash == hash && this.attributes.equals(attributes));
    }

    private boolean wasUsedAgain() {
      return usedIn > 0;
    }
  }

  private final AliasBudget budget;
  private Entry[] table = new Entry[MIN_CAPACITY];

  /** Counted from 1. Written by the collector. */
  private int generation = 1;

  /** True if most entries of the last generation were made in vain. Written by the collector. */
  private boolean isDoubtful;

  // Guarded by the stream's collection lock.
  private long generationStart;
  private boolean hasStarted;

  public FilteredAttributesCache(AliasBudget budget) {
    this.budget = budget;
  }

  /** Returns what is remembered of these attributes, or null. Wait-free. */
  public @Nullable Entry find(Attributes attributes) {
    final Entry[] table = this.table;
    final int hash = SeriesMap.hash(attributes);
    // Most are in the first of their places.
    Entry entry = table[hash & (table.length - 1)];
    if (entry == null || !entry.isOf(attributes, hash)) {
      entry = findFurther(table, attributes, hash);
    }
    if (entry != null && entry.usedIn != generation) {
      entry.usedIn = generation;
    }
    return entry;
  }

  private static @Nullable Entry findFurther(Entry[] table, Attributes attributes, int hash) {
    for (int i = 1; i < WAYS; i++) {
      final Entry entry = table[place(table, hash, i)];
      if (entry != null && entry.isOf(attributes, hash)) {
        return entry;
      }
    }
    return null;
  }

  /**
   * Remembers the series of these attributes, unless memory has run out. Lock-free.
   *
   * @param mapVersion that of the series map before the series was looked up
   */
  public void put(Attributes attributes, Series series, long mapVersion) {
    try {
      putOrThrow(attributes, series, mapVersion);
    } catch (OutOfMemoryError e) {
      // The next measurement filters again.
    }
  }

  private void putOrThrow(Attributes attributes, Series series, long mapVersion) {
    final int hash = SeriesMap.hash(attributes);
    final Entry entry = new Entry(attributes, hash, series, mapVersion, generation);
    while (true) {
      final Entry[] table = this.table;
      if (putIfRoom(table, entry)
          || (isDoubtful && table.length >= OWN_CAPACITY && replaceUnused(table, entry))
          || putWhereOneCanMove(table, entry)
          || !grow(table, entry)) {
        return;
      }
    }
  }

  /** Doubles the table; or else overwrites an entry, and returns false. */
  private boolean grow(Entry[] table, Entry entry) {
    final int taken = beyondOwn(2 * table.length) - beyondOwn(table.length);
    if (table.length == MAX_CAPACITY || !budget.take(taken)) {
      table[place(table, entry.hash, (entry.hash >>> 16) % ways(table))] = entry;
      return false;
    }
    boolean isGrown = false;
    try {
      final Entry[] doubled = new Entry[2 * table.length];
      final boolean unused = copyAll(table, doubled);
      ProtocolPoint.ALIASES_DOUBLING.reached();
      isGrown = TABLE.compareAndSet(this, table, doubled);
    } finally {
      if (!isGrown) {
        budget.giveBack(taken);
      }
    }
    return true;
  }

  /** Index of the number'th place of an entry. */
  private static int place(Entry[] table, int hash, int number) {
    final int row = number < WAYS_WHILE_SMALL ? hash : (hash * 0x9E3779B9) >>> 16;
    return (row + number) & (table.length - 1);
  }

  private static int ways(Entry[] table) {
    return table.length < OWN_CAPACITY ? WAYS_WHILE_SMALL : WAYS;
  }

  /** How many places of a table of this capacity count against the budget. */
  private static int beyondOwn(int capacity) {
    return Math.max(0, capacity - OWN_CAPACITY);
  }

  /** Lets go of the series that have been evicted. Called by the collector. */
  public void forgetEvicted() {
    final Entry[] table = this.table;
    for (int i = 0; i < table.length; i++) {
      final Entry entry = table[i];
      if (entry != null && entry.series.isEvicted()) {
        table[i] = null;
      }
    }
  }

  /**
   * Ends a generation if it is time, and removes what was not used in it. Called by the collector.
   *
   * @param nanoTime when the collection began
   */
  public void collected(long nanoTime) {
    if (!hasStarted) {
      hasStarted = true;
      generationStart = nanoTime;
    }
    if (nanoTime - generationStart >= GENERATION_NANOS) {
      generationStart = nanoTime;
      endGeneration();
    }
  }

  private void endGeneration() {
    final Entry[] table = this.table;
    int entries = 0;
    int used = 0;
    int unused = 0;
    for (final Entry entry : table) {
      entries += entry != null ? 1 : 0;
      used += entry != null && entry.usedIn == generation ? 1 : 0;
      unused += entry != null && entry.usedIn == -generation ? 1 : 0;
    }
    isDoubtful = 2 * used < entries;
    final int kept = isDoubtful ? used : used + unused;
    final int capacity = Math.max(MIN_CAPACITY, Integer.highestOneBit(2 * kept + 1) << 1);
    for (int i = 0; i < table.length; i++) {
      if (table[i] != null && !isKept(table[i])) {
        table[i] = null;
      }
    }
    try {
      shrink(table, capacity);
    } catch (OutOfMemoryError e) {
      // Another time; the collection goes on.
    }
    generation++;
  }

  private boolean isKept(Entry entry) {
    return entry.usedIn == generation || (!isDoubtful && entry.usedIn == -generation);
  }

  /**
   * Makes the table as small as all of its entries allow.
   *
   * @param capacity the smallest that is worth a try
   */
  private void shrink(Entry[] table, int capacity) {
    // Not by half: a table that is about to double again is not made smaller.
    for (int tried = capacity; tried <= table.length / 4; tried *= 2) {
      final Entry[] smaller = new Entry[tried];
      if (copyAll(table, smaller)) {
        // A recorder may have doubled it. There is another collection.
        if (TABLE.compareAndSet(this, table, smaller)) {
          budget.giveBack(beyondOwn(table.length) - beyondOwn(tried));
        }
        return;
      }
    }
  }

  /**
   * Copies the entries into a table that no other thread sees. Asks no attributes whether they are
   * equal.
   *
   * @return false if some have found no place
   */
  private static boolean copyAll(Entry[] from, Entry[] to) {
    boolean isComplete = true;
    for (final Entry entry : from) {
      if (entry != null && !putIfEmpty(to, entry) && !putWhereOneCanMove(to, entry)) {
        isComplete = false;
      }
    }
    return isComplete;
  }

  private static boolean putIfEmpty(Entry[] table, Entry entry) {
    for (int i = 0; i < ways(table); i++) {
      final int index = place(table, entry.hash, i);
      if (table[index] == null) {
        table[index] = entry;
        return true;
      }
    }
    return false;
  }

  /**
   * Lets an entry that has another place free move there, and puts this one in its place. A thread
   * that looks for the other one meanwhile may miss it, and filters once more.
   */
  private static boolean putWhereOneCanMove(Entry[] table, Entry entry) {
    for (int i = 0; i < ways(table); i++) {
      final int index = place(table, entry.hash, i);
      final Entry there = table[index];
      if (there == null || putIfEmpty(table, there)) {
        table[index] = entry;
        return true;
      }
    }
    return false;
  }

  private static boolean putIfRoom(Entry[] table, Entry entry) {
    for (int i = 0; i < ways(table); i++) {
      final int index = place(table, entry.hash, i);
      final Entry there = table[index];
      if (there == null || there.series.isEvicted() || there.isOf(entry.attributes, entry.hash)) {
        table[index] = entry;
        return true;
      }
    }
    return false;
  }

  private static boolean replaceUnused(Entry[] table, Entry entry) {
    for (int i = 0; i < ways(table); i++) {
      final int index = place(table, entry.hash, i);
      final Entry there = table[index];
      if (there == null || !there.wasUsedAgain()) {
        table[index] = entry;
        return true;
      }
    }
    return false;
  }

  /** Number of entries; for tests. */
  public int size() {
    int size = 0;
    for (final Entry entry : table) {
      size += entry != null ? 1 : 0;
    }
    return size;
  }
}
