package io.glint.exporter.openmetrics;

import io.glint.sdk.internal.log.LogText;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.PointData;

/** What a program gives a point to tell it from all others. Holds no data. */
record PointIdentity(
    InstrumentationScopeInfo scope,
    String metricName,
    MetricDataType type,
    String unit,
    String description,
    Attributes attributes)
    implements Comparable<PointIdentity> {

  static PointIdentity of(PointSource source) {
    return ofPoint(source.metric(), source.point());
  }

  static PointIdentity ofPoint(MetricData metric, PointData point) {
    return new PointIdentity(
        metric.getInstrumentationScopeInfo(),
        metric.getName(),
        metric.getType(),
        metric.getUnit(),
        metric.getDescription(),
        point.getAttributes());
  }

  /** Whether it is that of a point. Allocates nothing. */
  boolean isOf(MetricData metric, PointData point) {
    return type == metric.getType()
        && metricName.equals(metric.getName())
        && scope.equals(metric.getInstrumentationScopeInfo())
        && unit.equals(metric.getUnit())
        && description.equals(metric.getDescription())
        && attributes.equals(point.getAttributes());
  }

  boolean isSum() {
    return type == MetricDataType.LONG_SUM || type == MetricDataType.DOUBLE_SUM;
  }

  /** For the log. */
  String describe() {
    return "metric '"
        + LogText.of(metricName)
        + "' of scope '"
        + LogText.of(scope.getName())
        + "' with the attributes "
        + LogText.of(attributes.toString());
  }

  /** {@link MetricOrder}. */
  @Override
  public int compareTo(PointIdentity other) {
    int order =
        MetricOrder.compare(scope, metricName, type, other.scope, other.metricName, other.type);
    if (order == 0) {
      order = MetricOrder.compare(unit, description, other.unit, other.description);
    }
    return order != 0 ? order : MetricOrder.compare(attributes, other.attributes);
  }

  // Written out: on JDK 17 the derived methods of a record keep its class loader alive for ever.

  @Override
  public boolean equals(Object object) {
    return object instanceof PointIdentity other
        && type == other.type
        && metricName.equals(other.metricName)
        && scope.equals(other.scope)
        && unit.equals(other.unit)
        && description.equals(other.description)
        && attributes.equals(other.attributes);
  }

  @Override
  public int hashCode() {
    return (metricName.hashCode() * 31 + scope.hashCode()) * 31 + attributes.hashCode();
  }
}
