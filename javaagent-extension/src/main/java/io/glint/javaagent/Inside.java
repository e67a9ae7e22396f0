package io.glint.javaagent;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizerProvider;
import io.opentelemetry.sdk.autoconfigure.spi.internal.AutoConfigureListener;
import io.opentelemetry.sdk.autoconfigure.spi.internal.ConfigurableMetricReaderProvider;
import io.opentelemetry.sdk.autoconfigure.spi.metrics.ConfigurableMetricExporterProvider;

/**
 * What the extension asks of the classes in its file of classes, all of which {@link
 * InsideClassLoader} loads.
 */
public interface Inside {
  /**
   * Returns if Glint can be active in this OpenTelemetry.
   *
   * @throws IllegalStateException if that is too old
   */
  void requireSupported();

  /** What takes metrics over. It implements {@link AutoConfigureListener}, too. */
  AutoConfigurationCustomizerProvider customizer();

  /** Glint's OTLP exporter. */
  ConfigurableMetricExporterProvider otlp();

  /** Glint's endpoint for Prometheus. */
  ConfigurableMetricReaderProvider prometheus();

  /** The OpenTelemetry with Glint's metrics; the SDK itself if there is none. */
  OpenTelemetry of(OpenTelemetrySdk sdk);
}
