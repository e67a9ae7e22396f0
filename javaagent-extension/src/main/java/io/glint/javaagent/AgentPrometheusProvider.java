package io.glint.javaagent;

import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.internal.ConfigurableMetricReaderProvider;
import io.opentelemetry.sdk.metrics.export.MetricReader;

/** Makes Glint's endpoint for Prometheus. For the service loader of the agent. */
public final class AgentPrometheusProvider implements ConfigurableMetricReaderProvider {
  private final ConfigurableMetricReaderProvider glint =
      Support.isGiven() ? Support.inside().prometheus() : null;

  /** For the service loader. */
  public AgentPrometheusProvider() {}

  @Override
  public String getName() {
    return glint == null ? "glint_prometheus_is_not_active" : glint.getName();
  }

  @Override
  public MetricReader createMetricReader(ConfigProperties config) {
    return glint.createMetricReader(config);
  }
}
