package io.glint.reservoir;

/**
 * Receives the measurements that a reservoir has kept. Good only until the {@code collect} that it
 * was handed to returns, and on its thread.
 */
@FunctionalInterface
public interface ExemplarVisitor {

  /**
   * Called once for each kept measurement.
   *
   * @param slot the place of the measurement in its reservoir, at least 0 and at most the number of
   *     measurements a reservoir can keep less one. Under cumulative temporality an exemplar stays
   *     visible until a later interval fills the same slot, and beyond that as long as it is the
   *     one that a format with room for one shows of its bucket. Memory is in proportion to the
   *     highest slot, and 65535 is the highest there can be.
   * @param exemplar the measurement; never null, valid only during the call, as reservoirs reuse it
   * @throws RuntimeException if the slot is out of range, the exemplar null or the visitor out of
   *     date. The reservoir should let it pass; the SDK reports it, and what was visited before
   *     stays.
   */
  void visit(int slot, Exemplar exemplar);
}
