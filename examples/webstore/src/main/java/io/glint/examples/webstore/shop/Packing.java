package io.glint.examples.webstore.shop;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.context.Context;
import java.util.concurrent.ExecutorService;

/**
 * Wraps gifts, and shows a mistake that is easily made: its pool was handed over as it is, so the
 * context of the order stays behind. What is recorded here belongs to no trace. {@link
 * Context#taskWrapping(ExecutorService)} around the pool would mend it, as in {@link Checkout}.
 */
public final class Packing {

  private final ExecutorService pool;
  private final DoubleHistogram duration;

  public Packing(OpenTelemetry openTelemetry, ExecutorService pool) {
    this.pool = pool;
    this.duration =
        openTelemetry
            .getMeter(Signals.SCOPE)
            .histogramBuilder(Signals.PACKING_DURATION)
            .setUnit("s")
            .setDescription("Time it took to wrap a gift.")
            .setExplicitBucketBoundariesAdvice(Signals.SECONDS)
            .build();
  }

  void wrap(Order order) {
    pool.execute(
        () -> {
          final long begin = System.nanoTime();
          try {
            Thread.sleep(20 + order.number() % 20);
          } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            return;
          }
          duration.record((System.nanoTime() - begin) / 1e9);
        });
  }
}
