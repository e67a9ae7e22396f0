package io.glint.it.fidelity;

/**
 * The measurements of a series that one point can be about. A collection that races with recording
 * leaves open whether it counts what is recorded meanwhile, so there are two bounds: measurements
 * that were made entirely between the two collections are <em>certain</em>; those whose recording
 * call or one of the collections overlapped are <em>possible</em>.
 *
 * @param after the collection before was certainly over
 * @param notBefore the collection before had certainly not begun
 * @param before the collection had certainly not begun
 * @param notAfter the collection was certainly over
 */
record Interval(long after, long notBefore, long before, long notAfter) {

  /** From one collection, or null for the beginning, to another. */
  static Interval between(Seen.Look from, Seen.Look to) {
    return from == null
        ? new Interval(Long.MIN_VALUE, Long.MIN_VALUE, to.start(), to.end())
        : new Interval(from.end(), from.start(), to.start(), to.end());
  }

  boolean isCertain(Ledger ledger, int index) {
    return ledger.begin(index) > after && ledger.end(index) < before;
  }

  boolean isPossible(Ledger ledger, int index) {
    return ledger.begin(index) <= notAfter && ledger.end(index) >= notBefore;
  }
}
