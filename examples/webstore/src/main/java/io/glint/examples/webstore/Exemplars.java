package io.glint.examples.webstore;

import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** Finds the traces that metrics point to. */
final class Exemplars {

  private Exemplars() {}

  static Set<String> traceIds(Collection<MetricData> metrics) {
    Set<String> traceIds = new HashSet<>();
    metrics.forEach(metric -> addTraceIds(metric, traceIds));
    return traceIds;
  }

  static Set<String> traceIds(MetricData metric) {
    Set<String> traceIds = new HashSet<>();
    addTraceIds(metric, traceIds);
    return traceIds;
  }

  private static void addTraceIds(MetricData metric, Set<String> traceIds) {
    for (PointData point : metric.getData().getPoints()) {
      point.getExemplars().stream()
          .filter(exemplar -> exemplar.getSpanContext().isValid())
          .forEach(exemplar -> traceIds.add(exemplar.getSpanContext().getTraceId()));
    }
  }
}
