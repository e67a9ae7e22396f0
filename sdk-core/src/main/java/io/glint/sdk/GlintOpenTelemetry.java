package io.glint.sdk;

import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.SafeLog;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.logs.LoggerProvider;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.propagation.ContextPropagators;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * An {@link OpenTelemetry} with the metrics of Glint and everything else of another one. Immutable
 * and thread-safe; it owns neither, so shutting them down stays with whoever made them.
 */
public final class GlintOpenTelemetry implements OpenTelemetry {
  private static final Logger LOGGER = Logger.getLogger(GlintOpenTelemetry.class.getName());

  private final OpenTelemetry others;
  private final MeterProvider meterProvider;

  private GlintOpenTelemetry(OpenTelemetry others, MeterProvider meterProvider) {
    this.others = Objects.requireNonNull(others, "openTelemetry");
    this.meterProvider = Objects.requireNonNull(meterProvider, "meterProvider");
  }

  /**
   * Composes the two.
   *
   * <p>If the other one has a meter provider of its own, that is reported in the log: what was
   * recorded with it before, or by code that holds it, does not come to Glint.
   *
   * @param openTelemetry gives traces, logs and propagators, usually an {@code OpenTelemetrySdk}
   * @param meterProvider gives metrics
   * @throws IllegalStateException if OpenTelemetry on the class path is too old; the message says
   *     what to do
   */
  public static GlintOpenTelemetry create(
      OpenTelemetry openTelemetry, GlintMeterProvider meterProvider) {
    OpenTelemetryVersion.requireSupported();
    final GlintOpenTelemetry composed = new GlintOpenTelemetry(openTelemetry, meterProvider);
    final MeterProvider other = openTelemetry.getMeterProvider();
    if (other != meterProvider && isRecording(other)) {
      SafeLog.log(
          LOGGER,
          Level.WARNING,
          "The OpenTelemetry that was given to GlintOpenTelemetry.create has a meter provider of its"
              + " own, "
              + LogText.of(other.getClass().getName())
              + ". Instruments made from the result are Glint's. Those that were, or will be, made"
              + " from the other one are exported by its own readers, beside Glint. If this is not"
              + " meant, build it without metric readers (in autoconfiguration:"
              + " otel.metrics.exporter=none), and hand out only the result.",
          null);
    }
    return composed;
  }

  /** A provider without readers, as an SDK has if none was set, hands out the API's own meters. */
  private static boolean isRecording(MeterProvider provider) {
    try {
      return provider.get(InternalTelemetry.SCOPE).getClass()
          != MeterProvider.noop().get(InternalTelemetry.SCOPE).getClass();
    } catch (RuntimeException e) {
      return true;
    }
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
