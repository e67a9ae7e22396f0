package io.glint.exporter.otlp;

import io.opentelemetry.api.common.Attributes;
import java.util.Arrays;

/**
 * Encoded fields of earlier exports, found by what they were encoded from: a string or an attribute
 * set. So what is the same in each export is encoded once.
 *
 * <p>Only what can never change is kept: strings, and attribute sets of OpenTelemetry's own class
 * that hold nothing but strings, numbers and booleans. Lists belong to whoever made them, and
 * attribute sets of other classes may do anything. A kept field is written for the same object or
 * for an equal one, as the same field. So it is never that of another series.
 *
 * <p>Fields are entries, numbered from 1 on. Each entry remembers which one was asked for after it
 * the last time. Nearly always that one comes next again. It is then found at the first look,
 * without a hash code.
 *
 * <p>Time is counted in laps. A lap ends with the first export that begins a minute after the lap
 * began, or after a collection most of whose fields were new: where series come and go, they are
 * not worth keeping. A collection may be exported in batches. Each batch has other series than the
 * one before it, but they come again with the next collection. What was not asked for in the
 * current lap and the {@value #KEPT_LAPS} before it is stale. Stale entries are removed once they
 * are more than an eighth of all. What would pass the limit in bytes is not kept.
 *
 * <p>Not safe for use by several threads at once.
 */
final class KeptFields {
  /** The most that is kept: a sixteenth of the heap, but at least 16 MiB and at most 256 MiB. */
  static final int MAX_BYTES =
      (int) Math.min(256 << 20, Math.max(16 << 20, Runtime.getRuntime().maxMemory() / 16));

  static final long LAP_NANOS = 60_000_000_000L;
  static final int KEPT_LAPS = 3;

  /** Fewer new fields than this are nothing to save memory on. */
  private static final int MANY = 500;

  private static final Class<?> STANDARD_ATTRIBUTES = Attributes.empty().getClass();

  /** What an entry takes in the arrays, without its field. */
  private static final int ENTRY_BYTES = 28;

  /** A power of two, as is each number of places for entries. */
  private static final int MIN_ENTRIES = 64;

  private static final int MIN_CAPACITY = 4096;

  private final ProtoWriter out;
  private final int maxBytes;

  /** What the fields were encoded from. Entry 0 has none, and stands before the first of all. */
  private Object[] keys = new Object[MIN_ENTRIES];

  /** Where the field of an entry begins in {@link #bytes}. It ends where the next one begins. */
  private int[] starts = new int[MIN_ENTRIES + 1];

  /** The entry that was asked for after this one; 0 if it is not known. */
  private int[] followers = new int[MIN_ENTRIES];

  /** The last lap in which the entry was asked for. */
  private int[] laps = new int[MIN_ENTRIES];

  private byte[] bytes = new byte[MIN_CAPACITY];

  /** Open addressing, at most half full; 0 is free. */
  private int[] index = new int[2 * MIN_ENTRIES];

  /** The number of entries. */
  private int size;

  /** The entry that was asked for last in this collection. */
  private int last;

  /** The fields that were asked for in this collection, and those that were added in this lap. */
  private int asked;

  private int added;

  private int lap;
  private long lapStartNanos;

  /**
   * Creates an empty one.
   *
   * @param out where fields are written
   * @param maxBytes the most memory it takes
   * @param nowNanos the time by {@link System#nanoTime}
   */
  KeptFields(ProtoWriter out, int maxBytes, long nowNanos) {
    this.out = out;
    this.maxBytes = maxBytes;
    this.lapStartNanos = nowNanos;
  }

  /**
   * Starts an export.
   *
   * @param isNextCollection false for a further batch of the same collection
   */
  void begin(long nowNanos, boolean isNextCollection) {
    boolean isMostlyNew = false;
    if (isNextCollection) {
      isMostlyNew = added >= MANY && added > asked / 2;
      last = 0;
      asked = 0;
    }
    if (nowNanos - lapStartNanos < LAP_NANOS && !isMostlyNew) {
      return;
    }
    lapStartNanos = nowNanos;
    last = 0;
    added = 0;
    lap++;
    int stale = 0;
    for (int entry = 1; entry <= size; entry++) {
      stale += isStale(entry) ? 1 : 0;
    }
    if (stale > size / 8) {
      removeStale();
    }
  }

  private boolean isStale(int entry) {
    return lap - laps[entry] > KEPT_LAPS;
  }

  /** The number of fields, for tests. */
  int size() {
    return size;
  }

  /** What it takes in bytes, for tests. */
  long memory() {
    return memory(keys.length, bytes.length);
  }

  private static long memory(int entries, int capacity) {
    return (long) ENTRY_BYTES * entries + capacity;
  }

