package io.glint.sdk;

import io.opentelemetry.sdk.common.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Between any two looks at it a minute has passed, so that what is dropped after a silence is
 * dropped after each silent interval. The time of day is the real one. Thread-safe.
 */
final class FastForwardClock implements Clock {
  private final AtomicLong nanos = new AtomicLong();

  @Override
  public long now() {
    return Clock.getDefault().now();
  }

  @Override
  public long nanoTime() {
    return nanos.addAndGet(TimeUnit.MINUTES.toNanos(1));
  }
}
