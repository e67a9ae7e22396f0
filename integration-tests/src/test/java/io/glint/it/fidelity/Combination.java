package io.glint.it.fidelity;

import java.util.ArrayList;
import java.util.List;

/**
 * One metric of a run: an instrument with its aggregation and reservoir.
 *
 * @param id unique within a run
 */
record Combination(int id, Kind kind, AggregationKind aggregation, Reservoir reservoir) {

  /** All that make sense, with ids from 0. */
  static List<Combination> all() {
    final List<Combination> all = new ArrayList<>();
    for (final Kind kind : Kind.values()) {
      for (final AggregationKind aggregation : AggregationKind.values()) {
        if (aggregation.suits(kind)) {
          for (final Reservoir reservoir : Reservoir.values()) {
            all.add(new Combination(all.size(), kind, aggregation, reservoir));
          }
        }
      }
    }
    return all;
  }

  /** Name of the instrument, the same in the text formats. */
  String name() {
    return "f" + id;
  }

  static int idOf(String name) {
    return Integer.parseInt(name, 1, name.length(), 10);
  }

  boolean isMonotonicSum() {
    return aggregation == AggregationKind.SUM && !kind.isSigned();
  }

  /** Whether OpenMetrics text has a place for exemplars of this metric. */
  boolean hasExemplarsInText() {
    return isMonotonicSum() || aggregation == AggregationKind.EXPLICIT_BUCKETS;
  }

  @Override
  public String toString() {
    return kind + " / " + aggregation + " / " + reservoir;
  }
}
