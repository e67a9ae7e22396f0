package io.glint.exporter.openmetrics;

import java.math.BigInteger;

/**
 * The shortest decimal that reads back as a double, and of those of one length the nearest.
 *
 * <p>The algorithm is that of Raffaello Giulietti, "The Schubfach way to render doubles": the
 * bounds of the interval that rounds to the double are scaled by a power of ten, with just enough
 * bits, so that the interval contains at least one integer and at most a few; these are the
 * candidates. JDKs before 19 print some doubles with more digits than needed, and allocate.
 *
 * <p>Allocates nothing. Not safe for use by several threads at once.
 */
final class Decimal {

  private static final int PRECISION = 53;
  private static final long HIDDEN_BIT = 1L << (PRECISION - 1);
  private static final int LOWEST_EXPONENT = -1074;

  /** Powers of ten from 10^-292 to 10^324 are needed, as {@link #POWERS} has them. */
  private static final int LOWEST_POWER = -292;

  private static final int HIGHEST_POWER = 324;

  private static final long MASK_63 = Long.MAX_VALUE;

  /**
   * For each power of ten its first 126 bits plus one in the last place: first the upper 63 of
   * them, then the lower 63.
   */
  private static final long[] POWERS = powers();

  private static final long[] POWERS_OF_TEN = powersOfTen();

  /** The digits as an integer that does not end with a zero. */
  private long digits;

  private int length;
  private int exponent;

  private static long[] powers() {
    final long[] powers = new long[2 * (HIGHEST_POWER - LOWEST_POWER + 1)];
    final BigInteger lower = BigInteger.valueOf(MASK_63);
    for (int power = LOWEST_POWER; power <= HIGHEST_POWER; power++) {
      final BigInteger ten = BigInteger.TEN.pow(Math.abs(power));
      final int shift = 125 - log2OfPowerOf10(power);
      BigInteger bits;
      if (power < 0) {
        bits = BigInteger.ONE.shiftLeft(shift).divide(ten);
      } else {
        bits = ten.shiftLeft(shift);
      }
      bits = bits.add(BigInteger.ONE);
      final int index = 2 * (power - LOWEST_POWER);
      powers[index] = bits.shiftRight(63).longValueExact();
      powers[index + 1] = bits.and(lower).longValueExact();
    }
    return powers;
  }

  private static long[] powersOfTen() {
    final long[] powers = new long[19];
    powers[0] = 1;
    for (int i = 1; i < powers.length; i++) {
      powers[i] = 10 * powers[i - 1];
    }
    return powers;
  }

  /**
   * Takes the decimal of a number.
   *
   * @param value finite and above zero
   */
  void set(double value) {
    final long bits = Double.doubleToRawLongBits(value);
    final int biased = (int) (bits >>> (PRECISION - 1));
    final long fraction = bits & (HIDDEN_BIT - 1);
    if (biased == 0) {
      scale(fraction, LOWEST_EXPONENT);
      return;
    }
    final long significand = HIDDEN_BIT | fraction;
    final int power = biased - 1 + LOWEST_EXPONENT;
    if (power <= 0 && power > -PRECISION && (significand >> -power) << -power == significand) {
      finish(significand >> -power, 0);
    } else {
      scale(significand, power);
    }
  }

