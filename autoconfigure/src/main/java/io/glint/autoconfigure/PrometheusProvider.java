package io.glint.autoconfigure;

import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.exporter.openmetrics.OpenMetricsServerBuilder;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.internal.ConfigurableMetricReaderProvider;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.logging.Level;

/** Makes Glint's endpoint for Prometheus from the settings. For the service loader. */
public final class PrometheusProvider implements ConfigurableMetricReaderProvider {
  /** For the service loader. */
  public PrometheusProvider() {}

  @Override
  public String getName() {
    return MetricSettings.GLINT_PROMETHEUS;
  }

  @Override
  public MetricReader createMetricReader(ConfigProperties config) {
    final MetricSettings metrics = new MetricSettings(config);
    final String host = metrics.prometheusHost();
    final int port = metrics.prometheusPort();
    final Boolean livePage = metrics.livePage();
    final String traceUrl = metrics.traceUrlTemplate();
    final OpenMetricsServerBuilder builder =
        OpenMetricsServer.builder()
            .setHost(host)
            .setPort(port)
            .setDefaultAggregationSelector(metrics.prometheusAggregation());
    if (livePage != null) {
      builder.setLivePageEnabled(livePage);
    }
    if (traceUrl != null) {
      builder.setTraceUrlTemplate(traceUrl);
    }
    return start(
        builder,
        host + ":" + port,
        "otel.exporter.prometheus.host and otel.exporter.prometheus.port");
  }

  /**
   * Starts an endpoint; if it cannot listen there, says so, and there is none.
   *
   * @param settings the names of those that say where it listens
   */
  static MetricReader start(OpenMetricsServerBuilder builder, String address, String settings) {
    try {
      return builder.build();
    } catch (RuntimeException e) {
      // Thrown on, it would end traces and logs too.
      Settings.log(
          Level.SEVERE,
          "The endpoint for Prometheus cannot listen at "
              + address
              + ". There is none; everything else works. Set "
              + settings
              + " to an address that is free.",
          e);
      return new NoReader();
    }
  }
}
