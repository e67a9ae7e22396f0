package io.glint.sdk.internal.cell;

/** Cell of an explicit-bucket histogram: sum, minimum, maximum, then one count for each bucket. */
public final class HistogramCell extends Cell {
  private static final int SUM = FIRST_STATE_WORD;
  private static final int MIN = SUM + 1;
  private static final int MAX = MIN + 1;
  private static final int COUNTS = MAX + 1;

  public HistogramCell(int bucketCount, boolean padded) {
    super(COUNTS - FIRST_STATE_WORD + bucketCount, padded);
    clear();
  }

  /** Counts a measurement. For the owner. */
  public void add(double value, int bucket) {
    final long[] words = this.words;
    words[SUM] = Double.doubleToRawLongBits(Double.longBitsToDouble(words[SUM]) + value);
    if (value < Double.longBitsToDouble(words[MIN])) {
      words[MIN] = Double.doubleToRawLongBits(value);
    }
    if (value > Double.longBitsToDouble(words[MAX])) {
      words[MAX] = Double.doubleToRawLongBits(value);
    }
    words[COUNTS + bucket]++;
  }

  /** What this cell has counted in a bucket. For the owner. */
  public long count(int bucket) {
    return words[COUNTS + bucket];
  }

  /** Adds what this cell has counted to {@code total}. For the owner. */
  public void addTo(HistogramTotal total) {
    final long[] words = this.words;
    total.sum += Double.longBitsToDouble(words[SUM]);
    total.min = Math.min(total.min, Double.longBitsToDouble(words[MIN]));
    total.max = Math.max(total.max, Double.longBitsToDouble(words[MAX]));
    final long[] counts = total.counts;
    final int buckets = total.buckets();
    for (int i = 0; i < buckets; i++) {
      counts[HistogramTotal.PADDING + i] += words[COUNTS + i];
    }
  }

  @Override
  public Cell newStripe() {
    // This one, the first, is not padded.
    return new HistogramCell(words.length - COUNTS, /* padded= */ true);
  }

  @Override
  public long measurements() {
    final long[] words = this.words;
    long count = 0;
    // With the padding, which is 0.
    for (int i = COUNTS; i < words.length; i++) {
      count += words[i];
    }
    return count;
  }

  @Override
  public boolean isEmpty() {
    // The first measurement sets the minimum, as every one is below infinity.
    return Double.longBitsToDouble(words[MIN]) == Double.POSITIVE_INFINITY;
  }

  @Override
  public void clear() {
    final long[] words = this.words;
    words[SUM] = 0;
    words[MIN] = Double.doubleToRawLongBits(Double.POSITIVE_INFINITY);
    words[MAX] = Double.doubleToRawLongBits(Double.NEGATIVE_INFINITY);
    for (int i = COUNTS; i < words.length; i++) {
      words[i] = 0;
    }
  }
}
