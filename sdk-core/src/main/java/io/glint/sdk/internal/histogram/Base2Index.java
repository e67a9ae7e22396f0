package io.glint.sdk.internal.histogram;

import java.math.BigInteger;

/**
 * Finds the bucket of a positive normal double in a base-2 exponential histogram, exactly, at every
 * scale from {@value #MIN_SCALE} to {@value #MAX_SCALE}. Bucket i at scale s is (b^i, b^(i+1)] with
 * b = 2^(2^-s) (data model specification, "Exponential Buckets").
 *
 * <p>Up to scale {@value #TABLE_SCALE} the index comes from a table, {@link #atTableScale}: an
 * index at a lower scale is the one at the higher scale, shifted right. Beyond, which is where a
 * series is for its first few measurements only, {@link #exact} guesses by logarithm and corrects
 * the guess.
 *
 * <h2>Why it is exact</h2>
 *
 * The boundaries 2^(j/2^s) between two powers of two are irrational, so no double equals one, and a
 * significand m, an integer from 2^52 to 2^53 - 1, is above boundary j if m &gt; floor(2^(52 +
 * j/2^s)). Those floors are computed with integers at class initialization for the table. At higher
 * scales a boundary is the product of two table entries of 120 fractional bits; the closest that a
 * boundary, so scaled, comes to an integer is about 2^-20, far above the error of the product,
 * which the tests confirm for each of them.
 */
public final class Base2Index {
  static final int MIN_SCALE = -10;
  static final int MAX_SCALE = 20;
  static final int TABLE_SCALE = 8;

  private static final int FRACTION_BITS = 52;
  private static final long FRACTION_MASK = (1L << FRACTION_BITS) - 1;
  private static final int EXPONENT_BIAS = 1023;

  /**
   * Cells that divide the fractions evenly. They are narrower than the narrowest bucket, so that no
   * cell contains two boundaries.
   */
  private static final int CELL_BITS = TABLE_SCALE + 1;

  private static final int BUCKETS = 1 << TABLE_SCALE;

  /** The bucket that the first fraction of each cell is in. */
  private static final short[] FIRST_BUCKET = new short[1 << CELL_BITS];

  /** The upper boundary of that bucket, at hand without waiting for the bucket. */
  private static final long[] NEXT_BOUNDARY = new long[1 << CELL_BITS];

  private static final int PART_BITS = MAX_SCALE / 2;
  private static final int PARTS = 1 << PART_BITS;
  private static final int LIMB_BITS = 60;
  private static final long LIMB_MASK = (1L << LIMB_BITS) - 1;

  // 2^(i / 2^10) and 2^(i / 2^20) with 120 fractional bits, each in two limbs.
  private static final long[] COARSE_HIGH = new long[PARTS];
  private static final long[] COARSE_LOW = new long[PARTS];
  private static final long[] FINE_HIGH = new long[PARTS];
  private static final long[] FINE_LOW = new long[PARTS];

  private static final double LOG2_E = 1 / Math.log(2);

  static {
    final int bits = 256;
    // Fraction bits of the boundaries 0 to 255 of an octave, rounded down; then one above all.
    final long[] boundaries = new long[BUCKETS + 1];
    BigInteger root = BigInteger.TWO.shiftLeft(bits);
    BigInteger coarseRoot = root;
    for (int scale = 1; scale <= MAX_SCALE; scale++) {
      root = root.shiftLeft(bits).sqrt();
      coarseRoot = scale == PART_BITS ? root : coarseRoot;
    }
    BigInteger coarse = BigInteger.ONE.shiftLeft(bits);
    BigInteger fine = coarse;
    for (int i = 0; i < PARTS; i++) {
      COARSE_HIGH[i] = coarse.shiftRight(bits - LIMB_BITS).longValue();
      COARSE_LOW[i] = coarse.shiftRight(bits - 2 * LIMB_BITS).longValue() & LIMB_MASK;
      FINE_HIGH[i] = fine.shiftRight(bits - LIMB_BITS).longValue();
      FINE_LOW[i] = fine.shiftRight(bits - 2 * LIMB_BITS).longValue() & LIMB_MASK;
      if (i % (PARTS / BUCKETS) == 0) {
        boundaries[i / (PARTS / BUCKETS)] =
            coarse.shiftRight(bits - FRACTION_BITS).longValue() & FRACTION_MASK;
      }
      coarse = coarse.multiply(coarseRoot).shiftRight(bits);
      fine = fine.multiply(root).shiftRight(bits);
    }
    boundaries[BUCKETS] = Long.MAX_VALUE;
    int bucket = 0;
    for (int cell = 0; cell < FIRST_BUCKET.length; cell++) {
      final long first = (long) cell << (FRACTION_BITS - CELL_BITS);
      while (first > boundaries[bucket + 1]) {
        bucket++;
      }
      FIRST_BUCKET[cell] = (short) bucket;
      NEXT_BOUNDARY[cell] = boundaries[bucket + 1];
    }
  }

