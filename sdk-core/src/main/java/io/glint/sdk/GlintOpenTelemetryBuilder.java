package io.glint.sdk;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.OpenTelemetrySdkBuilder;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Puts a {@link GlintOpenTelemetry} together, with the methods of the stock {@code
 * OpenTelemetrySdkBuilder}. Needs opentelemetry-sdk on the class path. Reads no environment
 * variables. Not thread-safe. Null arguments are refused by {@link NullPointerException}, as this
 * is set-up code.
 */
public final class GlintOpenTelemetryBuilder {
  private @Nullable SdkTracerProvider tracerProvider;
  private @Nullable SdkLoggerProvider loggerProvider;
  private ContextPropagators propagators = ContextPropagators.noop();
  private @Nullable GlintMeterProvider meterProvider;

  GlintOpenTelemetryBuilder() {}

  /** Sets what makes spans. The default is a provider that exports nothing. */
  public GlintOpenTelemetryBuilder setTracerProvider(SdkTracerProvider tracerProvider) {
    this.tracerProvider = Objects.requireNonNull(tracerProvider, "tracerProvider");
    return this;
  }

  /** Sets what takes measurements. The default is a provider that has no reader. */
  public GlintOpenTelemetryBuilder setMeterProvider(GlintMeterProvider meterProvider) {
    this.meterProvider = Objects.requireNonNull(meterProvider, "meterProvider");
    return this;
  }

  /** Sets what takes log records. The default is a provider that exports nothing. */
  public GlintOpenTelemetryBuilder setLoggerProvider(SdkLoggerProvider loggerProvider) {
    this.loggerProvider = Objects.requireNonNull(loggerProvider, "loggerProvider");
    return this;
  }

  /** Sets how context gets to other processes. By default it does not. */
  public GlintOpenTelemetryBuilder setPropagators(ContextPropagators propagators) {
    this.propagators = Objects.requireNonNull(propagators, "propagators");
    return this;
  }

  /** Puts it together. Closing it closes all that it was given. */
  public GlintOpenTelemetry build() {
    final OpenTelemetrySdkBuilder others = OpenTelemetrySdk.builder().setPropagators(propagators);
    if (tracerProvider != null) {
      others.setTracerProvider(tracerProvider);
    }
    if (loggerProvider != null) {
      others.setLoggerProvider(loggerProvider);
    }
    return GlintOpenTelemetry.create(
        others.build(),
        meterProvider != null ? meterProvider : GlintMeterProvider.builder().build());
  }

  /**
   * Puts it together and makes it the global one.
   *
   * @throws IllegalStateException if there is a global one already
   */
  public GlintOpenTelemetry buildAndRegisterGlobal() {
    final GlintOpenTelemetry openTelemetry = build();
    GlobalOpenTelemetry.set(openTelemetry);
    return openTelemetry;
  }
}
