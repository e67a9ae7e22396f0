package io.glint.exporter.openmetrics;

/**
 * Decides when a large array that is kept for the next use is given up: once it was far too large
 * for {@value #SMALL_USES} uses, one after the other. So scrapers that ask for everything and
 * scrapers that ask for some names can take turns with one array.
 *
 * <p>Not safe for use by several threads at once.
 */
final class Retention {

  static final int SMALL_USES = 8;

  /** What was needed at most in this use. */
  private int peak;

  /** How many uses in a row were small, before this one, and what these needed at most. */
  private int smallUses;

  private int peakOfSmallUses;

  /** Tells that so much of the array is needed in this use. */
  void needed(int size) {
    peak = Math.max(peak, size);
  }

  /**
   * Ends a use.
   *
   * @param capacity of the array
   * @param alwaysKept the largest capacity that is never given up
   * @return whether to give it up; then {@link #smallSize} is enough
   */
  boolean endsUse(int capacity, int alwaysKept) {
    final boolean isSmall = capacity > alwaysKept && peak < capacity / 4;
    if (isSmall) {
      peakOfSmallUses = Math.max(smallUses == 0 ? 0 : peakOfSmallUses, peak);
      smallUses++;
    } else {
      smallUses = 0;
    }
    peak = 0;
    if (smallUses < SMALL_USES) {
      return false;
    }
    smallUses = 0;
    return true;
  }

  /** What the last small uses needed at most. */
  int smallSize() {
    return peakOfSmallUses;
  }
}
