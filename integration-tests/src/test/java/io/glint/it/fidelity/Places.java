package io.glint.it.fidelity;

/**
 * Where a reservoir keeps exemplars, by its documentation.
 *
 * @param type what decides on the place of a measurement
 * @param size of a reservoir of fixed size, or the number of largest measurements
 * @param smallest number of smallest measurements
 */
record Places(Type type, int size, int smallest) {
  enum Type {
    /** One place for each bucket of the histogram. */
    BUCKETS,
    /** One place for each octave of the value. */
    OCTAVES,
    /** So many places for any measurement. */
    FIXED,
    /** The largest and the smallest. */
    EXTREMES
  }

  static Places of(Sdk sdk, Combination combination) {
    if (combination.kind().isObservable()) {
      return fixed(1);
    }
    final boolean hasBuckets = combination.aggregation() == AggregationKind.EXPLICIT_BUCKETS;
    return switch (combination.reservoir()) {
      case DEFAULT ->
          hasBuckets
              ? new Places(Type.BUCKETS, 1, 0)
              : fixed(sdk.defaultSize(combination.aggregation()));
      case ALIGNED_UNIFORM, ALIGNED_MOST_RECENT ->
          hasBuckets ? new Places(Type.BUCKETS, 1, 0) : fixed(1);
      case FIXED_1 -> fixed(1);
      case FIXED_4 -> fixed(4);
      case OCTAVES -> new Places(Type.OCTAVES, 1, 0);
      case EXTREMES_1 -> new Places(Type.EXTREMES, 1, 0);
      case EXTREMES_2_1 -> new Places(Type.EXTREMES, 2, 1);
    };
  }

  private static Places fixed(int size) {
    return new Places(Type.FIXED, size, 0);
  }

  /** True if each measurement has one place that it can be kept in. */
  boolean areByValue() {
    return type == Type.BUCKETS || type == Type.OCTAVES;
  }

  /** How many there are, where that does not depend on the values. */
  int count() {
    return size + smallest;
  }

  /** The place of a value. */
  int of(Ledger ledger, double value) {
    return type == Type.BUCKETS ? ledger.bucket(value) : octave(value);
  }

  /** The place of a measurement. */
  int of(Ledger ledger, int index) {
    return type == Type.BUCKETS ? ledger.bucketOf(index) : octave(ledger.value(index));
  }

  /** Octave k is (2^k, 2^(k+1)]; what is not positive has one of its own. */
  private static int octave(double value) {
    if (value <= 0) {
      return Integer.MIN_VALUE;
    }
    final int exponent = Math.getExponent(value);
    return value == Math.scalb(1.0, exponent) ? exponent - 1 : exponent;
  }
}
