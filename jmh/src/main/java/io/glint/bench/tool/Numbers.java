package io.glint.bench.tool;

import io.glint.bench.Statistics;
import java.util.Collection;
import java.util.Locale;

/** Numbers as the reports show them. */
public final class Numbers {
  private Numbers() {}

  /** Three significant digits, without an exponent. */
  public static String three(double value) {
    final double size = Math.abs(value);
    final int decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    return fixed(value, decimals);
  }

  /** A number of decimals. */
  public static String fixed(double value, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  /** Median and the range of all: {@code 12.3 (11.8–14.0)}. */
  public static String withRange(double... samples) {
    return three(Statistics.median(samples))
        + " ("
        + three(Statistics.quantile(samples, 0))
        + "–"
        + three(Statistics.quantile(samples, 1))
        + ")";
  }

  /** The same of differences, which may be negative: {@code -3.50 (-4.00 to 0.10)}. */
  public static String differenceWithRange(double... samples) {
    return fixed(Statistics.median(samples), 2)
        + " ("
        + fixed(Statistics.quantile(samples, 0), 2)
        + " to "
        + fixed(Statistics.quantile(samples, 1), 2)
        + ")";
  }

  /**
   * Median, and where the true one is with a confidence of 95 %: {@code 12.3 (11.8 to 14.0)}.
   *
   * @see Statistics#medianInterval
   */
  public static String withInterval(int decimals, double... samples) {
    final double[] interval = Statistics.medianInterval(samples);
    return fixed(Statistics.median(samples), decimals)
        + " ("
        + fixed(interval[0], decimals)
        + " to "
        + fixed(interval[1], decimals)
        + ")";
  }

  /** Nanoseconds in the unit that suits them. */
  public static String duration(double nanos) {
    if (nanos < 1e3) {
      return three(nanos) + " ns";
    }
    if (nanos < 1e6) {
      return three(nanos / 1e3) + " µs";
    }
    return nanos < 1e9 ? three(nanos / 1e6) + " ms" : three(nanos / 1e9) + " s";
  }

  /** A whole number with its powers of a thousand as words have them: 10k, 1M. */
  public static String count(long value) {
    if (value >= 1_000_000 && value % 1_000_000 == 0) {
      return value / 1_000_000 + "M";
    }
    return value >= 1000 && value % 1000 == 0 ? value / 1000 + "k" : Long.toString(value);
  }

  /** The same as an array. */
  public static double[] array(Collection<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
