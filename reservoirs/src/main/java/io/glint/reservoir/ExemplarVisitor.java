package io.glint.reservoir;

/**
 * Receives the measurements that a reservoir has kept. Good only until the {@code collect} that it
 * was handed to returns, and on its thread.
 */
@FunctionalInterface
public interface ExemplarVisitor {

  /** The number of slots that a reservoir may have: slots are numbered from 0 to 65,535. */
  int MAX_SLOTS = 1 << 16;

  /**
   * Called once for each kept measurement.
   *
   * @param slot the place of the measurement in its reservoir, at least 0 and at most the number of
   *     measurements a reservoir can keep less one. Under cumulative temporality an exemplar stays
   *     visible until a later interval fills the same slot, and beyond that as long as it is the
   *     one that a format with room for one shows of its bucket. Memory is in proportion to the
   *     highest slot, which is below {@link #MAX_SLOTS}.
   * @param exemplar the measurement; never null, valid only during the call, as reservoirs reuse it
   * @throws RuntimeException if the slot is out of range, the exemplar null or the visitor out of
   *     date. The reservoir should let it pass; the SDK reports it, and what was visited before
   *     stays.
   */
  void visit(int slot, Exemplar exemplar);
}
