package io.glint.exporter.openmetrics;

import io.opentelemetry.sdk.metrics.data.ExponentialHistogramBuckets;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import java.util.Arrays;
import java.util.List;

/**
 * The buckets of one or several exponential histograms, no finer than a picture has rows for. The
 * buckets of a lower scale consist of whole ones of a higher scale, so all counts are exact.
 *
 * <p>Not safe for use by several threads at once.
 */
final class LiveBuckets {

  /** Eight rows for each power of two. */
  private static final int MAX_SCALE = 3;

  private static final int LOWEST_SCALE = -10;
  private static final int HIGHEST_SCALE = 20;

  /** Beyond that, either way, no double is in a bucket of the {@link #MAX_SCALE} or less. */
  private static final int MAX_INDEX = 1075 << MAX_SCALE;

  /** How many rows a picture may have. */
  private static final int MAX_ROWS = 96;

  private final Side positive = new Side();
  private final Side negative = new Side();
  private int scale = MAX_SCALE;
  private long zeroCount;

  void add(ExponentialHistogramPointData point) {
    // A point may come from anywhere; of doubles no histogram has such scales and indexes.
    final int scaleOfPoint = Math.max(LOWEST_SCALE, Math.min(HIGHEST_SCALE, point.getScale()));
    if (scaleOfPoint < scale) {
      downscale(scaleOfPoint);
    }
    final int shift = scaleOfPoint - scale;
    positive.add(point.getPositiveBuckets(), shift);
    negative.add(point.getNegativeBuckets(), shift);
    zeroCount += point.getZeroCount();
  }

  private void downscale(int newScale) {
    positive.downscale(scale - newScale);
    negative.downscale(scale - newScale);
    scale = newScale;
  }

  /** Writes the members of an object: the counts of a side follow the index of the first one. */
  void writeTo(LiveJson json) {
    while (positive.rows() + negative.rows() > MAX_ROWS) {
      downscale(scale - 1);
    }
    json.name("scale").integer(scale).name("zero").integer(zeroCount);
    positive.writeTo(json.name("pos"));
    negative.writeTo(json.name("neg"));
  }

  /** The buckets of positive or of negative values. */
  private static final class Side {

    /** The index of the first one. */
    private int first;

    private long[] counts = new long[0];

    private void add(ExponentialHistogramBuckets buckets, int shift) {
      final List<Long> added = buckets.getBucketCounts();
      for (int i = 0; i < added.size(); i++) {
        final long count = added.get(i);
        if (count != 0) {
          final long index = ((long) buckets.getOffset() + i) >> shift;
          add((int) Math.max(-MAX_INDEX, Math.min(MAX_INDEX, index)), count);
        }
      }
    }

    private void add(int index, long count) {
      if (counts.length == 0) {
        first = index;
        counts = new long[1];
      } else if (index < first) {
        final long[] longer = new long[counts.length + first - index];
        System.arraycopy(counts, 0, longer, first - index, counts.length);
        counts = longer;
        first = index;
      } else if (index >= first + counts.length) {
        counts = Arrays.copyOf(counts, index - first + 1);
      }
      counts[index - first] += count;
    }

    private void downscale(int shift) {
      final long[] finer = counts;
      final int firstFiner = first;
      counts = new long[0];
      for (int i = 0; i < finer.length; i++) {
        if (finer[i] != 0) {
          add((firstFiner + i) >> shift, finer[i]);
        }
      }
    }

    private int rows() {
      return counts.length;
    }

    private void writeTo(LiveJson json) {
      json.open('[');
      if (counts.length > 0) {
        json.integer(first);
        for (final long count : counts) {
          json.integer(count);
        }
      }
      json.close(']');
    }
  }
}