  private Base2Index() {}

  /**
   * The bucket of a value at scale {@value #TABLE_SCALE}.
   *
   * @param value positive, finite and not subnormal
   */
  public static int atTableScale(double value) {
    final long bits = Double.doubleToRawLongBits(value);
    final int biased = (int) (bits >>> FRACTION_BITS);
    final long fraction = bits & FRACTION_MASK;
    final int octave = (biased - EXPONENT_BIAS) << TABLE_SCALE;
    if (fraction == 0) {
      // A power of two is the last value of the bucket below.
      return octave - 1;
    }
    final int cell = (int) (fraction >>> (FRACTION_BITS - CELL_BITS));
    final int bucket = FIRST_BUCKET[cell];
    return octave + (fraction > NEXT_BOUNDARY[cell] ? bucket + 1 : bucket);
  }

  /**
   * The bucket of a value at any scale.
   *
   * @param value positive, finite and not subnormal
   * @param scale from {@value #MIN_SCALE} to {@value #MAX_SCALE}
   */
  public static int at(double value, int scale) {
    return at(value, atTableScale(value), scale);
  }

  /**
   * The same if the bucket at scale {@value #TABLE_SCALE} is known already.
   *
   * @param atTableScale what {@link #atTableScale} returns for the value
   */
  public static int at(double value, int atTableScale, int scale) {
    return scale <= TABLE_SCALE ? atTableScale >> (TABLE_SCALE - scale) : exact(value, scale);
  }

  private static int exact(double value, int scale) {
    final long bits = Double.doubleToRawLongBits(value);
    final int biased = (int) (bits >>> FRACTION_BITS);
    final long fraction = bits & FRACTION_MASK;
    final int octave = (biased - EXPONENT_BIAS) << scale;
    if (fraction == 0) {
      return octave - 1;
    }
    final double significand =
        Double.longBitsToDouble(((long) EXPONENT_BIAS << FRACTION_BITS) | fraction);
    final int last = (1 << scale) - 1;
    int bucket = (int) (Math.log(significand) * LOG2_E * (last + 1));
    bucket = Math.max(0, Math.min(last, bucket));
    while (bucket > 0 && !isAbove(fraction, bucket, scale)) {
      bucket--;
    }
    while (bucket < last && isAbove(fraction, bucket + 1, scale)) {
      bucket++;
    }
    return octave + bucket;
  }

  /** True if a significand with this fraction is above 2^(boundary / 2^scale). */
  private static boolean isAbove(long fraction, int boundary, int scale) {
    final int atMaxScale = boundary << (MAX_SCALE - scale);
    final int coarse = atMaxScale >>> PART_BITS;
    final int fine = atMaxScale & (PARTS - 1);
    // (a1 2^60 + a0) (b1 2^60 + b0) / 2^180, without a0 b0, which is too small to matter.
    final long a1 = COARSE_HIGH[coarse];
    final long b1 = FINE_HIGH[fine];
    final long middle = shiftedProduct(a1, FINE_LOW[fine]) + shiftedProduct(COARSE_LOW[coarse], b1);
    final long low = a1 * b1;
    final long sum = low + middle;
    final long carry = Long.compareUnsigned(sum, low) < 0 ? 1 : 0;
    final long product = ((Math.multiplyHigh(a1, b1) + carry) << 4) | (sum >>> LIMB_BITS);
    final long significand = (1L << FRACTION_BITS) | fraction;
    return product < significand << (LIMB_BITS - FRACTION_BITS);
  }

  /** The product of two numbers below 2^61, divided by 2^60. */
  private static long shiftedProduct(long a, long b) {
    return (Math.multiplyHigh(a, b) << 4) | ((a * b) >>> LIMB_BITS);
  }
}
