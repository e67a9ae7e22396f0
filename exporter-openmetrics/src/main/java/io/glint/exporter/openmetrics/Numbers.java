package io.glint.exporter.openmetrics;

/**
 * Writes numbers as OpenMetrics 1.0 spells them (sections "Numbers", "Canonical Numbers",
 * "Timestamps").
 *
 * <p>Allocates nothing. Not safe for use by several threads at once.
 */
final class Numbers {

  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final long NANOS_PER_MILLI = 1_000_000L;

  private static final double MIN_WITH_EXPONENT = 1e7;

  private final Decimal decimal = new Decimal();

  /** Appends an integer exactly, without a decimal point. */
  void integer(TextBuffer out, long value) {
    out.integer(value);
  }

  /**
   * Appends a floating point value in the shortest form that reads back as the same double, as
   * {@link Double#toString} of JDK 19 and later writes it; but the two smallest have one digit.
   */
  void floating(TextBuffer out, double value) {
    if (!startsDigits(out, value)) {
      return;
    }
    final double magnitude = Math.abs(value);
    if (magnitude < MIN_WITH_EXPONENT && magnitude == (long) magnitude) {
      out.integer((long) magnitude).ascii(".0");
      return;
    }
    decimal.set(magnitude);
    final int exponent = decimal.exponent();
    if (exponent >= -3 && exponent < 7) {
      decimal.fixed(out);
    } else {
      decimal.fraction(out, ".0");
      out.put('E').integer(exponent);
    }
  }

  /**
   * Appends a {@code le} or {@code quantile} value. These are label values, compared as strings by
   * those who read them, so one number must always have one text: the shortest digits, fixed point
   * from 1e-4 to below 1e6 with at least one decimal, otherwise an exponent of two digits or more.
   */
  void canonical(TextBuffer out, double value) {
    // Adding zero makes of the negative one the other.
    if (!startsDigits(out, value + 0.0)) {
      return;
    }
    decimal.set(Math.abs(value));
    final int exponent = decimal.exponent();
    if (exponent >= -4 && exponent < 6) {
      decimal.fixed(out);
      return;
    }
    decimal.fraction(out, "");
    out.put('e').put(exponent < 0 ? '-' : '+');
    final int magnitude = Math.abs(exponent);
    if (magnitude < 10) {
      out.put('0');
    }
    out.integer(magnitude);
  }

  /** Appends the sign, and all of a number that has no significant digits; false of such a one. */
  private static boolean startsDigits(TextBuffer out, double value) {
    if (!Double.isFinite(value)) {
      out.ascii(Double.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf");
      return false;
    }
    if (Double.doubleToRawLongBits(value) < 0) {
      out.put('-');
    }
    if (value == 0) {
      out.ascii("0.0");
      return false;
    }
    return true;
  }

  /** Appends nanoseconds since the epoch as seconds, with the fraction exact. */
  void seconds(TextBuffer out, long epochNanos) {
    long seconds = epochNanos / NANOS_PER_SECOND;
    long nanos = epochNanos % NANOS_PER_SECOND;
    if (epochNanos < 0) {
      out.put('-');
      seconds = -seconds;
      nanos = -nanos;
    }
    out.integer(seconds).put('.');
    if (nanos % NANOS_PER_MILLI == 0) {
      out.padded(nanos / NANOS_PER_MILLI, 3);
    } else {
      out.padded(nanos, 9);
    }
  }
}
