package io.glint.javaagent;

import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.metrics.ConfigurableMetricExporterProvider;
import io.opentelemetry.sdk.metrics.export.MetricExporter;

/** Makes Glint's OTLP exporter. For the service loader of the agent. */
public final class AgentOtlpProvider implements ConfigurableMetricExporterProvider {
  private final ConfigurableMetricExporterProvider glint =
      Support.isGiven() ? Support.inside().otlp() : null;

  /** For the service loader. */
  public AgentOtlpProvider() {}

  @Override
  public String getName() {
    return glint == null ? "glint_otlp_is_not_active" : glint.getName();
  }

  @Override
  public MetricExporter createExporter(ConfigProperties config) {
    return glint.createExporter(config);
  }
}
