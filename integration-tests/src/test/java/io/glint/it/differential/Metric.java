package io.glint.it.differential;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.resources.Resource;
import java.util.List;
import java.util.SortedMap;
import java.util.function.UnaryOperator;

/** A metric in the form that is compared. Points are sorted. */
record Metric(Key key, List<Point> points) {

  /**
   * All but the points.
   *
   * @param isMonotonic null for what is not a sum
   * @param temporality null for gauges
   */
  record Key(
      Resource resource,
      InstrumentationScopeInfo scope,
      String name,
      String description,
      String unit,
      MetricDataType type,
      Boolean isMonotonic,
      AggregationTemporality temporality) {}

  /**
   * A point.
   *
   * @param fields by name; what a point does not have is missing
   */
  record Point(
      Attributes attributes,
      long start,
      long end,
      SortedMap<String, Object> fields,
      List<Exemplar> exemplars) {
    Point withTimes(long otherStart, long otherEnd) {
      return new Point(attributes, otherStart, otherEnd, fields, exemplars);
    }

    Point withFields(SortedMap<String, Object> others) {
      return new Point(attributes, start, end, others, exemplars);
    }

    Point withExemplars(List<Exemplar> others) {
      return new Point(attributes, start, end, fields, others);
    }
  }

  /** An exemplar. */
  record Exemplar(Number value, Attributes filteredAttributes, SpanContext span, long time) {}

  Metric mapPoints(UnaryOperator<Point> change) {
    return withPoints(points.stream().map(change).toList());
  }

  Metric withPoints(List<Point> others) {
    return new Metric(key, others);
  }

  Metric withKey(Key other) {
    return new Metric(other, points);
  }

  boolean isGauge() {
    return key.type() == MetricDataType.LONG_GAUGE || key.type() == MetricDataType.DOUBLE_GAUGE;
  }

  boolean isDelta() {
    return key.temporality() == AggregationTemporality.DELTA;
  }
}
