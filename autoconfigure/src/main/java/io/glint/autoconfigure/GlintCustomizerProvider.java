package io.glint.autoconfigure;

import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizer;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizerProvider;
import io.opentelemetry.sdk.autoconfigure.spi.internal.AutoConfigureListener;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.logging.Level;

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
    takeover.customizeBy(Customizers.of(autoConfiguration));
    autoConfiguration
        .addPropertiesCustomizer(
            config -> orUnchanged(Map.of(), unused -> MetricSettings.overrides(config)))
        .addResourceCustomizer(takeover::resource)
        .addMetricExporterCustomizer(takeover::exporter)
        .addMetricReaderCustomizer(
            (reader, config) -> orUnchanged(reader, stock -> takeover.reader(stock, config)))
        .addMeterProviderCustomizer(
            (provider, config) ->
                orUnchanged(provider, stock -> takeover.meterProvider(stock, config)));
  }

  /** Whatever is wrong with Glint, or with its view of this OpenTelemetry, ends nothing else. */
  private static <T> T orUnchanged(T stock, UnaryOperator<T> customizer) {
    try {
      return customizer.apply(stock);
    } catch (Throwable t) {
      Settings.log(
          Level.SEVERE,
          "Glint could not take over all of metrics. The stock SDK goes on with the rest.",
          t);
      return stock;
    }
  }

  @Override
  public void afterAutoConfigure(OpenTelemetrySdk sdk) {
    takeover.complete(sdk);
  }
}
