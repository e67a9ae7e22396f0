package io.glint.exporter.otlp;

import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.resources.Resource;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.RandomAccess;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Encodes metric data as an {@code ExportMetricsServiceRequest}, grouped by resource and scope.
 *
 * <p>Everything it needs is kept for the next export. It reads the data only during {@link
 * #encode}, so that whoever owns the data may change it afterwards. Not safe for use by several
 * threads at once.
 */
final class MetricsEncoder {
  private static final int RESOURCE_METRICS = 1;

  private static final int RESOURCE_METRICS_RESOURCE = 1;
  private static final int RESOURCE_METRICS_SCOPE_METRICS = 2;
  private static final int RESOURCE_METRICS_SCHEMA_URL = 3;
  private static final int RESOURCE_ATTRIBUTES = 1;

  private static final int SCOPE_METRICS_SCOPE = 1;
  private static final int SCOPE_METRICS_METRICS = 2;
  private static final int SCOPE_METRICS_SCHEMA_URL = 3;
  private static final int SCOPE_NAME = 1;
  private static final int SCOPE_VERSION = 2;
  private static final int SCOPE_ATTRIBUTES = 3;

  private static final int METRIC_NAME = 1;
  private static final int METRIC_DESCRIPTION = 2;
  private static final int METRIC_UNIT = 3;
  private static final int METRIC_GAUGE = 5;
  private static final int METRIC_SUM = 7;
  private static final int METRIC_HISTOGRAM = 9;
  private static final int METRIC_EXPONENTIAL_HISTOGRAM = 10;
  private static final int METRIC_SUMMARY = 11;

  private static final int AGGREGATION_TEMPORALITY = 2;
  private static final int IS_MONOTONIC = 3;
  private static final int TEMPORALITY_DELTA = 1;
  private static final int TEMPORALITY_CUMULATIVE = 2;

  /**
   * Points whose times differ by less are of one collection, which may be exported in batches. The
   * stock SDK looks at the clock for each meter.
   */
  private static final long ONE_COLLECTION_NANOS = 1_000_000_000L;

  private final ProtoWriter out;
  private final LongSupplier nanoTime;
  private final KeptFields kept;
  private final AttributesEncoder attributes;
  private final PointEncoder pointEncoder;
  private final MetricGroups groups = new MetricGroups();
  private PointData[] points = new PointData[64];

  /** The time of the first point of the collection; earlier than all at the beginning. */
  private long collectionEpochNanos = Long.MIN_VALUE / 2;

  /** Where those of the request are counted; null if there is none under way. */
  private @Nullable RequestExemplars exemplars;

  /**
   * Creates an encoder.
   *
   * @param maxSize the largest request in bytes
   */
  MetricsEncoder(int maxSize) {
    this(maxSize, KeptFields.MAX_BYTES, System::nanoTime);
  }

  /**
   * Creates an encoder.
   *
   * @param maxKept the most memory in bytes for what later requests have again
   * @param nanoTime the clock for it
   */
  MetricsEncoder(int maxSize, int maxKept, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.out = new ProtoWriter(maxSize);
    this.kept = new KeptFields(out, maxKept, nanoTime.getAsLong());
    this.attributes = new AttributesEncoder(out, kept);
    this.pointEncoder = new PointEncoder(out, attributes);
  }

  /**
   * Encodes the metrics that have points.
   *
   * @param counted gets the exemplars of each metric
   * @return the number of points, 0 if there is nothing to send
   * @throws RequestTooLargeException if the request passes the limit
   */
  int encode(Collection<MetricData> metrics, RequestExemplars counted) {
    out.reset();
    exemplars = counted;
    try {
      final int count = groups.addAll(metrics);
      final boolean isNextCollection = count > 0 && isNextCollection(groups.metric(0));
      kept.begin(nanoTime.getAsLong(), isNextCollection);
      pointEncoder.begin(isNextCollection);
      for (int resource = groups.resourceCount() - 1; resource >= 0; resource--) {
        writeResourceMetrics(resource);
      }
      return count;
    } finally {
      exemplars = null;
      groups.clear();
      attributes.clear();
      Arrays.fill(points, null);
    }
  }

  private boolean isNextCollection(MetricData first) {
    final long epochNanos = first.getData().getPoints().iterator().next().getEpochNanos();
    if (Math.abs(epochNanos - collectionEpochNanos) < ONE_COLLECTION_NANOS) {
      return false;
    }
    collectionEpochNanos = epochNanos;
    return true;
  }

  /** The encoded request, up to the next one. */
  ProtoWriter output() {
    return out;
  }

  /** How many fields are kept for later requests, for tests. */
  int keptFields() {
    return kept.size();
  }

  /** The memory for them in bytes, for tests. */
  long keptMemory() {
    return kept.memory();
  }

  byte[] toByteArray() {
    return out.toByteArray();
  }

  private void writeResourceMetrics(int resourceIndex) {
    final Resource resource = groups.resource(resourceIndex);
    final int end = out.size();
    optionalString(RESOURCE_METRICS_SCHEMA_URL, resource.getSchemaUrl());
    for (int scope = groups.scopeCount() - 1; scope >= 0; scope--) {
      if (groups.resourceOfScope(scope) == resourceIndex) {
        writeScopeMetrics(scope);
      }
    }
    final int resourceEnd = out.size();
    attributes.write(RESOURCE_ATTRIBUTES, resource.getAttributes());
    out.endMessage(RESOURCE_METRICS_RESOURCE, resourceEnd);
    out.endMessage(RESOURCE_METRICS, end);
  }

  private void writeScopeMetrics(int scopeIndex) {
    final InstrumentationScopeInfo scope = groups.scope(scopeIndex);
    final int end = out.size();
    optionalString(SCOPE_METRICS_SCHEMA_URL, scope.getSchemaUrl());
    for (int i = groups.lastMetric(scopeIndex); i >= 0; i = groups.previousMetric(i)) {
      writeMetric(groups.metric(i));
    }
    final int scopeEnd = out.size();
    attributes.write(SCOPE_ATTRIBUTES, scope.getAttributes());
    optionalString(SCOPE_VERSION, scope.getVersion());
    string(SCOPE_NAME, scope.getName());
    out.endMessage(SCOPE_METRICS_SCOPE, scopeEnd);
    out.endMessage(RESOURCE_METRICS_SCOPE_METRICS, end);
  }

  @SuppressWarnings("NullAway") // While a request is encoded, its exemplars are counted.
  private void writeMetric(MetricData metric) {
    final int end = out.size();
    writeData(metric);
    exemplars.add(metric, pointEncoder.takeExemplars());
    string(METRIC_UNIT, metric.getUnit());
    string(METRIC_DESCRIPTION, metric.getDescription());
    string(METRIC_NAME, metric.getName());
    out.endMessage(SCOPE_METRICS_METRICS, end);
  }

  private void writeData(MetricData metric) {
    final int end = out.size();
    final MetricDataType type = metric.getType();
    switch (type) {
      case LONG_GAUGE, DOUBLE_GAUGE -> {
        writePoints(type, metric.getData().getPoints());
        out.endMessage(METRIC_GAUGE, end);
      }
      case LONG_SUM, DOUBLE_SUM -> {
        final SumData<?> sum = (SumData<?>) metric.getData();
        out.bool(IS_MONOTONIC, sum.isMonotonic());
        writeTemporality(sum.getAggregationTemporality());
        writePoints(type, sum.getPoints());
        out.endMessage(METRIC_SUM, end);
      }
      case HISTOGRAM -> {
        final HistogramData histogram = metric.getHistogramData();
        writeTemporality(histogram.getAggregationTemporality());
        writePoints(type, histogram.getPoints());
        out.endMessage(METRIC_HISTOGRAM, end);
      }
      case EXPONENTIAL_HISTOGRAM -> {
        final ExponentialHistogramData histogram = metric.getExponentialHistogramData();
        writeTemporality(histogram.getAggregationTemporality());
        writePoints(type, histogram.getPoints());
        out.endMessage(METRIC_EXPONENTIAL_HISTOGRAM, end);
      }
      case SUMMARY -> {
        writePoints(type, metric.getData().getPoints());
        out.endMessage(METRIC_SUMMARY, end);
      }
    }
  }

  private void writeTemporality(AggregationTemporality temporality) {
    out.int64(
        AGGREGATION_TEMPORALITY,
        temporality == AggregationTemporality.DELTA ? TEMPORALITY_DELTA : TEMPORALITY_CUMULATIVE);
  }

  private void writePoints(MetricDataType type, Collection<? extends PointData> all) {
    if (all instanceof List<? extends PointData> list && all instanceof RandomAccess) {
      for (int i = list.size() - 1; i >= 0; i--) {
        writePoint(type, list.get(i));
      }
      return;
    }
    // Can only be walked forwards.
    int count = 0;
    for (final PointData point : all) {
      if (count == points.length) {
        points = Arrays.copyOf(points, 2 * count);
      }
      points[count++] = point;
    }
    while (count > 0) {
      writePoint(type, points[--count]);
    }
  }

  private void writePoint(MetricDataType type, PointData point) {
    switch (type) {
      case LONG_GAUGE, LONG_SUM -> pointEncoder.write((LongPointData) point);
      case DOUBLE_GAUGE, DOUBLE_SUM -> pointEncoder.write((DoublePointData) point);
      case HISTOGRAM -> pointEncoder.write((HistogramPointData) point);
      case EXPONENTIAL_HISTOGRAM -> pointEncoder.write((ExponentialHistogramPointData) point);
      case SUMMARY -> pointEncoder.write((SummaryPointData) point);
    }
  }

  private void optionalString(int field, String value) {
    if (value != null) {
      string(field, value);
    }
  }

  /** A string that later requests have again. */
  private void string(int field, String value) {
    if (value.isEmpty() || kept.write(field, value)) {
      return;
    }
    final int end = out.size();
    out.string(field, value);
    kept.add(value, end);
  }
}
