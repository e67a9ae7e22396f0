package io.glint.sdk.internal.cell;

import java.util.Arrays;

/** The cells of one histogram series, added up by the collecting thread. Reused, not shared. */
public final class HistogramTotal extends PaddedTotal {
  /** Unused counts at either end of {@link #counts}, which is written for each series. */
  public static final int PADDING = Cell.PADDING_WORDS;

  /** One for each bucket, the first at {@link #PADDING}. */
  public final long[] counts;

  public HistogramTotal(int bucketCount) {
    this.counts = new long[PADDING + bucketCount + PADDING];
    clear();
  }

  public int buckets() {
    return counts.length - 2 * PADDING;
  }

  @Override
  public void clear() {
    super.clear();
    Arrays.fill(counts, PADDING, counts.length - PADDING, 0);
  }
}
