package io.glint.bench.tool;

import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;

/**
 * Values to record, drawn beforehand, and an order of them that does not repeat. The branch
 * predictor of a recent processor learns a sequence of thousands of values by heart, and an SDK
 * that is asked for a bucket again and again in the same order then looks faster than it is in a
 * service. Immutable.
 */
public final class RandomValues {
  /** Enough for the tail of a distribution, and half of a small first-level cache. */
  private static final int DEFAULT_BITS = 11;

  private static final double MEDIAN_MILLIS = 40;
  private static final double SIGMA = 1.3;

  private final double[] values;
  private final int shift;

  /** Draws two thousand values from {@code source}. */
  public RandomValues(DoubleSupplier source) {
    this(source, DEFAULT_BITS);
  }

  /**
   * Draws values from {@code source}.
   *
   * @param bits logarithm of their number, above 0
   */
  public RandomValues(DoubleSupplier source, int bits) {
    this.values = new double[1 << bits];
    this.shift = Long.SIZE - bits;
    for (int i = 0; i < values.length; i++) {
      values[i] = source.getAsDouble();
    }
  }

  /**
   * Log-normal latencies in milliseconds: 40 in the middle, a tenth above 210. They fall into
   * nearly all of the 16 default buckets.
   */
  public static RandomValues latencies(SplittableRandom random) {
    return new RandomValues(() -> MEDIAN_MILLIS * Math.exp(SIGMA * random.nextGaussian()));
  }

  /**
   * The value of a step. It takes two multiplications, which do not depend on the step before.
   *
   * @param step any; steps that follow each other have values that seem to have nothing in common
   */
  public double at(int step) {
    final long once = step * 0x9e37_79b9_7f4a_7c15L;
    final long twice = (once ^ (once >>> 32)) * 0xbf58_476d_1ce4_e5b9L;
    return values[(int) (twice >>> shift)];
  }
}
