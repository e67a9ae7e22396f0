package io.glint.exporter.openmetrics;

import io.opentelemetry.sdk.metrics.data.ExponentialHistogramBuckets;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;

/**
 * The buckets of a histogram point as the text formats have them: upper bounds, and the count of
 * each bucket up to infinity. Filled again and again. Not safe for use by several threads at once.
 *
 * <h2>Exponential histograms</h2>
 *
 * The text formats know no exponential histograms, and the bounds of a classic histogram must not
 * change while those of an exponential one do. So these become classic histograms over the {@link
 * #EXPONENTIAL_BOUNDS}, which are the same for all and always: the powers of four from 2^-30, which
 * is a nanosecond in seconds, to 2^40, which is a terabyte in bytes.
 *
 * <p>Each power of four is a bucket bound at each scale of -1 or more, and there all counts are
 * exact. At a lower scale an exponential bucket may reach across a bound; then its count is in the
 * bucket <em>below</em> that bound, so that the bound is taken for the next one that there is at
 * that scale. Hence no cumulative count ever falls, whatever the scale does: at a bound b it is the
 * number of values up to u(b), the smallest exponential bound that is not below b. The exponential
 * bounds of a lower scale are some of those of a higher one, so u(b) can only rise when the scale
 * falls, and the number of values up to any place only grows. The same holds for a zero bucket that
 * becomes wider. Zeros and negative values are below all bounds.
 */
final class Buckets {

  private static final int LOWEST_EXPONENT = -30;
  private static final int HIGHEST_EXPONENT = 40;

  /** The upper bounds of exponential histograms in the text formats, without infinity. */
  static final List<Double> EXPONENTIAL_BOUNDS = exponentialBounds();

  private List<Double> bounds = List.of();
  private int size;

  /** The count of each bucket; that of infinity comes last. */
  private long[] counts = new long[16];

  private boolean hasNegativeValues;

  private static List<Double> exponentialBounds() {
    final List<Double> bounds = new ArrayList<>();
    for (int exponent = LOWEST_EXPONENT; exponent <= HIGHEST_EXPONENT; exponent += 2) {
      bounds.add(Math.scalb(1.0, exponent));
    }
    return List.copyOf(bounds);
  }

  /** Takes the buckets of a point; false if they make no histogram. */
  boolean set(HistogramPointData point) {
    final List<Double> newBounds = point.getBoundaries();
    final List<Long> newCounts = point.getCounts();
    if (!isWellFormed(newBounds, newCounts) || (newCounts.isEmpty() && point.getCount() < 0)) {
      return false;
    }
    // A last bound of +Inf is the overflow bucket's own; it is not written twice.
    int last = newBounds.size();
    if (last > 0 && newBounds.get(last - 1).doubleValue() == Double.POSITIVE_INFINITY) {
      last--;
    }
    start(newBounds, last);
    hasNegativeValues = last > 0 && newBounds.get(0) < 0;
    for (int i = 0; i < newCounts.size(); i++) {
      add(Math.min(i, last), newCounts.get(i));
    }
    if (newCounts.isEmpty()) {
      counts[0] = point.getCount();
    }
    return true;
  }

  /** Takes the buckets of an exponential histogram; false if they make no histogram. */
  boolean set(ExponentialHistogramPointData point) {
    start(EXPONENTIAL_BOUNDS, EXPONENTIAL_BOUNDS.size());
    final ExponentialHistogramBuckets negative = point.getNegativeBuckets();
    final ExponentialHistogramBuckets positive = point.getPositiveBuckets();
    if (point.getZeroCount() < 0
        || !isWellFormed(negative.getBucketCounts())
        || !isWellFormed(positive.getBucketCounts())) {
      return false;
    }
    add(0, point.getZeroCount());
    List<Long> newCounts = negative.getBucketCounts();
    for (int i = 0; i < newCounts.size(); i++) {
      add(0, newCounts.get(i));
      hasNegativeValues |= newCounts.get(i) > 0;
    }
    newCounts = positive.getBucketCounts();
    for (int i = 0; i < newCounts.size(); i++) {
      final long count = newCounts.get(i);
      if (count > 0) {
        add(bucketAbove(point.getScale(), (long) positive.getOffset() + i), count);
      }
    }
    return true;
  }

