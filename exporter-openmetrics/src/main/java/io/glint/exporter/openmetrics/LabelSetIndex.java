package io.glint.exporter.openmetrics;

import java.util.Arrays;

/**
 * The label sets one family has so far, numbered from 0 on, to notice when a second point has the
 * same: two scopes whose labels are switched off, or keys that differ only in what a label name
 * cannot hold.
 *
 * <p>Label sets are byte ranges of a buffer and compared as such. Not safe for use by several
 * threads at once.
 */
final class LabelSetIndex {

  private static final int INITIAL_ENTRIES = 32;

  /** Room for more is given up again, see {@link Retention}. */
  private static final int KEPT_ENTRIES = 64 * 1024;

  private final TextBuffer labels;

  /** Open addressing; an entry is the index of a range plus one, 0 is free. */
  private int[] table;

  private int[] starts;
  private int[] ends;
  private int[] hashes;
  private int size;

  private final Retention retention = new Retention();

  LabelSetIndex(TextBuffer labels) {
    this.labels = labels;
    allocate(INITIAL_ENTRIES);
  }

  /**
   * @param entries a power of two
   */
  private void allocate(int entries) {
    table = new int[entries * 2];
    starts = new int[entries];
    ends = new int[entries];
    hashes = new int[entries];
  }

  /** Takes time by what is in, not by the most that ever was in. */
  void clear() {
    if (size >= table.length / 8) {
      Arrays.fill(table, 0);
    } else {
      final int mask = table.length - 1;
      for (int entry = 0; entry < size; entry++) {
        // Slots freed before do not end the search: the entry is known to be there.
        int slot = hashes[entry] & mask;
        while (table[slot] != entry + 1) {
          slot = (slot + 1) & mask;
        }
        table[slot] = 0;
      }
    }
    retention.needed(size);
    size = 0;
  }

  /** Ends a scrape: clears, and lets go of arrays that have long been far too large. */
  void reset() {
    clear();
    if (retention.endsUse(starts.length, KEPT_ENTRIES)) {
      allocate(Math.max(INITIAL_ENTRIES, Integer.highestOneBit(retention.smallSize()) * 2));
    }
  }

  /** The number of slots, for tests. */
  int slots() {
    return table.length;
  }

  /** How many label sets there are. */
  int size() {
    return size;
  }

  /** Where the label set of a number begins. */
  int start(int number) {
    return starts[number];
  }

  /** Where the label set of a number ends. */
  int end(int number) {
    return ends[number];
  }

  /**
   * Adds the range unless a range of the same bytes is in.
   *
   * @return the number of the label set: that of {@link #size()} before if it was added
   */
  int add(int start, int end) {
    final int hash = hash(start, end);
    int slot = find(start, end, hash);
    if (table[slot] != 0) {
      return table[slot] - 1;
    }
    if (size == starts.length) {
      grow();
      slot = find(start, end, hash);
    }
    starts[size] = start;
    ends[size] = end;
    hashes[size] = hash;
    table[slot] = size + 1;
    return size++;
  }

  private int find(int start, int end, int hash) {
    final int mask = table.length - 1;
    int slot = hash & mask;
    while (table[slot] != 0) {
      final int entry = table[slot] - 1;
      if (hashes[entry] == hash
          && ends[entry] - starts[entry] == end - start
          && labels.sameBytes(starts[entry], start, end - start)) {
        return slot;
      }
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private int hash(int start, int end) {
    int hash = 1;
    for (int i = start; i < end; i++) {
      hash = 31 * hash + labels.byteAt(i);
    }
    return hash ^ (hash >>> 15);
  }

  private void grow() {
    starts = Arrays.copyOf(starts, size * 2);
    ends = Arrays.copyOf(ends, size * 2);
    hashes = Arrays.copyOf(hashes, size * 2);
    table = new int[table.length * 2];
    final int mask = table.length - 1;
    for (int entry = 0; entry < size; entry++) {
      int slot = hashes[entry] & mask;
      while (table[slot] != 0) {
        slot = (slot + 1) & mask;
      }
      table[slot] = entry + 1;
    }
  }
}