  /**
   * Writes a field if it is kept.
   *
   * @param key a string or attributes, neither of them empty
   * @return false if nothing was written
   */
  boolean write(int field, Object key) {
    asked++;
    final byte tag = ProtoWriter.lengthTag(field);
    int entry = followers[last];
    if (keys[entry] != key || bytes[starts[entry]] != tag) {
      entry = find(key, tag);
      if (entry == 0) {
        return false;
      }
      followers[last] = entry;
    }
    last = entry;
    if (laps[entry] != lap) {
      laps[entry] = lap;
      // Of two equal objects the old one may be garbage but for this.
      keys[entry] = key;
    }
    out.raw(bytes, starts[entry], starts[entry + 1]);
    return true;
  }

  /** The entry of a key, 0 if there is none. */
  private int find(Object key, byte tag) {
    if (!isTrusted(key)) {
      return 0;
    }
    for (int slot = slot(key, tag); index[slot] != 0; slot = next(slot)) {
      final int entry = index[slot];
      // It is the kept one that is asked: nothing in it has an equality of its own.
      if (bytes[starts[entry]] == tag && keys[entry].equals(key)) {
        return entry;
      }
    }
    return 0;
  }

  private static boolean isTrusted(Object key) {
    return key.getClass() == STANDARD_ATTRIBUTES || key instanceof String;
  }

  private int slot(Object key, byte tag) {
    // Attributes mix the low bits of their hash code badly.
    final int hash = (key.hashCode() + tag) * 0x9E37_79B9;
    return hash >>> (Integer.numberOfLeadingZeros(index.length) + 1);
  }

  private int next(int slot) {
    return (slot + 1) & (index.length - 1);
  }

  /**
   * Keeps a field that was not kept, if there is room for it.
   *
   * @param key what it was encoded from: a string, or attributes that hold nothing that can change
   * @param end the size of the output before the field was written
   */
  void add(Object key, int end) {
    if (!isTrusted(key)) {
      return;
    }
    final int length = out.size() - end;
    if (size + 1 == keys.length || length > bytes.length - starts[size + 1]) {
      if (!grow(length)) {
        return;
      }
    }
    added++;
    final int entry = size + 1;
    System.arraycopy(out.array(), out.start(), bytes, starts[entry], length);
    starts[entry + 1] = starts[entry] + length;
    keys[entry] = key;
    followers[entry] = 0;
    laps[entry] = lap;
    size = entry;
    enter(entry);
    followers[last] = entry;
    last = entry;
  }

  private void enter(int entry) {
    int slot = slot(keys[entry], bytes[starts[entry]]);
    while (index[slot] != 0) {
      slot = next(slot);
    }
    index[slot] = entry;
  }

  /** Makes room for one more entry; false if that would pass the limit. */
  private boolean grow(int length) {
    final int entries = size + 1 == keys.length ? 2 * keys.length : keys.length;
    final long needed = (long) starts[size + 1] + length;
    final long wanted = needed <= bytes.length ? bytes.length : Math.max(needed, 2L * bytes.length);
    final long capacity = Math.min(wanted, maxBytes - memory(entries, 0));
    if (capacity < needed) {
      return false;
    }
    resize(entries, (int) capacity);
    return true;
  }

  private void resize(int entries, int capacity) {
    // Nothing changes until all of it is there: memory may run out on the way.
    final Object[] newKeys = Arrays.copyOf(keys, entries);
    final int[] newStarts = Arrays.copyOf(starts, entries + 1);
    final int[] newFollowers = Arrays.copyOf(followers, entries);
    final int[] newLaps = Arrays.copyOf(laps, entries);
    final byte[] newBytes = capacity == bytes.length ? bytes : Arrays.copyOf(bytes, capacity);
    final int[] newIndex = new int[2 * entries];
    keys = newKeys;
    starts = newStarts;
    followers = newFollowers;
    laps = newLaps;
    bytes = newBytes;
    index = newIndex;
    for (int entry = 1; entry <= size; entry++) {
      enter(entry);
    }
  }

  private void removeStale() {
    // Should memory run out below, nothing is found any more, rather than something else.
    Arrays.fill(index, 0);
    int kept = 0;
    for (int entry = 1; entry <= size; entry++) {
      if (!isStale(entry)) {
        kept++;
        final int length = starts[entry + 1] - starts[entry];
        System.arraycopy(bytes, starts[entry], bytes, starts[kept], length);
        starts[kept + 1] = starts[kept] + length;
        keys[kept] = keys[entry];
        laps[kept] = laps[entry];
      }
    }
    Arrays.fill(keys, kept + 1, size + 1, null);
    size = kept;
    // Those that are left are still in their order. A wrong guess is put right when it fails.
    for (int entry = 0; entry <= size; entry++) {
      followers[entry] = entry < size ? entry + 1 : 0;
    }
    int entries = keys.length;
    while (entries > MIN_ENTRIES && entries / 4 > size) {
      entries /= 2;
    }
    final int used = starts[size + 1];
    resize(entries, used < bytes.length / 4 ? Math.max(MIN_CAPACITY, 2 * used) : bytes.length);
  }
}
