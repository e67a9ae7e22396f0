package io.glint.sdk;

import java.util.AbstractList;
import java.util.Objects;
import java.util.RandomAccess;

/** Counts of buckets as the list that the data interfaces ask for. Copies what it shows. */
final class BucketCounts extends AbstractList<Long> implements RandomAccess {
  private static final long[] NONE = {};

  private long[] counts = NONE;
  private int size;

  /** Takes over {@code length} counts from {@code source}, beginning with that at {@code from}. */
  void copy(long[] source, int from, int length) {
    if (counts.length < length) {
      counts = new long[length];
    }
    System.arraycopy(source, from, counts, 0, length);
    size = length;
  }

  @Override
  public Long get(int index) {
    return counts[Objects.checkIndex(index, size)];
  }

  @Override
  public int size() {
    return size;
  }

  long sum() {
    long sum = 0;
    for (int i = 0; i < size; i++) {
      sum += counts[i];
    }
    return sum;
  }
}
