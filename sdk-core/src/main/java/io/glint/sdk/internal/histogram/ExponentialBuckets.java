package io.glint.sdk.internal.histogram;

/**
 * Counts of consecutive base-2 exponential buckets of one sign, at a scale that the owner keeps.
 * The window from the lowest to the highest bucket in use never exceeds a maximum size; the array
 * behind it grows up to that size and is kept. Not thread-safe.
 */
public final class ExponentialBuckets {
  private static final int MIN_CAPACITY = 16;

  // What changes with a measurement is in one array, which a padded cell has to itself.
  private static final int LOW = 0;
  private static final int HIGH = 1;

  /** Index of the bucket that is counted in the first counter. */
  private static final int OFFSET = 2;

  private static final int COUNTS = 3;

  private final int maxSize;
  private final int padding;
  private long[] words;

  public ExponentialBuckets(int maxSize, int padding) {
    this.maxSize = maxSize;
    this.padding = padding;
    this.words = new long[COUNTS + Math.min(maxSize, MIN_CAPACITY) + padding];
    clear();
  }

  public boolean isEmpty() {
    return words[LOW] > words[HIGH];
  }

  /** Lowest bucket in use. Of no meaning if empty. */
  public int low() {
    return (int) words[LOW];
  }

  /** Highest bucket in use. Of no meaning if empty. */
  public int high() {
    return (int) words[HIGH];
  }

  long count(int bucket) {
    final long[] words = this.words;
    return bucket < words[LOW] || bucket > words[HIGH]
        ? 0
        : words[COUNTS + bucket - (int) words[OFFSET]];
  }

  /** Counts a measurement if its bucket is within the window; otherwise does nothing. */
  public boolean incrementInWindow(int bucket) {
    final long[] words = this.words;
    if (bucket < words[LOW] || bucket > words[HIGH]) {
      return false;
    }
    words[COUNTS + bucket - (int) words[OFFSET]]++;
    return true;
  }

  /** By how much the scale must fall for the window to contain both of these as well. */
  public int stepsToFit(int lowest, int highest) {
    long low = Math.min(words[LOW], lowest);
    long high = Math.max(words[HIGH], highest);
    int steps = 0;
    while (high - low >= maxSize) {
      low >>= 1;
      high >>= 1;
      steps++;
    }
    return steps;
  }

  /** Adds to a bucket that fits, see {@link #stepsToFit}. */
  public void add(int bucket, long count) {
    final long low = Math.min(words[LOW], bucket);
    final long high = Math.max(words[HIGH], bucket);
    ensureWindow(low, high);
    words[LOW] = low;
    words[HIGH] = high;
    words[COUNTS + bucket - (int) words[OFFSET]] += count;
  }

  private void ensureWindow(long low, long high) {
    final long[] words = this.words;
    final int capacity = words.length - COUNTS - padding;
    final boolean isEmpty = isEmpty();
    if (!isEmpty && low >= words[OFFSET] && high < words[OFFSET] + capacity) {
      return;
    }
    if (isEmpty) {
      words[OFFSET] = low;
      return;
    }
    final int needed = (int) (high - low + 1);
    final long[] roomy =
        needed <= capacity
            ? words
            : new long[COUNTS + Math.min(maxSize, Math.max(needed, 2 * capacity)) + padding];
    // The window keeps its buckets; within the array it moves so that the new ones have a place.
    final int from = COUNTS + (int) (words[LOW] - words[OFFSET]);
    final int to = COUNTS + (int) (words[LOW] - low);
    final int used = (int) (words[HIGH] - words[LOW] + 1);
    System.arraycopy(words, from, roomy, to, used);
    if (roomy == words) {
      fillZero(words, from, Math.min(from + used, to));
      fillZero(words, Math.max(from, to + used), from + used);
    } else {
      roomy[LOW] = words[LOW];
      roomy[HIGH] = words[HIGH];
    }
    roomy[OFFSET] = low;
    this.words = roomy;
  }

  private static void fillZero(long[] words, int from, int to) {
    for (int i = from; i < to; i++) {
      words[i] = 0;
    }
  }

  /** Merges each 2^steps neighbouring buckets into one, in place. */
  public void downscale(int steps) {
    if (steps == 0 || isEmpty()) {
      return;
    }
    final long[] words = this.words;
    final int low = low();
    final int high = high();
    final int offset = (int) words[OFFSET];
    final int mergedLow = low >> steps;
    // Ascending, so that a place is read before it is written: it moves towards the front.
    for (int bucket = low; ; bucket++) {
      final int place = COUNTS + bucket - offset;
      final long count = words[place];
      words[place] = 0;
      words[COUNTS + (bucket >> steps) - mergedLow] += count;
      if (bucket == high) {
        break;
      }
    }
    words[LOW] = mergedLow;
    words[HIGH] = high >> steps;
    words[OFFSET] = mergedLow;
  }

  /**
   * Makes room for the counts of {@code other}, whose scale is higher by {@code steps}, and which
   * fit. So {@link #addAll} allocates nothing afterwards.
   */
  public void widenFor(ExponentialBuckets other, int steps) {
    if (!other.isEmpty()) {
      add(other.low() >> steps, 0);
      add(other.high() >> steps, 0);
    }
  }

  /** Adds all counts of {@code other}, after {@link #widenFor}. */
  public void addAll(ExponentialBuckets other, int steps) {
    if (other.isEmpty()) {
      return;
    }
    for (int bucket = other.low(); ; bucket++) {
      words[COUNTS + (bucket >> steps) - (int) words[OFFSET]] += other.count(bucket);
      if (bucket == other.high()) {
        break;
      }
    }
  }

  /** All counts together. */
  public long sum() {
    long sum = 0;
    if (!isEmpty()) {
      for (int bucket = low(); bucket < high(); bucket++) {
        sum += count(bucket);
      }
      sum += count(high());
    }
    return sum;
  }

  /** True if the counts are in that array; for tests. */
  public boolean isIn(Object array) {
    return words == array;
  }

  /** Copies the counts from the lowest to the highest bucket in use. */
  public void copyTo(BucketCounts counts) {
    if (isEmpty()) {
      counts.copy(words, 0, 0);
    } else {
      counts.copy(words, COUNTS + low() - (int) words[OFFSET], high() - low() + 1);
    }
  }

  public void clear() {
    if (!isEmpty()) {
      final int from = COUNTS + (int) (words[LOW] - words[OFFSET]);
      fillZero(words, from, from + (int) (words[HIGH] - words[LOW] + 1));
    }
    words[LOW] = Integer.MAX_VALUE;
    words[HIGH] = Integer.MIN_VALUE;
    words[OFFSET] = 0;
  }
}
