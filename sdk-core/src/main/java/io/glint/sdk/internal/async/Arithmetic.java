package io.glint.sdk.internal.async;

/**
 * Arithmetic with numbers that are a long or the bits of a finite double. A result that does not
 * fit is the largest or the smallest number of the type.
 */
enum Arithmetic {
  LONG {
    @Override
    long add(long bits, long otherBits) {
      final long sum = bits + otherBits;
      return ((bits ^ sum) & (otherBits ^ sum)) < 0 ? limit(bits) : sum;
    }

    @Override
    long subtract(long bits, long otherBits) {
      final long difference = bits - otherBits;
      return ((bits ^ otherBits) & (bits ^ difference)) < 0 ? limit(bits) : difference;
    }

    private static long limit(long sign) {
      return sign < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }

    @Override
    boolean isBelow(long bits, long otherBits) {
      return bits < otherBits;
    }

    @Override
    boolean isLimit(long bits) {
      return bits == Long.MIN_VALUE || bits == Long.MAX_VALUE;
    }

    @Override
    WideSum newSum() {
      return WideSum.ofLongs();
    }
  },

  DOUBLE {
    @Override
    long add(long bits, long otherBits) {
      return toBits(finite(toDouble(bits) + toDouble(otherBits)));
    }

    @Override
    long subtract(long bits, long otherBits) {
      return toBits(finite(toDouble(bits) - toDouble(otherBits)));
    }

    @Override
    boolean isBelow(long bits, long otherBits) {
      return toDouble(bits) < toDouble(otherBits);
    }

    @Override
    boolean isLimit(long bits) {
      return Math.abs(toDouble(bits)) == Double.MAX_VALUE;
    }

    @Override
    WideSum newSum() {
      return WideSum.ofDoubles();
    }
  };

  /** The bits of zero, of either type. */
  static final long ZERO = 0;

  abstract long add(long bits, long otherBits);

  abstract long subtract(long bits, long otherBits);

  abstract boolean isBelow(long bits, long otherBits);

  /**
   * Whether it is the largest or the smallest number, which may stand for one that does not fit.
   */
  abstract boolean isLimit(long bits);

  /** A sum of such numbers; zero so far. */
  abstract WideSum newSum();

  /** The finite number that is nearest. */
  static double finite(double value) {
    return Math.max(-Double.MAX_VALUE, Math.min(Double.MAX_VALUE, value));
  }

  private static double toDouble(long bits) {
    return Double.longBitsToDouble(bits);
  }

  private static long toBits(double value) {
    return Double.doubleToRawLongBits(value);
  }
}
