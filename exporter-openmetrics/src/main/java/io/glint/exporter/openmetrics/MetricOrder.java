package io.glint.exporter.openmetrics;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The order that decides wherever only one of several can stay: by what a program gives its metrics
 * and points, and never by when they were made or collected. So the outcome is the same in each
 * process of a program, and does not change while it runs.
 *
 * <p>Metrics are ordered by scope name, scope version, schema URL and metric name, as strings; what
 * is missing counts as empty. Then come scope attributes, type, unit and description, for what
 * nothing else tells apart. Points of one metric are ordered by their attributes.
 */
final class MetricOrder {

  /** The order of metrics. */
  static final Comparator<MetricData> METRICS =
      (a, b) -> {
        final int order =
            compare(
                a.getInstrumentationScopeInfo(),
                a.getName(),
                a.getType(),
                b.getInstrumentationScopeInfo(),
                b.getName(),
                b.getType());
        return order != 0
            ? order
            : compare(a.getUnit(), a.getDescription(), b.getUnit(), b.getDescription());
      };

  /**
   * The order of points of different metrics or of one. The last steps are for producers that give
   * the same point twice.
   */
  static final Comparator<PointSource> POINTS =
      Comparator.comparing(PointIdentity::of)
          .thenComparing(source -> source.point().getEpochNanos(), Comparator.reverseOrder())
          .thenComparing(source -> source.point().getStartEpochNanos())
          .thenComparing(source -> value(source.point()));

  private MetricOrder() {}

  static int compare(
      InstrumentationScopeInfo scope,
      String name,
      InstrumentationScopeInfo otherScope,
      String otherName) {
    int order = 0;
    if (scope != otherScope) {
      order = compare(scope.getName(), otherScope.getName());
      if (order == 0) {
        order = compare(scope.getVersion(), otherScope.getVersion());
      }
      if (order == 0) {
        order = compare(scope.getSchemaUrl(), otherScope.getSchemaUrl());
      }
    }
    return order != 0 ? order : name.compareTo(otherName);
  }

  /** Scope attributes and type come last, for what nothing else tells apart. */
  static int compare(
      InstrumentationScopeInfo scope,
      String name,
      MetricDataType type,
      InstrumentationScopeInfo otherScope,
      String otherName,
      MetricDataType otherType) {
    int order = compare(scope, name, otherScope, otherName);
    if (order == 0) {
      order = compare(scope.getAttributes(), otherScope.getAttributes());
    }
    return order != 0 ? order : type.compareTo(otherType);
  }

  /**
   * Of metrics that are the same otherwise: a meter may have two instruments of one name, which it
   * warns of, and each has points of its own.
   */
  static int compare(String unit, String description, String otherUnit, String otherDescription) {
    final int order = unit.compareTo(otherUnit);
    return order != 0 ? order : description.compareTo(otherDescription);
  }

  private static int compare(String one, String other) {
    return (one == null ? "" : one).compareTo(other == null ? "" : other);
  }

  /** Orders attributes by key, type and text of the first that differs. For rare use: it copies. */
  static int compare(Attributes one, Attributes other) {
    if (one.equals(other)) {
      return 0;
    }
    final List<String> texts = texts(one);
    final List<String> otherTexts = texts(other);
    for (int i = 0; i < texts.size() && i < otherTexts.size(); i++) {
      final int order = texts.get(i).compareTo(otherTexts.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(texts.size(), otherTexts.size());
  }

  private static List<String> texts(Attributes attributes) {
    final List<String> texts = new ArrayList<>();
    attributes.asMap().entrySet().stream()
        .sorted(Map.Entry.comparingByKey(Comparator.comparing(key -> key.getKey())))
        .forEach(
            entry -> {
              texts.add(entry.getKey().getKey());
              texts.add(entry.getKey().getType().name());
              texts.add(AttributeText.of(entry.getValue()));
            });
    return texts;
  }

  private static double value(PointData point) {
    return point instanceof LongPointData integer
        ? integer.getValue()
        : point instanceof DoublePointData floating ? floating.getValue() : 0;
  }
}
