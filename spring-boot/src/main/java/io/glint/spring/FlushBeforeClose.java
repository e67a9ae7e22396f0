package io.glint.spring;

import io.glint.sdk.GlintOpenTelemetry;
import io.opentelemetry.sdk.common.CompletableResultCode;
import java.util.concurrent.TimeUnit;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.Ordered;

/**
 * Exports metrics when an application context begins to close. Spring Boot then closes all
 * Micrometer registries, and what they observe, such as {@code jvm.*}, is no longer there at the
 * last export, when all that was recorded until the end is.
 */
final class FlushBeforeClose implements ApplicationListener<ContextClosedEvent>, Ordered {
  private final ApplicationContext context;
  private final GlintOpenTelemetry openTelemetry;
  private final GlintClosing closing;

  FlushBeforeClose(
      ApplicationContext context, GlintOpenTelemetry openTelemetry, GlintClosing closing) {
    this.context = context;
    this.openTelemetry = openTelemetry;
    this.closing = closing;
  }

  /** Before that of Spring Boot, which has no order. */
  @Override
  public int getOrder() {
    return Ordered.LOWEST_PRECEDENCE - 1;
  }

  /** Contexts below this one tell it when they close: it goes on. */
  @Override
  public void onApplicationEvent(ContextClosedEvent event) {
    if (event.getApplicationContext() == context) {
      final long begin = System.nanoTime();
      final CompletableResultCode flush = openTelemetry.getMeterProvider().forceFlush();
      flush.join(GlintClosing.FLUSH_NANOS, TimeUnit.NANOSECONDS);
      if (!flush.isSuccess()) {
        closing.flushHasFailed(System.nanoTime() - begin);
      }
    }
  }
}