  /** The first digit of {@code significand * 2^power} has the weight {@code 10^exponent}. */
  private void scale(long significand, int power) {
    // An odd significand loses ties, so its interval is open at both ends.
    final long odd = significand & 1;
    final long center = significand << 2;
    long below;
    int ten;
    if (significand != HIDDEN_BIT || power == LOWEST_EXPONENT) {
      below = center - 2;
      ten = log10OfPowerOf2(power);
    } else {
      // The next smaller double is only half as far away.
      below = center - 1;
      ten = log10OfThreeQuartersOfPowerOf2(power);
    }
    final int shift = power + log2OfPowerOf10(-ten) + 2;
    final int index = 2 * (-ten - LOWEST_POWER);
    final long upper = POWERS[index];
    final long lower = POWERS[index + 1];
    // Four times the scaled values, with the last bit set if there is any fraction.
    final long scaled = scaled(upper, lower, center << shift);
    final long scaledBelow = scaled(upper, lower, below << shift) + odd;
    final long scaledAbove = scaled(upper, lower, (center + 2) << shift) - odd;
    final long floor = scaled >> 2;
    if (floor >= 100) {
      final long shorter = floor / 10 * 10;
      final boolean lowIn = scaledBelow <= shorter << 2;
      final boolean highIn = (shorter + 10) << 2 <= scaledAbove;
      if (lowIn != highIn) {
        finish(lowIn ? shorter : shorter + 10, ten);
        return;
      }
    }
    final boolean lowIn = scaledBelow <= floor << 2;
    final boolean highIn = (floor + 1) << 2 <= scaledAbove;
    if (lowIn != highIn) {
      finish(lowIn ? floor : floor + 1, ten);
      return;
    }
    final long toMiddle = scaled - ((2 * floor + 1) << 1);
    final boolean takesLow = toMiddle < 0 || (toMiddle == 0 && (floor & 1) == 0);
    finish(takesLow ? floor : floor + 1, ten);
  }

  /** The upper part of a product, rounded to odd. */
  private static long scaled(long upper, long lower, long factor) {
    final long carry = Math.multiplyHigh(lower, factor);
    final long middle = upper * factor;
    final long high = Math.multiplyHigh(upper, factor);
    final long rest = (middle >>> 1) + carry;
    return (high + (rest >>> 63)) | (((rest & MASK_63) + MASK_63) >>> 63);
  }

  private static int log10OfPowerOf2(int power) {
    return (int) ((power * 661_971_961_083L) >> 41);
  }

  private static int log10OfThreeQuartersOfPowerOf2(int power) {
    return (int) ((power * 661_971_961_083L - 274_743_187_321L) >> 41);
  }

  private static int log2OfPowerOf10(int power) {
    return (int) ((power * 913_124_641_741L) >> 38);
  }

  private void finish(long number, int ten) {
    long stripped = number;
    int zeros = ten;
    // Each divisor is written out: by a constant the JIT compiler divides without a division.
    for (long rest = stripped / 100_000_000; rest * 100_000_000 == stripped; rest /= 100_000_000) {
      stripped = rest;
      zeros += 8;
    }
    long rest = stripped / 10_000;
    if (rest * 10_000 == stripped) {
      stripped = rest;
      zeros += 4;
    }
    rest = stripped / 100;
    if (rest * 100 == stripped) {
      stripped = rest;
      zeros += 2;
    }
    rest = stripped / 10;
    if (rest * 10 == stripped) {
      stripped = rest;
      zeros++;
    }
    digits = stripped;
    length = TextBuffer.digits(stripped);
    exponent = zeros + length - 1;
  }

  /** The weight of the first digit: one from 1 to 9 times ten to the power of this. */
  int exponent() {
    return exponent;
  }

  /** Appends the number without exponent and with at least one digit after the point. */
  void fixed(TextBuffer out) {
    if (exponent < 0) {
      out.ascii("0.");
      out.padded(digits, length - exponent - 1);
      return;
    }
    final int decimals = length - exponent - 1;
    if (decimals <= 0) {
      out.integer(digits * POWERS_OF_TEN[-decimals]).ascii(".0");
      return;
    }
    final long whole = digits / POWERS_OF_TEN[decimals];
    out.integer(whole).put('.').padded(digits - whole * POWERS_OF_TEN[decimals], decimals);
  }

  /**
   * Appends one digit, and after a point the others; the exponent is left to the caller.
   *
   * @param ifNone what follows the digit if there are no others
   */
  void fraction(TextBuffer out, String ifNone) {
    final long first = digits / POWERS_OF_TEN[length - 1];
    out.integer(first);
    if (length == 1) {
      out.ascii(ifNone);
    } else {
      out.put('.').padded(digits - first * POWERS_OF_TEN[length - 1], length - 1);
    }
  }
}
