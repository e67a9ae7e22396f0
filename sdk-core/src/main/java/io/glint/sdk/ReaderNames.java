package io.glint.sdk;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the readers of a provider are called by the semantic conventions for OpenTelemetry SDK
 * metrics. Immutable.
 */
final class ReaderNames {
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
          "io.glint.exporter.openmetrics.OpenMetricsServer", PROMETHEUS);

  private final Map<RegisteredReader, String> names = new HashMap<>();

  ReaderNames(List<RegisteredReader> readers) {
    final Map<String, Integer> instances = new HashMap<>();
    for (final RegisteredReader reader : readers) {
      final String type = type(reader);
      names.put(reader, type + "/" + (instances.merge(type, 1, Integer::sum) - 1));
    }
  }

  /** The component type, {@code otel.component.type}. */
  static String type(RegisteredReader reader) {
    final String className = reader.reader().getClass().getName();
    return TYPES.getOrDefault(className, className);
  }

  /** The component name, {@code otel.component.name}: the type and which instance of it. */
  String of(RegisteredReader reader) {
    return names.get(reader);
  }
}
