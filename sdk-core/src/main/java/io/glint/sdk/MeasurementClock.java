package io.glint.sdk;

import io.opentelemetry.sdk.common.Clock;
import java.util.function.LongSupplier;

/**
 * The time of a measurement that becomes an exemplar, in nanoseconds since the Unix epoch.
 *
 * <p>Reads only the monotonic time of the provider's clock, which unlike its wall clock allocates
 * nothing, and adds an offset that each collection measures anew, so that steps of the wall clock
 * are followed. Thread-safe.
 */
final class MeasurementClock implements LongSupplier {
  private final Clock clock;
  private volatile long offset;

  MeasurementClock(Clock clock) {
    this.clock = clock;
    synchronize(clock.now());
  }

  /** Tells what the wall clock says now. */
  void synchronize(long epochNanos) {
    offset = epochNanos - clock.nanoTime();
  }

  @Override
  public long getAsLong() {
    return offset + clock.nanoTime();
  }
}
