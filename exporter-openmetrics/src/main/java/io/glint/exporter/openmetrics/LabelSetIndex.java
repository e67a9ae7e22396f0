package io.glint.exporter.openmetrics;

import java.util.Arrays;

/**
 * The label sets one family has so far, to notice when a second point has the same: two scopes
 * whose labels are switched off, or keys that differ only in what a label name cannot hold.
 *
 * <p>Label sets are byte ranges of a buffer and compared as such. Not safe for use by several
 * threads at once.
 */
final class LabelSetIndex {

  private final TextBuffer labels;

  /** Open addressing; an entry is the index of a range plus one, 0 is free. */
  private int[] table = new int[64];

  private int[] starts = new int[32];
  private int[] ends = new int[32];
  private int[] hashes = new int[32];
  private int size;

  LabelSetIndex(TextBuffer labels) {
    this.labels = labels;
  }

  void clear() {
    if (size > 0) {
      Arrays.fill(table, 0);
      size = 0;
    }
  }

  /** Adds the range unless a range of the same bytes is in; returns whether it was added. */
  boolean add(int start, int end) {
    int hash = hash(start, end);
    int slot = find(start, end, hash);
    if (table[slot] != 0) {
      return false;
    }
    if (size == starts.length) {
      grow();
      slot = find(start, end, hash);
    }
    starts[size] = start;
    ends[size] = end;
    hashes[size] = hash;
    table[slot] = ++size;
    return true;
  }

  private int find(int start, int end, int hash) {
    int mask = table.length - 1;
    int slot = hash & mask;
    while (table[slot] != 0) {
      int entry = table[slot] - 1;
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
    int mask = table.length - 1;
    for (int entry = 0; entry < size; entry++) {
      int slot = hashes[entry] & mask;
      while (table[slot] != 0) {
        slot = (slot + 1) & mask;
      }
      table[slot] = entry + 1;
    }
  }
}
