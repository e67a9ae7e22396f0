package io.glint.sdk.internal.series;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Limits the places that the alias caches of one provider have together, beyond those that each one
 * has for itself. Thread-safe and lock-free.
 */
public final class AliasBudget {
  /** As many as two caches of the largest size have. Filled, they take about five megabytes. */
  public static final int PLACES = 2 * FilteredAttributesCache.MAX_CAPACITY;

  private final AtomicInteger left = new AtomicInteger(PLACES);

  /** Takes as many places, or none if fewer are left. */
  public boolean take(int places) {
    int seen = left.get();
    while (seen >= places) {
      if (left.compareAndSet(seen, seen - places)) {
        return true;
      }
      seen = left.get();
    }
    return false;
  }

  void giveBack(int places) {
    left.getAndAdd(places);
  }
}
