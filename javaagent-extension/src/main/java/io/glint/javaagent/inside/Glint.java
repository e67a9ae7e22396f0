package io.glint.javaagent.inside;

import io.glint.autoconfigure.GlintAutoConfiguration;
import io.glint.autoconfigure.GlintCustomizerProvider;
import io.glint.autoconfigure.OtlpProvider;
import io.glint.autoconfigure.PrometheusProvider;
import io.glint.javaagent.Inside;
import io.glint.sdk.OpenTelemetryVersion;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizerProvider;
import io.opentelemetry.sdk.autoconfigure.spi.internal.ConfigurableMetricReaderProvider;
import io.opentelemetry.sdk.autoconfigure.spi.metrics.ConfigurableMetricExporterProvider;

/** Names what the extension needs of Glint. */
public final class Glint implements Inside {
  /** For the extension, which knows it by its name only. */
  public Glint() {}

  @Override
  public void requireSupported() {
    OpenTelemetryVersion.requireSupported();
  }

  @Override
  public AutoConfigurationCustomizerProvider customizer() {
    return new GlintCustomizerProvider();
  }

  @Override
  public ConfigurableMetricExporterProvider otlp() {
    return new OtlpProvider();
  }

  @Override
  public ConfigurableMetricReaderProvider prometheus() {
    return new PrometheusProvider();
  }

  @Override
  public OpenTelemetry of(OpenTelemetrySdk sdk) {
    return GlintAutoConfiguration.of(sdk);
  }
}
