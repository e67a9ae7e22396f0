package io.glint.sdk;

import java.util.Arrays;

/** The cells of one histogram series, added up by the collecting thread. Reused, not shared. */
final class HistogramTotal {
  double sum;
  double min;
  double max;
  final long[] counts;

  HistogramTotal(int bucketCount) {
    this.counts = new long[bucketCount];
    clear();
  }

  void clear() {
    sum = 0;
    min = Double.POSITIVE_INFINITY;
    max = Double.NEGATIVE_INFINITY;
    Arrays.fill(counts, 0);
  }

  boolean isEmpty() {
    return min == Double.POSITIVE_INFINITY;
  }
}
