package io.glint.bench;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Attributes as labels, for systems in which all series of an instrument have the same label names.
 * An attribute that a series does not have is a label whose value is empty, which Prometheus takes
 * for the same.
 */
final class LabelNames {
  private final Map<AttributeKey<?>, String> names = new LinkedHashMap<>();

  LabelNames(Attributes[] series) {
    for (final Attributes attributes : series) {
      attributes.forEach((key, value) -> names.computeIfAbsent(key, this::name));
    }
  }

  private String name(AttributeKey<?> key) {
    String name = PrometheusNaming.sanitizeLabelName(key.getKey()).replace('.', '_');
    while (names.containsValue(name)) {
      name += "_";
    }
    return name;
  }

  String[] names() {
    return names.values().toArray(new String[0]);
  }

  /** One for each name, in their order. */
  String[] values(Attributes attributes) {
    final List<String> values = new ArrayList<>();
    for (final AttributeKey<?> key : names.keySet()) {
      final Object value = attributes.get(key);
      values.add(value == null ? "" : value.toString());
    }
    return values.toArray(new String[0]);
  }
}
