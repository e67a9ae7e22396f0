package io.glint.jcstress;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts who comes, and how many are there at once. */
final class Occupancy {
  final AtomicInteger visits = new AtomicInteger();
  final AtomicInteger most = new AtomicInteger();
  private final AtomicInteger present = new AtomicInteger();

  void visit() {
    visits.incrementAndGet();
    final int now = present.incrementAndGet();
    most.accumulateAndGet(now, Math::max);
    Thread.onSpinWait();
    present.decrementAndGet();
  }
}
