package io.glint.exporter.otlp;

import java.util.concurrent.atomic.AtomicLong;

/** Counts what becomes of requests and points. Safe for use by several threads at once. */
final class DeliveryCounters {
  private final AtomicLong delivered = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong unanswered = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong rejectedPoints = new AtomicLong();
  private final AtomicLong lostDeltaPoints = new AtomicLong();
  private final AtomicLong foldedPoints = new AtomicLong();

  void delivered(long rejectedOfIt) {
    delivered.getAndIncrement();
    rejectedPoints.getAndAdd(rejectedOfIt);
  }

  void failed(Fate fate, boolean isRefused) {
    if (fate != Fate.NOT_DELIVERED) {
      unanswered.getAndIncrement();
    } else if (isRefused) {
      refused.getAndIncrement();
    } else {
      failed.getAndIncrement();
    }
  }

  void lost(int deltaPoints) {
    lostDeltaPoints.getAndAdd(deltaPoints);
  }

  void folded(int points) {
    foldedPoints.getAndAdd(points);
  }

  OtlpDeliveryCounts counts(int waitingPoints) {
    return new OtlpDeliveryCounts(
        delivered.get(),
        failed.get(),
        refused.get(),
        unanswered.get(),
        rejectedPoints.get(),
        lostDeltaPoints.get(),
        foldedPoints.get(),
        waitingPoints);
  }
}
