package io.glint.exporter.openmetrics;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.MetricDataType;

/** What a program gives a point to tell it from all others. Holds no data. */
record PointIdentity(
    InstrumentationScopeInfo scope, String metricName, MetricDataType type, Attributes attributes)
    implements Comparable<PointIdentity> {

  static PointIdentity of(PointSource source) {
    return new PointIdentity(
        source.metric().getInstrumentationScopeInfo(),
        source.metric().getName(),
        source.metric().getType(),
        source.point().getAttributes());
  }

  boolean isSum() {
    return type == MetricDataType.LONG_SUM || type == MetricDataType.DOUBLE_SUM;
  }

  /** {@link MetricOrder}. */
  @Override
  public int compareTo(PointIdentity other) {
    int order =
        MetricOrder.compare(scope, metricName, type, other.scope, other.metricName, other.type);
    return order != 0 ? order : MetricOrder.compare(attributes, other.attributes);
  }

  // Written out: on JDK 17 the derived methods of a record keep its class loader alive for ever.

  @Override
  public boolean equals(Object object) {
    return object instanceof PointIdentity other
        && type == other.type
        && metricName.equals(other.metricName)
        && scope.equals(other.scope)
        && attributes.equals(other.attributes);
  }

  @Override
  public int hashCode() {
    return (metricName.hashCode() * 31 + scope.hashCode()) * 31 + attributes.hashCode();
  }
}
