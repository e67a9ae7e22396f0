package io.glint.exporter.openmetrics;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which point each series of a gauge belongs to, also while that point is not there. It
 * is the first in {@link MetricOrder} of all that ever had the labels of the series, so a series
 * passes to another owner at most when one is seen that comes before.
 *
 * <p>At least {@value #REMEMBERED} series are remembered, those that were asked for last. Holds
 * attributes and no values. Not safe for use by several threads at once.
 */
final class GaugeOwners {

  static final int REMEMBERED = 10_000;

  private Map<Long, PointIdentity> recent = new HashMap<>();

  /** Those that were asked for before the recent ones. */
  private Map<Long, PointIdentity> older = new HashMap<>();

  /** The owner of a series, by its {@linkplain PointMerger#key key}; null if it is not known. */
  @Nullable PointIdentity get(long series) {
    final Long key = series;
    PointIdentity owner = recent.get(key);
    if (owner == null) {
      owner = older.get(key);
      if (owner != null) {
        put(series, owner);
      }
    }
    return owner;
  }

  void put(long series, PointIdentity owner) {
    if (recent.size() >= REMEMBERED) {
      older = recent;
      recent = new HashMap<>();
    }
    recent.put(series, owner);
  }

  /** How many are remembered, for tests. */
  int size() {
    return recent.size() + older.size();
  }
}
