package io.glint.autoconfigure;

import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizer;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizerProvider;
import io.opentelemetry.sdk.autoconfigure.spi.internal.AutoConfigureListener;

/**
 * Puts Glint's metrics into what {@code AutoConfiguredOpenTelemetrySdk} makes. For the service
 * loader, which makes one for each.
 */
public final class GlintCustomizerProvider
    implements AutoConfigurationCustomizerProvider, AutoConfigureListener {
  private final Takeover takeover = new Takeover();

  /** For the service loader. */
  public GlintCustomizerProvider() {}

  /** The last one, so that it sees what the others have done. */
  @Override
  public int order() {
    return Integer.MAX_VALUE;
  }

  @Override
  public void customize(AutoConfigurationCustomizer autoConfiguration) {
    autoConfiguration
        .addPropertiesCustomizer(MetricSettings::overrides)
        .addResourceCustomizer(takeover::resource)
        .addMetricExporterCustomizer(takeover::exporter)
        .addMetricReaderCustomizer(takeover::reader)
        .addMeterProviderCustomizer(takeover::meterProvider);
  }

  @Override
  public void afterAutoConfigure(OpenTelemetrySdk sdk) {
    takeover.complete(sdk);
  }
}
