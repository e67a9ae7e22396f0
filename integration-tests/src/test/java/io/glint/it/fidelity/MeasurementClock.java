package io.glint.it.fidelity;

import io.opentelemetry.sdk.common.Clock;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The clock of a provider, by which each measurement has a time of its own: the first call during a
 * recording call takes the next tick, further ones get the same. For all other threads time stands
 * still between two calls of {@link #advance}, so that wall clock and monotonic time never drift.
 */
final class MeasurementClock implements Clock {
  private static final long EPOCH = 1_800_000_000_000_000_000L;

  private final AtomicLong ticks = new AtomicLong();
  private volatile long tick;

  /** Lets time pass for those that do not record. */
  void advance() {
    tick = ticks.incrementAndGet();
  }

  @Override
  public long now() {
    return EPOCH + nanoTime();
  }

  @Override
  public long nanoTime() {
    if (Thread.currentThread() instanceof RecorderThread recorder && recorder.ledger != null) {
      final Ledger ledger = recorder.ledger;
      if (ledger.time(recorder.index) == 0) {
        ledger.time(recorder.index, EPOCH + ticks.incrementAndGet());
      }
      return ledger.time(recorder.index) - EPOCH;
    }
    return tick;
  }
}