  /** The first bucket whose bound is above the lower bound of an exponential bucket. */
  private static int bucketAbove(int scale, long index) {
    // The lower bound is two to the power of index / 2^scale; the exponent is rounded down.
    final long exponent =
        scale >= 0 ? index >> Math.min(scale, Long.SIZE - 1) : index << Math.min(-scale, 30);
    final long steps = Math.floorDiv(exponent - LOWEST_EXPONENT, 2) + 1;
    return (int) Math.max(0, Math.min(steps, EXPONENTIAL_BOUNDS.size()));
  }

  /**
   * Adds the counts of another histogram over the bounds that both have, where the cumulative
   * counts of both are exact.
   *
   * @return false if a bound was lost
   */
  boolean add(Buckets other) {
    hasNegativeValues |= other.hasNegativeValues;
    if (hasSameBounds(other)) {
      for (int i = 0; i <= size; i++) {
        add(i, other.counts[i]);
      }
      return true;
    }
    final List<Double> common = new ArrayList<>(bounds.subList(0, size));
    common.retainAll(new HashSet<>(other.bounds.subList(0, other.size)));
    final long[] sums = new long[common.size() + 1];
    addTo(sums, common);
    other.addTo(sums, common);
    bounds = common;
    size = common.size();
    counts = sums;
    return false;
  }

  private boolean hasSameBounds(Buckets other) {
    if (size != other.size) {
      return false;
    }
    for (int i = 0; i < size && bounds != other.bounds; i++) {
      if (!bounds.get(i).equals(other.bounds.get(i))) {
        return false;
      }
    }
    return true;
  }

  private void addTo(long[] sums, List<Double> common) {
    int bucket = 0;
    for (int i = 0; i <= size; i++) {
      while (bucket < common.size() && (i == size || bounds.get(i) > common.get(bucket))) {
        bucket++;
      }
      sums[bucket] = sum(sums[bucket], counts[i]);
    }
  }

  /** The upper bounds; there may be an infinite one after the first {@link #size()}. */
  List<Double> bounds() {
    return bounds;
  }

  /** The number of finite buckets, and the index of the infinite one. */
  int size() {
    return size;
  }

  long count(int bucket) {
    return counts[bucket];
  }

  /** Whether there are negative values, or may be. */
  boolean hasNegativeValues() {
    return hasNegativeValues;
  }

  private void start(List<Double> newBounds, int newSize) {
    bounds = newBounds;
    size = newSize;
    if (counts.length <= size) {
      counts = new long[size + 1];
    }
    Arrays.fill(counts, 0, size + 1, 0);
    hasNegativeValues = false;
  }

  private void add(int bucket, long count) {
    counts[bucket] = sum(counts[bucket], count);
  }

  /** The sum of two counts; none is ever negative, however large. */
  static long sum(long one, long other) {
    final long sum = one + other;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  private static boolean isWellFormed(List<Double> bounds, List<Long> counts) {
    if (counts.size() != bounds.size() + 1 && !(counts.isEmpty() && bounds.isEmpty())) {
      return false;
    }
    for (int i = 0; i < bounds.size(); i++) {
      final double bound = bounds.get(i);
      if (Double.isNaN(bound) || (i > 0 && !(bounds.get(i - 1) < bound))) {
        return false;
      }
    }
    return isWellFormed(counts);
  }

  private static boolean isWellFormed(List<Long> counts) {
    for (int i = 0; i < counts.size(); i++) {
      if (counts.get(i) < 0) {
        return false;
      }
    }
    return true;
  }
}
