package io.glint.exporter.openmetrics;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Writes numbers as OpenMetrics 1.0 spells them (sections "Numbers", "Canonical Numbers",
 * "Timestamps").
 *
 * <p>Doubles go through one reused {@link StringBuilder}, which formats without allocating. Not
 * safe for use by several threads at once.
 */
final class Numbers {

  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final long NANOS_PER_MILLI = 1_000_000L;

  /** Below this many digits the JDK's text of a double is the shortest that reads back the same. */
  private static final int SUSPICIOUS_DIGITS = 16;

  private final StringBuilder text = new StringBuilder(32);
  private final StringBuilder digits = new StringBuilder(32);

  /** Appends an integer exactly, without a decimal point. */
  void integer(TextBuffer out, long value) {
    text.setLength(0);
    text.append(value);
    out.ascii(text);
  }

  /** Appends a floating point value; it reads back as the same double. */
  void floating(TextBuffer out, double value) {
    if (nonFinite(out, value)) {
      return;
    }
    text.setLength(0);
    text.append(value);
    out.ascii(text);
  }

  /**
   * Appends a {@code le} or {@code quantile} value. These are label values, compared as strings by
   * those who read them, so one number must always have one text: the shortest digits, fixed point
   * from 1e-4 to below 1e6 with at least one decimal, otherwise an exponent of two digits or more.
   */
  void canonical(TextBuffer out, double value) {
    if (nonFinite(out, value)) {
      return;
    }
    if (value == 0) {
      out.ascii("0.0");
      return;
    }
    int exponent = decompose(Math.abs(value));
    if (value < 0) {
      out.put('-');
    }
    if (exponent < -4 || exponent >= 6) {
      scientific(out, exponent);
    } else {
      fixed(out, exponent);
    }
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
    integer(out, seconds);
    out.put('.');
    if (nanos % NANOS_PER_MILLI == 0) {
      padded(out, nanos / NANOS_PER_MILLI, 100);
    } else {
      padded(out, nanos, NANOS_PER_SECOND / 10);
    }
  }

  private static void padded(TextBuffer out, long value, long highestDigit) {
    for (long unit = highestDigit; unit > 0; unit /= 10) {
      out.put((char) ('0' + value / unit % 10));
    }
  }

  private static boolean nonFinite(TextBuffer out, double value) {
    if (Double.isFinite(value)) {
      return false;
    }
    out.ascii(Double.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf");
    return true;
  }

  /** Leaves the significant digits in {@link #digits}; returns the exponent of the first one. */
  private int decompose(double value) {
    text.setLength(0);
    text.append(value);
    digits.setLength(0);
    int point = -1;
    int exponent = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 'E') {
        exponent = Integer.parseInt(text, i + 1, text.length(), 10);
        break;
      }
      if (c == '.') {
        point = digits.length();
      } else {
        digits.append(c);
      }
    }
    exponent += (point < 0 ? digits.length() : point) - 1;
    int zeros = 0;
    while (digits.charAt(zeros) == '0') {
      zeros++;
    }
    digits.delete(0, zeros);
    exponent -= zeros;
    stripTrailingZeros();
    return digits.length() < SUSPICIOUS_DIGITS ? exponent : shorten(value, exponent);
  }

  /**
   * Replaces the digits by fewer ones that read back as the same double, if there are such. JDKs
   * before 19 print some doubles with more digits than needed: 2.0E-3 is fine, 2.0E23 is not.
   */
  private int shorten(double value, int exponent) {
    BigDecimal exact = new BigDecimal(value);
    for (int precision = 1; precision < digits.length(); precision++) {
      BigDecimal rounded = exact.round(new MathContext(precision, RoundingMode.HALF_EVEN));
      if (rounded.doubleValue() == value) {
        digits.setLength(0);
        digits.append(rounded.unscaledValue());
        int shortened = rounded.precision() - rounded.scale() - 1;
        stripTrailingZeros();
        return shortened;
      }
    }
    return exponent;
  }

  private void stripTrailingZeros() {
    int end = digits.length();
    while (end > 1 && digits.charAt(end - 1) == '0') {
      end--;
    }
    digits.setLength(end);
  }

  private void scientific(TextBuffer out, int exponent) {
    out.put(digits.charAt(0));
    if (digits.length() > 1) {
      out.put('.');
      copyDigits(out, 1, digits.length());
    }
    out.put('e').put(exponent < 0 ? '-' : '+');
    int magnitude = Math.abs(exponent);
    if (magnitude < 10) {
      out.put('0');
    }
    integer(out, magnitude);
  }

  private void fixed(TextBuffer out, int exponent) {
    int count = digits.length();
    if (exponent < 0) {
      out.ascii("0.");
      for (int i = -1; i > exponent; i--) {
        out.put('0');
      }
      copyDigits(out, 0, count);
      return;
    }
    int whole = exponent + 1;
    copyDigits(out, 0, Math.min(whole, count));
    for (int i = count; i < whole; i++) {
      out.put('0');
    }
    out.put('.');
    if (count > whole) {
      copyDigits(out, whole, count);
    } else {
      out.put('0');
    }
  }

  private void copyDigits(TextBuffer out, int from, int to) {
    for (int i = from; i < to; i++) {
      out.put(digits.charAt(i));
    }
  }
}
