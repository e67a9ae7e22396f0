package io.glint.examples.webstore.telemetry;

import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds the traces that metrics point to. */
final class Exemplars {

  private Exemplars() {}

  static Set<String> traceIds(Collection<MetricData> metrics) {
    return metrics.stream()
        .flatMap(metric -> metric.getData().getPoints().stream())
        .flatMap(point -> point.getExemplars().stream())
        .map(ExemplarData::getSpanContext)
        .filter(context -> context.isValid())
        .map(context -> context.getTraceId())
        .collect(Collectors.toSet());
  }
}
