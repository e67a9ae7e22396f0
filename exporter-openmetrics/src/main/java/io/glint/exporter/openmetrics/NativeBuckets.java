package io.glint.exporter.openmetrics;

import io.opentelemetry.sdk.metrics.data.ExponentialHistogramBuckets;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import java.util.Arrays;
import java.util.List;

/**
 * The buckets of an exponential histogram as a native histogram of Prometheus has them:
 * OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility", "Exponential
 * Histograms"; Prometheus documentation, "Native Histograms". Filled again and again.
 *
 * <p>The schema is the scale. A scale above {@value #HIGHEST_SCHEMA} is brought down to that, which
 * is exact: each bucket of the lower scale consists of whole ones of the higher scale.
 *
 * <p>OpenTelemetry numbers a bucket by its lower bound, Prometheus by its upper bound: it adds one.
 *
 * <p>The count is that of all buckets together, for Prometheus refuses a histogram of which that is
 * not so.
 *
 * <p>Not safe for use by several threads at once.
 */
final class NativeBuckets {

  static final int LOWEST_SCHEMA = -4;
  static final int HIGHEST_SCHEMA = 8;

  /** That of OpenTelemetry's points is not known, and for this case given by the specification. */
  static final double ZERO_THRESHOLD = 1e-128;

  private final Side positive = new Side();
  private final Side negative = new Side();
  private int schema;
  private long zeroCount;

  int schema() {
    return schema;
  }

  long zeroCount() {
    return zeroCount;
  }

  long count() {
    return Buckets.sum(zeroCount, Buckets.sum(positive.count(), negative.count()));
  }

  Side positive() {
    return positive;
  }

  Side negative() {
    return negative;
  }

  /**
   * Takes the buckets of a point.
   *
   * @param point of a scale of {@value #LOWEST_SCHEMA} or more
   * @return false if a count is negative
   */
  boolean set(ExponentialHistogramPointData point) {
    schema = Math.min(point.getScale(), HIGHEST_SCHEMA);
    final int shift = point.getScale() - schema;
    zeroCount = point.getZeroCount();
    return zeroCount >= 0
        && positive.set(point.getPositiveBuckets(), shift, schema)
        && negative.set(point.getNegativeBuckets(), shift, schema);
  }

  /** Adds the counts of another one, at the lower of both schemas, where both are exact. */
  void add(NativeBuckets other) {
    final int common = Math.min(schema, other.schema);
    downscale(common);
    other.downscale(common);
    zeroCount = Buckets.sum(zeroCount, other.zeroCount);
    positive.add(other.positive);
    negative.add(other.negative);
  }

  private void downscale(int newSchema) {
    positive.downscale(schema - newSchema);
    negative.downscale(schema - newSchema);
    schema = newSchema;
  }

  /** The buckets of positive values, or those of negative ones: those that are not empty. */
  static final class Side {

    /** As many empty buckets are written, rather than that a new span begins. */
    private static final int MAX_GAP = 2;

    /** By Prometheus' numbers, which rise. */
    private int[] indexes = new int[16];

    private long[] counts = new long[16];
    private int size;

    private int[] spanOffsets = new int[4];
    private int[] spanLengths = new int[4];
    private int spans;

    /** The counts of all spans, one after the other. */
    private long[] spanned = new long[16];

    private int spannedSize;

    private boolean set(ExponentialHistogramBuckets buckets, int shift, int schema) {
      size = 0;
      // What a double can be has numbers from -1074 * 2^schema on; the last one is that of
      // infinity.
      final long lowest = scaled(-1075, schema);
      final long highest = scaled(1024, schema) + 1;
      final List<Long> bucketCounts = buckets.getBucketCounts();
      final long offset = buckets.getOffset();
      for (int i = 0; i < bucketCounts.size(); i++) {
        final long count = bucketCounts.get(i);
        if (count < 0) {
          return false;
        }
        if (count > 0) {
          final long index = ((offset + i) >> Math.min(shift, Long.SIZE - 1)) + 1;
          append((int) Math.max(lowest, Math.min(highest, index)), count);
        }
      }
      return true;
    }

    private static long scaled(long exponent, int schema) {
      return schema >= 0 ? exponent << schema : exponent >> -schema;
    }

    private void append(int index, long count) {
      if (size > 0 && indexes[size - 1] == index) {
        counts[size - 1] = Buckets.sum(counts[size - 1], count);
        return;
      }
      if (size == indexes.length) {
        indexes = Arrays.copyOf(indexes, 2 * size);
        counts = Arrays.copyOf(counts, 2 * size);
      }
      indexes[size] = index;
      counts[size++] = count;
    }

    private void downscale(int shift) {
      final int all = size;
      size = 0;
      for (int i = 0; i < all; i++) {
        append(((indexes[i] - 1) >> shift) + 1, counts[i]);
      }
    }

    private void add(Side other) {
      final Side sum = new Side();
      int own = 0;
      int others = 0;
      while (own < size || others < other.size) {
        if (others == other.size || (own < size && indexes[own] <= other.indexes[others])) {
          sum.append(indexes[own], counts[own++]);
        } else {
          sum.append(other.indexes[others], other.counts[others++]);
        }
      }
      indexes = sum.indexes;
      counts = sum.counts;
      size = sum.size;
    }

    private long count() {
      long sum = 0;
      for (int i = 0; i < size; i++) {
        sum = Buckets.sum(sum, counts[i]);
      }
      return sum;
    }

    /** Makes the spans of what is in now. */
    void makeSpans() {
      spans = 0;
      spannedSize = 0;
      int next = 0;
      for (int i = 0; i < size; i++) {
        final long gap = (long) indexes[i] - next;
        if (i == 0 || gap > MAX_GAP) {
          startSpan((int) gap);
        } else {
          for (; next < indexes[i]; next++) {
            addToSpan(0);
          }
        }
        addToSpan(counts[i]);
        next = indexes[i] + 1;
      }
    }

    private void startSpan(int offset) {
      if (spans == spanOffsets.length) {
        spanOffsets = Arrays.copyOf(spanOffsets, 2 * spans);
        spanLengths = Arrays.copyOf(spanLengths, 2 * spans);
      }
      spanOffsets[spans] = offset;
      spanLengths[spans++] = 0;
    }

    private void addToSpan(long count) {
      if (spannedSize == spanned.length) {
        spanned = Arrays.copyOf(spanned, 2 * spannedSize);
      }
      spanned[spannedSize++] = count;
      spanLengths[spans - 1]++;
    }

    int spans() {
      return spans;
    }

    /** Of the first span the number of its first bucket, of others how many are between. */
    int spanOffset(int span) {
      return spanOffsets[span];
    }

    int spanLength(int span) {
      return spanLengths[span];
    }

    int spannedCounts() {
      return spannedSize;
    }

    long spannedCount(int place) {
      return spanned[place];
    }
  }
}
