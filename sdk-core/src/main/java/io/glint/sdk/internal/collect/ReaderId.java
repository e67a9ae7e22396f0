package io.glint.sdk.internal.collect;

import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.Map;

/**
 * A reader of a provider, where only its identity and its name are wanted: the key of what there is
 * for each reader. Named by the semantic conventions for OpenTelemetry SDK metrics. Compared by
 * identity. Immutable.
 */
public final class ReaderId {
  private static final String PERIODIC = "periodic_metric_reader";
  private static final String PROMETHEUS = "prometheus_http_text_metric_exporter";

  /**
   * The component types of the conventions, by class name, as not all of these are on the class
   * path. Readers of other classes have the name of their class.
   */
  private static final Map<String, String> TYPES =
      Map.of(
          "io.opentelemetry.sdk.metrics.export.PeriodicMetricReader", PERIODIC,
          "io.glint.sdk.GlintPeriodicMetricReader", PERIODIC,
          "io.opentelemetry.exporter.prometheus.PrometheusHttpServer", PROMETHEUS,
          "io.glint.exporter.openmetrics.OpenMetricsServer", PROMETHEUS,
          "io.glint.exporter.openmetrics.OpenMetricsReader", PROMETHEUS);

  private final String type;
  private final String name;

  /**
   * The id of one of a provider's readers.
   *
   * @param instances the number of readers of each type that have an id already; it is counted up
   */
  public ReaderId(MetricReader reader, Map<String, Integer> instances) {
    final String className = reader.getClass().getName();
    this.type = TYPES.getOrDefault(className, className);
    this.name = type + "/" + (instances.merge(type, 1, Integer::sum) - 1);
  }

  /** The component type, {@code otel.component.type}. */
  public String type() {
    return type;
  }

  /** The component name, {@code otel.component.name}: the type and which instance of it. */
  public String name() {
    return name;
  }

  @Override
  public String toString() {
    return name;
  }
}
