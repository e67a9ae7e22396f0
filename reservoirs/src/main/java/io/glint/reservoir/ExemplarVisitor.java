package io.glint.reservoir;

/** Receives the measurements that a reservoir has kept. */
@FunctionalInterface
public interface ExemplarVisitor {

  /**
   * Called once for each kept measurement.
   *
   * @param slot the place of the measurement in its reservoir, at least 0 and at most the number of
   *     measurements a reservoir can keep less one. Under cumulative temporality an exemplar stays
   *     visible until a later interval fills the same slot.
   * @param exemplar the measurement; valid only during the call, as reservoirs reuse it
   */
  void visit(int slot, Exemplar exemplar);
}
