package io.glint.exporter.otlp;

import io.glint.testing.TestIdentity;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An OTLP server at one port that is down, refuses or takes requests, and adds up what it took. */
interface Receiver extends AutoCloseable {
  /** How requests are not taken. */
  enum Refusal {
    BUSY,
    BUSY_FOR_A_SECOND,
    BUSY_FOR_AN_HOUR,

    /** The client is to send less. */
    EXHAUSTED,

    /** They arrive, and nothing comes back. */
    NO_ANSWER
  }

  /**
   * An exporter to it.
   *
   * @param identity that is trusted; null for no TLS
   */
  OtlpMetricExporterBuilder exporter(TestIdentity identity);

  /**
   * From now on it takes requests.
   *
   * @param identity null for no TLS
   */
  void up(TestIdentity identity);

  /** From now on nobody listens. */
  void down();

  /** From now on it answers so, and takes nothing. */
  void refuse(Refusal refusal);

  /** The requests that were taken. */
  List<ExportMetricsServiceRequest> taken();

  /** All requests that arrived. */
  List<ExportMetricsServiceRequest> received();

  @Override
  void close();

  /** The sums of all that was taken, by metric, attributes and what is counted. */
  default Map<String, Double> totals() {
    return totals(taken());
  }

  static Map<String, Double> totals(List<ExportMetricsServiceRequest> requests) {
    final Map<String, Double> totals = new TreeMap<>();
    for (final ExportMetricsServiceRequest request : requests) {
      addTo(totals, request);
    }
    return totals;
  }

  static void addTo(Map<String, Double> totals, ExportMetricsServiceRequest request) {
    request.getResourceMetricsList().stream()
        .flatMap(resource -> resource.getScopeMetricsList().stream())
        // And not what an SDK counts of itself.
        .filter(scope -> !scope.getScope().getName().startsWith("io.opentelemetry"))
        .flatMap(scope -> scope.getMetricsList().stream())
        .forEach(metric -> addTo(totals, metric));
  }

  private static void addTo(Map<String, Double> totals, Metric metric) {
    for (final NumberDataPoint point : metric.getSum().getDataPointsList()) {
      add(
          totals,
          metric.getName() + key(point.getAttributesList()),
          point.hasAsInt() ? point.getAsInt() : point.getAsDouble());
    }
    for (final HistogramDataPoint point : metric.getHistogram().getDataPointsList()) {
      final String key = metric.getName() + key(point.getAttributesList());
      add(totals, key + " count", point.getCount());
      add(totals, key + " sum", point.getSum());
      for (int i = 0; i < point.getBucketCountsCount(); i++) {
        add(totals, key + " bucket " + i, point.getBucketCounts(i));
      }
    }
    for (final ExponentialHistogramDataPoint point :
        metric.getExponentialHistogram().getDataPointsList()) {
      final String key = metric.getName() + key(point.getAttributesList());
      add(totals, key + " count", point.getCount());
      add(totals, key + " sum", point.getSum());
      add(
          totals,
          key + " buckets",
          point.getZeroCount()
              + point.getPositive().getBucketCountsList().stream()
                  .mapToLong(Long::longValue)
                  .sum());
    }
  }

  /** The number of points of a request whose first metric, a sum, has all of them. */
  static int pointsOfSum(ExportMetricsServiceRequest request) {
    return request
        .getResourceMetrics(0)
        .getScopeMetrics(0)
        .getMetrics(0)
        .getSum()
        .getDataPointsCount();
  }

  private static String key(List<io.opentelemetry.proto.common.v1.KeyValue> attributes) {
    final StringBuilder key = new StringBuilder();
    attributes.forEach(
        attribute ->
            key.append(' ')
                .append(attribute.getKey())
                .append('=')
                .append(attribute.getValue().getStringValue()));
    return key.toString();
  }

  static void add(Map<String, Double> totals, String key, Number value) {
    if (value.doubleValue() != 0) {
      totals.merge(key, value.doubleValue(), Double::sum);
    }
  }
}
