package io.glint.sdk;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.logs.LoggerProvider;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.propagation.ContextPropagators;
import java.util.Objects;

/**
 * An {@link OpenTelemetry} with the metrics of Glint and everything else of another one. Immutable
 * and thread-safe; it owns neither, so shutting them down stays with whoever made them.
 */
public final class GlintOpenTelemetry implements OpenTelemetry {
  private final OpenTelemetry others;
  private final MeterProvider meterProvider;

  private GlintOpenTelemetry(OpenTelemetry others, MeterProvider meterProvider) {
    this.others = Objects.requireNonNull(others, "openTelemetry");
    this.meterProvider = Objects.requireNonNull(meterProvider, "meterProvider");
  }

  /**
   * Composes the two.
   *
   * @param openTelemetry gives traces, logs and propagators, usually an {@code OpenTelemetrySdk}
   * @param meterProvider gives metrics
   * @throws IllegalStateException if OpenTelemetry on the class path is too old; the message says
   *     what to do
   */
  public static GlintOpenTelemetry create(
      OpenTelemetry openTelemetry, GlintMeterProvider meterProvider) {
    OpenTelemetryVersion.requireSupported();
    return new GlintOpenTelemetry(openTelemetry, meterProvider);
  }

  @Override
  public TracerProvider getTracerProvider() {
    return others.getTracerProvider();
  }

  @Override
  public MeterProvider getMeterProvider() {
    return meterProvider;
  }

  @Override
  public LoggerProvider getLogsBridge() {
    return others.getLogsBridge();
  }

  @Override
  public ContextPropagators getPropagators() {
    return others.getPropagators();
  }

  @Override
  public String toString() {
    return "GlintOpenTelemetry{others=" + others + ", meterProvider=" + meterProvider + "}";
  }
}
