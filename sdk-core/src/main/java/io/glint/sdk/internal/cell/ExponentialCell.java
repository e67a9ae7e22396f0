package io.glint.sdk.internal.cell;

import io.glint.sdk.internal.histogram.Base2Index;
import io.glint.sdk.internal.histogram.ExponentialBuckets;
import org.jspecify.annotations.Nullable;

/**
 * Cell of a base-2 exponential histogram. Each cell has a scale of its own, the highest at which
 * what it has counted fits; buckets of different scales join exactly, as those of a scale are
 * unions of those of the next.
 */
public final class ExponentialCell extends Cell {
  private static final int SUM = FIRST_STATE_WORD;
  private static final int MIN = SUM + 1;
  private static final int MAX = MIN + 1;
  private static final int ZEROS = MAX + 1;
  private static final int SCALE = ZEROS + 1;
  private static final int STATE_WORDS = 5;

  private final int maxScale;
  private final int maxSize;
  private final int padding;
  private final ExponentialBuckets positive;

  /** Null until a negative value is recorded. */
  private @Nullable ExponentialBuckets negative;

  public ExponentialCell(int maxScale, int maxSize, boolean padded) {
    super(STATE_WORDS, padded);
    this.maxScale = maxScale;
    this.maxSize = maxSize;
    this.padding = padded ? PADDING_WORDS : 0;
    this.positive = new ExponentialBuckets(maxSize, padding);
    clear();
  }

  /**
   * The bucket of a finite measurement at the scale of the table, for {@link #add}. It does not
   * depend on a cell, so it can be found while the cell is still being looked for. Cells of a
   * higher scale do not need it; few are.
   */
  public static int bucketAtTableScale(double value) {
    return Base2Index.atTableScale(magnitude(value));
  }

  /** The specification allows subnormal values to count as the smallest normal one. */
  private static double magnitude(double value) {
    return Math.max(Double.MIN_NORMAL, Math.abs(value));
  }

  /**
   * Counts a finite measurement. For the owner.
   *
   * @param atTableScale its {@link #bucketAtTableScale}
   * @return null; or what kept buckets from growing, to be reported when the cell has been
   *     released, and then nothing is counted
   */
  public @Nullable Throwable add(double value, int atTableScale) {
    final long[] words = this.words;
    if (value == 0) {
      words[ZEROS]++;
    } else {
      final Throwable failure = countInBucket(value, atTableScale);
      if (failure != null) {
        return failure;
      }
    }
    words[SUM] = Double.doubleToRawLongBits(Double.longBitsToDouble(words[SUM]) + value);
    if (value < Double.longBitsToDouble(words[MIN])) {
      words[MIN] = Double.doubleToRawLongBits(value);
    }
    if (value > Double.longBitsToDouble(words[MAX])) {
      words[MAX] = Double.doubleToRawLongBits(value);
    }
    return null;
  }

  private @Nullable Throwable countInBucket(double value, int atTableScale) {
    final ExponentialBuckets buckets = value > 0 ? positive : negative;
    final int bucket = Base2Index.at(magnitude(value), atTableScale, (int) words[SCALE]);
    return buckets != null && buckets.incrementInWindow(bucket) ? null : widen(buckets, bucket);
  }

  @SuppressWarnings("NullAway") // Of the two, the missing one is "negative", which is made first.
  private @Nullable Throwable widen(@Nullable ExponentialBuckets bucketsOrNull, int bucket) {
    try {
      if (bucketsOrNull == null) {
        negative = new ExponentialBuckets(maxSize, padding);
      }
      final ExponentialBuckets buckets = bucketsOrNull != null ? bucketsOrNull : negative;
      final int steps = buckets.stepsToFit(bucket, bucket);
      if (steps > 0) {
        positive.downscale(steps);
        if (negative != null) {
          negative.downscale(steps);
        }
        words[SCALE] -= steps;
      }
      buckets.add(bucket >> steps, 1);
      return null;
    } catch (OutOfMemoryError | StackOverflowError e) {
      return e;
    }
  }

  /**
   * Adds what this cell has counted to {@code total}. For the owner.
   *
   * @throws OutOfMemoryError if the buckets of the total have to grow and cannot; then nothing is
   *     added
   */
  public void addTo(ExponentialTotal total) {
    final long[] words = this.words;
    total.addBuckets(positive, negative, (int) words[SCALE]);
    total.sum += Double.longBitsToDouble(words[SUM]);
    total.min = Math.min(total.min, Double.longBitsToDouble(words[MIN]));
    total.max = Math.max(total.max, Double.longBitsToDouble(words[MAX]));
    total.zeros += words[ZEROS];
  }

  @Override
  public Cell newStripe() {
    return new ExponentialCell(maxScale, maxSize, /* padded= */ true);
  }

  @Override
  public long measurements() {
    return words[ZEROS] + positive.sum() + (negative == null ? 0 : negative.sum());
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
    words[ZEROS] = 0;
    words[SCALE] = maxScale;
    positive.clear();
    if (negative != null) {
      negative.clear();
    }
  }
}
