package io.glint.sdk;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.incubator.ExtendedOpenTelemetry;
import io.opentelemetry.api.incubator.config.ConfigProvider;

/**
 * With the configuration of instrumentations, which is experimental in the API. Not loaded without
 * opentelemetry-api-incubator.
 */
final class ExtendedGlintOpenTelemetry extends GlintOpenTelemetry implements ExtendedOpenTelemetry {
  private ExtendedGlintOpenTelemetry(OpenTelemetry others, GlintMeterProvider meterProvider) {
    super(others, meterProvider);
  }

  /**
   * Makes one. The type that it returns is one that can be loaded everywhere: the JVM loads it to
   * verify the caller.
   */
  static GlintOpenTelemetry of(OpenTelemetry others, GlintMeterProvider meterProvider) {
    return new ExtendedGlintOpenTelemetry(others, meterProvider);
  }

  @Override
  public ConfigProvider getConfigProvider() {
    return others() instanceof ExtendedOpenTelemetry extended
        ? extended.getConfigProvider()
        : ExtendedOpenTelemetry.super.getConfigProvider();
  }
}
