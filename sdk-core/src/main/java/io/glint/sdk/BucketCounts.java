package io.glint.sdk;

import java.util.AbstractList;
import java.util.RandomAccess;

/** Counts of buckets as the list that the data interfaces ask for. Immutable. */
final class BucketCounts extends AbstractList<Long> implements RandomAccess {
  private final long[] counts;

  /** Keeps the array, which nobody else may write to. */
  BucketCounts(long[] counts) {
    this.counts = counts;
  }

  @Override
  public Long get(int index) {
    return counts[index];
  }

  @Override
  public int size() {
    return counts.length;
  }

  long sum() {
    long sum = 0;
    for (final long count : counts) {
      sum += count;
    }
    return sum;
  }
}
