package io.glint.reservoir;

/** Pearson's test of counts against expectations. */
final class ChiSquare {
  private static final double EPSILON = 1e-15;
  private static final int MAX_TERMS = 100_000;

  private ChiSquare() {}

  /** The chance of counts at least as far from equal ones as these, if equal ones are expected. */
  static double uniformP(long[] counts) {
    long total = 0;
    for (final long count : counts) {
      total += count;
    }
    final double expected = (double) total / counts.length;
    double statistic = 0;
    for (final long count : counts) {
      statistic += (count - expected) * (count - expected) / expected;
    }
    return upperTail(statistic, counts.length - 1);
  }

  /** The chance that a chi-square variable of so many degrees of freedom is at least {@code x}. */
  static double upperTail(double x, int degreesOfFreedom) {
    return upperGamma(degreesOfFreedom / 2.0, x / 2);
  }

  /** The regularised upper incomplete gamma function Q(a, x). */
  private static double upperGamma(double a, double x) {
    if (x <= 0) {
      return 1;
    }
    return x < a + 1 ? 1 - lowerSeries(a, x) : upperFraction(a, x);
  }

  /** P(a, x) as x^a e^-x / gamma(a + 1) times a power series, which converges for x below a + 1. */
  private static double lowerSeries(double a, double x) {
    double term = 1 / a;
    double sum = term;
    for (int n = 1; n < MAX_TERMS && term > sum * EPSILON; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return sum * Math.exp(a * Math.log(x) - x - logGamma(a));
  }

  /** Q(a, x) by its continued fraction, evaluated as Lentz does, for x above a + 1. */
  private static double upperFraction(double a, double x) {
    double b = x + 1 - a;
    double c = 1e300;
    double d = 1 / b;
    double value = d;
    for (int n = 1; n < MAX_TERMS; n++) {
      final double numerator = n * (a - n);
      b += 2;
      d = 1 / (numerator * d + b);
      c = b + numerator / c;
      value *= c * d;
      if (Math.abs(c * d - 1) < EPSILON) {
        break;
      }
    }
    return value * Math.exp(a * Math.log(x) - x - logGamma(a));
  }

  /** Of a multiple of a half, which is all that is needed: gamma(a + 1) = a gamma(a). */
  private static double logGamma(double a) {
    double lower = a % 1 == 0 ? 1 : 0.5;
    double log = a % 1 == 0 ? 0 : Math.log(Math.PI) / 2;
    for (; lower < a; lower++) {
      log += Math.log(lower);
    }
    return log;
  }
}
