package io.glint.it.differential;

import io.opentelemetry.sdk.metrics.InstrumentType;

/**
 * Values to record. Fractions are multiples of 2^-10 and not too large, so that sums over them are
 * exact in any order.
 */
final class Values {
  private final Dice dice;

  Values(Dice dice) {
    this.dice = dice;
  }

  Number next(InstrumentSpec spec) {
    final Number any = spec.isLong() ? (Number) nextLong() : (Number) nextDouble();
    final boolean isAdded =
        spec.type() == InstrumentType.OBSERVABLE_COUNTER
            || spec.type() == InstrumentType.OBSERVABLE_UP_DOWN_COUNTER;
    // The difference of two observations must be exact too.
    return isAdded && !isExact(Math.abs(any.doubleValue())) ? next(spec) : any;
  }

  private static boolean isExact(double magnitude) {
    return magnitude == 0
        || (magnitude >= Double.MIN_NORMAL && magnitude <= 1e9)
        || !Double.isFinite(magnitude);
  }

  private Long nextLong() {
    return switch (dice.between(0, 9)) {
      case 0 -> 0L;
      case 1 -> (long) -dice.between(1, 50);
      case 2 -> 1L << dice.between(0, 40);
      case 3 -> (1L << dice.between(0, 50)) + dice.between(0, 1000);
      case 4 -> dice.oneOf(Long.MAX_VALUE, Long.MIN_VALUE, (1L << 53) + 1);
      default -> (long) dice.between(1, 20);
    };
  }

  private Double nextDouble() {
    return switch (dice.between(0, 13)) {
      case 0 -> 0.0;
      case 1 -> -0.0;
      case 2 -> -dice.between(1, 50_000) / 1024.0;
      case 3 -> dice.oneOf(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
      case 4 -> Math.scalb(1.0, dice.between(-10, 30));
      case 5 -> (1L << dice.between(0, 36)) + dice.between(0, 1024) / 1024.0;
      case 6 -> dice.percent(20) ? Double.MIN_VALUE : dice.between(1, 3) * 0.25;
      case 7, 8, 9 -> dice.between(1, 2_000_000) / 1024.0;
      default -> (double) dice.between(1, 20);
    };
  }
}
