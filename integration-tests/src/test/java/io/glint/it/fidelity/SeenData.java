package io.glint.it.fidelity;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramBuckets;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Copies the data of an SDK, which may be reused afterwards. */
final class SeenData {
  static final AttributeKey<String> SERIES = AttributeKey.stringKey("series");

  private SeenData() {}

  static Map<Seen.SeriesKey, Seen.Point> copy(Collection<MetricData> metrics) {
    final Map<Seen.SeriesKey, Seen.Point> points = new HashMap<>();
    for (final MetricData metric : metrics) {
      if (metric.getInstrumentationScopeInfo().getName().equals(Driver.SCOPE)) {
        for (final PointData point : metric.getData().getPoints()) {
          points.put(
              new Seen.SeriesKey(
                  Combination.idOf(metric.getName()),
                  Integer.parseInt(point.getAttributes().get(SERIES))),
              point(point));
        }
      }
    }
    return points;
  }

  private static Seen.Point point(PointData point) {
    if (point instanceof LongPointData data) {
      return number(point, (double) data.getValue());
    }
    if (point instanceof DoublePointData data) {
      return number(point, data.getValue());
    }
    if (point instanceof HistogramPointData data) {
      return new Seen.Point(
          point.getStartEpochNanos(),
          point.getEpochNanos(),
          data.getSum(),
          data.getCount(),
          data.hasMin() ? data.getMin() : Double.NaN,
          data.hasMax() ? data.getMax() : Double.NaN,
          List.copyOf(data.getCounts()),
          null,
          /* isText= */ false,
          exemplars(point));
    }
    final ExponentialHistogramPointData data = (ExponentialHistogramPointData) point;
    return new Seen.Point(
        point.getStartEpochNanos(),
        point.getEpochNanos(),
        data.getSum(),
        data.getCount(),
        data.hasMin() ? data.getMin() : Double.NaN,
        data.hasMax() ? data.getMax() : Double.NaN,
        List.of(),
        new Seen.ExponentialBuckets(
            data.getScale(), counts(data.getPositiveBuckets()), counts(data.getNegativeBuckets())),
        /* isText= */ false,
        exemplars(point));
  }

  private static Seen.Point number(PointData point, double value) {
    return new Seen.Point(
        point.getStartEpochNanos(),
        point.getEpochNanos(),
        value,
        -1,
        Double.NaN,
        Double.NaN,
        List.of(),
        null,
        /* isText= */ false,
        exemplars(point));
  }

  private static Map<Integer, Long> counts(ExponentialHistogramBuckets buckets) {
    final Map<Integer, Long> counts = new HashMap<>();
    for (int i = 0; i < buckets.getBucketCounts().size(); i++) {
      counts.put(buckets.getOffset() + i, buckets.getBucketCounts().get(i));
    }
    return counts;
  }

  private static List<Seen.Exemplar> exemplars(PointData point) {
    final List<Seen.Exemplar> exemplars = new ArrayList<>(point.getExemplars().size());
    for (final ExemplarData exemplar : point.getExemplars()) {
      final boolean hasSpan = exemplar.getSpanContext().isValid();
      exemplars.add(
          new Seen.Exemplar(
              exemplar instanceof LongExemplarData data
                  ? (double) data.getValue()
                  : ((DoubleExemplarData) exemplar).getValue(),
              exemplar.getEpochNanos(),
              hasSpan ? exemplar.getSpanContext().getTraceId() : "",
              hasSpan ? exemplar.getSpanContext().getSpanId() : "",
              !exemplar.getFilteredAttributes().isEmpty()));
    }
    return exemplars;
  }
}
