package io.glint.sdk.internal.cell;

import io.glint.sdk.internal.histogram.ExponentialBuckets;
import org.jspecify.annotations.Nullable;

/**
 * The cells of one base-2 exponential histogram series, added up by the collecting thread. Reused,
 * not shared.
 */
public final class ExponentialTotal extends PaddedTotal {
  private final int maxScale;
  private final ExponentialBuckets positive;
  private final ExponentialBuckets negative;

  public ExponentialTotal(int maxScale, int maxSize) {
    this.maxScale = maxScale;
    this.positive = new ExponentialBuckets(maxSize, Cell.PADDING_WORDS);
    this.negative = new ExponentialBuckets(maxSize, Cell.PADDING_WORDS);
    clear();
  }

  @Override
  public void clear() {
    super.clear();
    scale = maxScale;
    positive.clear();
    negative.clear();
  }

  /**
   * Adds buckets of a scale, at the highest scale at which all fit. If memory runs out, nothing is
   * added.
   *
   * @param morePositive never null
   * @param moreNegative null if there are none
   */
  void addBuckets(
      ExponentialBuckets morePositive, @Nullable ExponentialBuckets moreNegative, int itsScale) {
    downscaleTo(Math.min(scale, itsScale));
    final int steps =
        Math.max(
            stepsToFit(positive, morePositive, itsScale - scale),
            stepsToFit(negative, moreNegative, itsScale - scale));
    downscaleTo(scale - steps);
    positive.widenFor(morePositive, itsScale - scale);
    if (moreNegative != null) {
      negative.widenFor(moreNegative, itsScale - scale);
    }
    positive.addAll(morePositive, itsScale - scale);
    if (moreNegative != null) {
      negative.addAll(moreNegative, itsScale - scale);
    }
  }

  private static int stepsToFit(
      ExponentialBuckets buckets, @Nullable ExponentialBuckets more, int itsSteps) {
    return more == null || more.isEmpty()
        ? 0
        : buckets.stepsToFit(more.low() >> itsSteps, more.high() >> itsSteps);
  }

  private void downscaleTo(int lower) {
    positive.downscale(scale - lower);
    negative.downscale(scale - lower);
    scale = lower;
  }

  public int scale() {
    return scale;
  }

  public ExponentialBuckets positive() {
    return positive;
  }

  public ExponentialBuckets negative() {
    return negative;
  }
}
