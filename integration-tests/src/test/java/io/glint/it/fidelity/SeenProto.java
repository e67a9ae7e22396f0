package io.glint.it.fidelity;

import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Exemplar;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Reads OTLP requests. */
final class SeenProto {
  private static final HexFormat HEX = HexFormat.of();

  private SeenProto() {}

  static void read(ExportMetricsServiceRequest request, Map<Seen.SeriesKey, Seen.Point> points) {
    for (final ResourceMetrics resource : request.getResourceMetricsList()) {
      for (final ScopeMetrics scope : resource.getScopeMetricsList()) {
        if (scope.getScope().getName().equals(Driver.SCOPE)) {
          scope.getMetricsList().forEach(metric -> read(metric, points));
        }
      }
    }
  }

  private static void read(Metric metric, Map<Seen.SeriesKey, Seen.Point> points) {
    final int id = Combination.idOf(metric.getName());
    metric
        .getSum()
        .getDataPointsList()
        .forEach(point -> points.put(key(id, point.getAttributesList()), number(point)));
    metric
        .getGauge()
        .getDataPointsList()
        .forEach(point -> points.put(key(id, point.getAttributesList()), number(point)));
    metric
        .getHistogram()
        .getDataPointsList()
        .forEach(point -> points.put(key(id, point.getAttributesList()), histogram(point)));
    metric
        .getExponentialHistogram()
        .getDataPointsList()
        .forEach(point -> points.put(key(id, point.getAttributesList()), exponential(point)));
  }

  private static Seen.SeriesKey key(int id, List<KeyValue> attributes) {
    return new Seen.SeriesKey(id, Integer.parseInt(attributes.get(0).getValue().getStringValue()));
  }

  private static Seen.Point number(NumberDataPoint point) {
    return new Seen.Point(
        point.getStartTimeUnixNano(),
        point.getTimeUnixNano(),
        point.hasAsInt() ? (double) point.getAsInt() : point.getAsDouble(),
        -1,
        Double.NaN,
        Double.NaN,
        List.of(),
        null,
        /* isText= */ false,
        exemplars(point.getExemplarsList()));
  }

  private static Seen.Point histogram(HistogramDataPoint point) {
    return new Seen.Point(
        point.getStartTimeUnixNano(),
        point.getTimeUnixNano(),
        point.hasSum() ? point.getSum() : Double.NaN,
        point.getCount(),
        point.hasMin() ? point.getMin() : Double.NaN,
        point.hasMax() ? point.getMax() : Double.NaN,
        List.copyOf(point.getBucketCountsList()),
        null,
        /* isText= */ false,
        exemplars(point.getExemplarsList()));
  }

  private static Seen.Point exponential(ExponentialHistogramDataPoint point) {
    return new Seen.Point(
        point.getStartTimeUnixNano(),
        point.getTimeUnixNano(),
        point.hasSum() ? point.getSum() : Double.NaN,
        point.getCount(),
        point.hasMin() ? point.getMin() : Double.NaN,
        point.hasMax() ? point.getMax() : Double.NaN,
        List.of(),
        new Seen.ExponentialBuckets(
            point.getScale(), counts(point.getPositive()), counts(point.getNegative())),
        /* isText= */ false,
        exemplars(point.getExemplarsList()));
  }

  private static Map<Integer, Long> counts(ExponentialHistogramDataPoint.Buckets buckets) {
    final Map<Integer, Long> counts = new HashMap<>();
    for (int i = 0; i < buckets.getBucketCountsCount(); i++) {
      counts.put(buckets.getOffset() + i, buckets.getBucketCounts(i));
    }
    return counts;
  }

  private static List<Seen.Exemplar> exemplars(List<Exemplar> exemplars) {
    return exemplars.stream()
        .map(
            exemplar ->
                new Seen.Exemplar(
                    exemplar.hasAsInt() ? (double) exemplar.getAsInt() : exemplar.getAsDouble(),
                    exemplar.getTimeUnixNano(),
                    HEX.formatHex(exemplar.getTraceId().toByteArray()),
                    HEX.formatHex(exemplar.getSpanId().toByteArray()),
                    exemplar.getFilteredAttributesCount() > 0))
        .toList();
  }
}
