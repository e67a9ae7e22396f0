package io.glint.it.differential;

import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
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
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Copies what a reader was given into the form that is compared, before it is reused. */
final class Canonical {
  private Canonical() {}

  static List<Metric> of(Collection<MetricData> metrics) {
    return metrics.stream().map(Canonical::of).toList();
  }

  private static Metric of(MetricData metric) {
    Boolean isMonotonic = null;
    AggregationTemporality temporality = null;
    switch (metric.getType()) {
      case LONG_SUM -> {
        isMonotonic = metric.getLongSumData().isMonotonic();
        temporality = metric.getLongSumData().getAggregationTemporality();
      }
      case DOUBLE_SUM -> {
        isMonotonic = metric.getDoubleSumData().isMonotonic();
        temporality = metric.getDoubleSumData().getAggregationTemporality();
      }
      case HISTOGRAM -> temporality = metric.getHistogramData().getAggregationTemporality();
      case EXPONENTIAL_HISTOGRAM ->
          temporality = metric.getExponentialHistogramData().getAggregationTemporality();
      case LONG_GAUGE, DOUBLE_GAUGE -> {}
      case SUMMARY -> throw new IllegalArgumentException("no instrument makes " + metric);
    }
    final Metric.Key key =
        new Metric.Key(
            metric.getResource(),
            metric.getInstrumentationScopeInfo(),
            metric.getName(),
            metric.getDescription(),
            metric.getUnit(),
            metric.getType(),
            isMonotonic,
            temporality);
    final List<Metric.Point> points = new ArrayList<>();
    for (final PointData point : metric.getData().getPoints()) {
      points.add(of(point));
    }
    points.sort(Comparator.comparing(point -> point.attributes().toString()));
    return new Metric(key, List.copyOf(points));
  }

  private static Metric.Point of(PointData point) {
    final SortedMap<String, Object> fields = new TreeMap<>();
    if (point instanceof LongPointData number) {
      fields.put("value", number.getValue());
    } else if (point instanceof DoublePointData number) {
      fields.put("value", number.getValue());
    } else if (point instanceof HistogramPointData histogram) {
      fields.put("count", histogram.getCount());
      fields.put("sum", histogram.getSum());
      putMinMax(
          fields,
          histogram.hasMin() ? histogram.getMin() : null,
          histogram.hasMax() ? histogram.getMax() : null);
      fields.put("boundaries", List.copyOf(histogram.getBoundaries()));
      fields.put("counts", List.copyOf(histogram.getCounts()));
    } else if (point instanceof ExponentialHistogramPointData histogram) {
      fields.put("count", histogram.getCount());
      fields.put("sum", histogram.getSum());
      putMinMax(
          fields,
          histogram.hasMin() ? histogram.getMin() : null,
          histogram.hasMax() ? histogram.getMax() : null);
      fields.put("scale", histogram.getScale());
      fields.put("zeroCount", histogram.getZeroCount());
      putBuckets(fields, "positive", histogram.getPositiveBuckets());
      putBuckets(fields, "negative", histogram.getNegativeBuckets());
    } else {
      throw new IllegalArgumentException("no instrument makes " + point);
    }
    return new Metric.Point(
        point.getAttributes(),
        point.getStartEpochNanos(),
        point.getEpochNanos(),
        fields,
        point.getExemplars().stream().map(Canonical::of).toList());
  }

  private static void putMinMax(SortedMap<String, Object> fields, Double min, Double max) {
    if (min != null) {
      fields.put("min", min);
    }
    if (max != null) {
      fields.put("max", max);
    }
  }

  private static void putBuckets(
      SortedMap<String, Object> fields, String sign, ExponentialHistogramBuckets buckets) {
    fields.put(sign, buckets(buckets));
    fields.put(sign + " scale", buckets.getScale());
    fields.put(sign + " total", buckets.getTotalCount());
  }

  /** Counts by bucket index: where the array of counts begins and ends says nothing. */
  private static SortedMap<Integer, Long> buckets(ExponentialHistogramBuckets buckets) {
    final SortedMap<Integer, Long> counts = new TreeMap<>();
    int index = buckets.getOffset();
    for (final long count : buckets.getBucketCounts()) {
      if (count != 0) {
        counts.put(index, count);
      }
      index++;
    }
    return counts;
  }

  private static Metric.Exemplar of(ExemplarData exemplar) {
    final Number value;
    if (exemplar instanceof LongExemplarData number) {
      value = number.getValue();
    } else {
      value = ((DoubleExemplarData) exemplar).getValue();
    }
    return new Metric.Exemplar(
        value,
        exemplar.getFilteredAttributes(),
        exemplar.getSpanContext(),
        exemplar.getEpochNanos());
  }
}
