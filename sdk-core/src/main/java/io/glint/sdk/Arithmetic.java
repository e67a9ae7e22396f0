package io.glint.sdk;

/** Arithmetic with numbers that are a long or the bits of a double. */
enum Arithmetic {
  LONG {
    @Override
    long add(long bits, long otherBits) {
      return bits + otherBits;
    }

    @Override
    long subtract(long bits, long otherBits) {
      return bits - otherBits;
    }

    @Override
    boolean isBelow(long bits, long otherBits) {
      return bits < otherBits;
    }
  },

  DOUBLE {
    @Override
    long add(long bits, long otherBits) {
      return toBits(toDouble(bits) + toDouble(otherBits));
    }

    @Override
    long subtract(long bits, long otherBits) {
      return toBits(toDouble(bits) - toDouble(otherBits));
    }

    @Override
    boolean isBelow(long bits, long otherBits) {
      return toDouble(bits) < toDouble(otherBits);
    }
  };

  /** The bits of zero, of either type. */
  static final long ZERO = 0;

  abstract long add(long bits, long otherBits);

  abstract long subtract(long bits, long otherBits);

  abstract boolean isBelow(long bits, long otherBits);

  private static double toDouble(long bits) {
    return Double.longBitsToDouble(bits);
  }

  private static long toBits(double value) {
    return Double.doubleToRawLongBits(value);
  }
}
