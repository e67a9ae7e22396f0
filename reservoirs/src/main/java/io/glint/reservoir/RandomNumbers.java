package io.glint.reservoir;

/**
 * SplitMix64 over a state that the caller keeps in a field of its own, which saves an object for
 * each reservoir. (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA
 * 2014.)
 */
final class RandomNumbers {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
  private static final double UNIT_53 = 0x1.0p-53;

  private RandomNumbers() {}

  static long nextState(long state) {
    return state + GOLDEN_GAMMA;
  }

  /** A double in (0, 1], never 0: it is divided by, and its logarithm is taken. */
  static double toUnitInterval(long state) {
    return ((mix(state) >>> 11) + 1) * UNIT_53;
  }

  /** An int in [0, bound). The bias is below bound / 2^32. */
  static int toBelow(long state, int bound) {
    return (int) (((mix(state) >>> 32) * bound) >>> 32);
  }

  private static long mix(long state) {
    long z = state;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
