package io.glint.spring;

import io.glint.sdk.GlintOpenTelemetry;
import io.opentelemetry.sdk.common.CompletableResultCode;
import java.util.concurrent.TimeUnit;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.beans.factory.DisposableBean;

/**
 * Closes Glint after all beans that use it. If metrics are lost by that, the log of Spring Boot
 * says so: {@code java.util.logging}, which Glint writes to otherwise, is silent while an
 * application ends.
 */
final class GlintClosing implements DisposableBean {
  private static final Log LOGGER = LogFactory.getLog(GlintClosing.class);

  /** As long as an exporter may try, if nothing else was set. */
  static final long FLUSH_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Twice that: traces and logs come before metrics. */
  private static final long CLOSE_NANOS = 2 * FLUSH_NANOS;

  private static final long LEAST_NANOS = TimeUnit.SECONDS.toNanos(1);

  private volatile GlintOpenTelemetry openTelemetry;
  private volatile long limitNanos = CLOSE_NANOS;

  /** The bean to close. It must depend on this one, which then is destroyed after it. */
  GlintOpenTelemetry of(GlintOpenTelemetry made) {
    openTelemetry = made;
    return made;
  }

  /**
   * A flush has failed just now, so the last export will fail, too, as far as one can tell. It gets
   * the time that the flush has left, and a second at least: the context does not wait twice for a
   * collector that is dead.
   */
  void flushHasFailed(long nanos) {
    limitNanos = Math.max(LEAST_NANOS, FLUSH_NANOS - nanos);
  }

  @Override
  public void destroy() {
    final GlintOpenTelemetry closed = openTelemetry;
    if (closed == null) {
      return;
    }
    final CompletableResultCode result = closed.shutdown();
    result.join(limitNanos, TimeUnit.NANOSECONDS);
    if (!result.isDone()) {
      LOGGER.warn(
          "The last export of Glint's metrics has not ended within "
              + TimeUnit.NANOSECONDS.toMillis(limitNanos)
              + " ms, and the application context does not wait longer. What was recorded since the"
              + " last export that succeeded may be lost. Is the collector there (otel.exporter.otlp.endpoint)?");
      return;
    }
    // The result of the same shutdown, of metrics alone: traces and logs have told theirs.
    final CompletableResultCode ofMetrics = closed.getMeterProvider().shutdown();
    if (ofMetrics.isDone() && !ofMetrics.isSuccess()) {
      LOGGER.warn(
          "The last export of Glint's metrics has failed, so what was recorded since the last one"
              + " that succeeded is lost"
              + cause(ofMetrics.getFailureThrowable()));
    }
  }

  /** The first sentence: those after it are about the next export, and there is none. */
  private static String cause(Throwable failure) {
    final String message = failure == null ? null : failure.getMessage();
    return message == null ? "." : ": " + message.split("\\. ", 2)[0].replaceAll("\\.$", "") + ".";
  }
}
