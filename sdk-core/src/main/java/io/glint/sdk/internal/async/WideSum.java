package io.glint.sdk.internal.async;

/**
 * A sum of observed values of one type, each a long or the bits of a finite double. On the way it
 * may leave the range of the type and come back. If it does not fit at the end, its value is the
 * largest or the smallest number of the type. Used by one thread.
 *
 * <p>A sum of longs does not depend on their order. One of doubles keeps what rounding takes from
 * it in a second double: what is small is not lost beside one larger value. It may still depend on
 * the order, in the last digit, or where much larger values of several sizes cancel each other.
 */
abstract class WideSum {

  /** Makes it the sum of one value. */
  abstract void set(long bits);

  abstract void add(long bits);

  /** The sum, as a long or the bits of a double. */
  abstract long value();

  static WideSum ofLongs() {
    return new Longs();
  }

  static WideSum ofDoubles() {
    return new Doubles();
  }

  /** A number of 128 bits. */
  private static final class Longs extends WideSum {
    private long high;
    private long low;

    @Override
    void set(long bits) {
      high = sign(bits);
      low = bits;
    }

    @Override
    void add(long bits) {
      final long next = low + bits;
      high += sign(bits) + (Long.compareUnsigned(next, low) < 0 ? 1 : 0);
      low = next;
    }

    @Override
    long value() {
      if (high == sign(low)) {
        return low;
      }
      return high < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }

    /** The upper 64 of the 128 bits of a long. */
    private static long sign(long bits) {
      return bits >> (Long.SIZE - 1);
    }
  }

  /** Neumaier's sum, in a smaller unit once a number is so large that sums may not fit. */
  private static final class Doubles extends WideSum {
    private static final double LARGE = 0x1p960;
    private static final double UNIT_OF_LARGE = 0x1p64;

    private double unit = 1;

    /** In units, as the error. */
    private double sum;

    /** What rounding took from the sum. */
    private double error;

    @Override
    void set(long bits) {
      unit = 1;
      sum = Double.longBitsToDouble(bits);
      error = 0;
    }

    @Override
    void add(long bits) {
      final double value = Double.longBitsToDouble(bits);
      if (unit == 1 && Math.abs(sum) + Math.abs(value) >= LARGE) {
        unit = UNIT_OF_LARGE;
        sum /= UNIT_OF_LARGE;
        error /= UNIT_OF_LARGE;
      }
      final double added = value / unit;
      final double next = sum + added;
      error += Math.abs(sum) >= Math.abs(added) ? (sum - next) + added : (added - next) + sum;
      sum = next;
    }

    @Override
    long value() {
      // Without an error it may be the zero below zero.
      final double inUnits = error == 0 ? sum : sum + error;
      return Double.doubleToRawLongBits(Arithmetic.finite(inUnits * unit));
    }
  }
}
