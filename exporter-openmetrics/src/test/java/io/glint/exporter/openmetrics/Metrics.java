package io.glint.exporter.openmetrics;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramBuckets;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.data.SummaryData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.resources.Resource;
import java.util.List;

/** Metric data made by hand, for what no SDK would produce on demand. */
final class Metrics {

  static final long START = 1_600_000_000_123_000_000L;
  static final long NOW = START + 60_000_000_000L;
  static final InstrumentationScopeInfo NO_SCOPE = InstrumentationScopeInfo.create("");

  private Metrics() {}

  record Metric(
      Resource resource,
      InstrumentationScopeInfo scope,
      String name,
      String description,
      String unit,
      MetricDataType type,
      Data<?> data)
      implements MetricData {

    Metric of(InstrumentationScopeInfo newScope) {
      return new Metric(resource, newScope, name, description, unit, type, data);
    }

    Metric of(Resource newResource) {
      return new Metric(newResource, scope, name, description, unit, type, data);
    }

    Metric described(String newDescription) {
      return new Metric(resource, scope, name, newDescription, unit, type, data);
    }

    Metric in(String newUnit) {
      return new Metric(resource, scope, name, description, newUnit, type, data);
    }

    @Override
    public Resource getResource() {
      return resource;
    }

    @Override
    public InstrumentationScopeInfo getInstrumentationScopeInfo() {
      return scope;
    }

    @Override
    public String getName() {
      return name;
    }

    @Override
    public String getDescription() {
      return description;
    }

    @Override
    public String getUnit() {
      return unit;
    }

    @Override
    public MetricDataType getType() {
      return type;
    }

    @Override
    public Data<?> getData() {
      return data;
    }
  }

  /** The stock factory makes no histogram points with exemplars. */
  record HistogramPoint(
      Attributes attributes,
      double sum,
      long count,
      List<Double> boundaries,
      List<Long> counts,
      List<DoubleExemplarData> exemplars)
      implements HistogramPointData {

    HistogramPoint(
        Attributes attributes,
        double sum,
        List<Double> boundaries,
        List<Long> counts,
        List<DoubleExemplarData> exemplars) {
      this(
          attributes,
          sum,
          counts.stream().mapToLong(Long::longValue).sum(),
          boundaries,
          counts,
          exemplars);
    }

    @Override
    public double getSum() {
      return sum;
    }

    @Override
    public long getCount() {
      return count;
    }

    @Override
    public boolean hasMin() {
      return false;
    }

    @Override
    public double getMin() {
      return 0;
    }

    @Override
    public boolean hasMax() {
      return false;
    }

    @Override
    public double getMax() {
      return 0;
    }

    @Override
    public List<Double> getBoundaries() {
      return boundaries;
    }

    @Override
    public List<Long> getCounts() {
      return counts;
    }

    @Override
    public List<DoubleExemplarData> getExemplars() {
      return exemplars;
    }

    @Override
    public long getStartEpochNanos() {
      return START;
    }

    @Override
    public long getEpochNanos() {
      return NOW;
    }

    @Override
    public Attributes getAttributes() {
      return attributes;
    }
  }

  /** The stock factory makes no long points with exemplars. */
  record LongPoint(Attributes attributes, long value, List<LongExemplarData> exemplars)
      implements LongPointData {

    @Override
    public long getValue() {
      return value;
    }

    @Override
    public List<LongExemplarData> getExemplars() {
      return exemplars;
    }

    @Override
    public long getStartEpochNanos() {
      return START;
    }

    @Override
    public long getEpochNanos() {
      return NOW;
    }

    @Override
    public Attributes getAttributes() {
      return attributes;
    }
  }

  static Metric metric(String name, MetricDataType type, Data<?> data) {
    return new Metric(Resource.empty(), NO_SCOPE, name, "", "", type, data);
  }

  /** A body of more than the sockets of both sides keep for a client that does not read. */
  static MetricData large() {
    final LongPointData[] points = new LongPointData[80_000];
    for (int i = 0; i < points.length; i++) {
      points[i] = point(Attributes.builder().put("s", "x".repeat(150) + i).build(), i);
    }
    return longGauge("large", points);
  }

  static LongPointData point(Attributes attributes, long value) {
    return LongPointData.create(START, NOW, attributes, value);
  }

  static DoublePointData point(
      Attributes attributes, double value, DoubleExemplarData... exemplars) {
    return DoublePointData.create(START, NOW, attributes, value, List.of(exemplars));
  }

  static Metric counter(String name, LongPointData... points) {
    return metric(
        name,
        MetricDataType.LONG_SUM,
        SumData.createLongSumData(true, AggregationTemporality.CUMULATIVE, List.of(points)));
  }

  static Metric counter(String name, long value) {
    return counter(name, point(Attributes.empty(), value));
  }

  static Metric doubleCounter(String name, DoublePointData... points) {
    return metric(
        name,
        MetricDataType.DOUBLE_SUM,
        SumData.createDoubleSumData(true, AggregationTemporality.CUMULATIVE, List.of(points)));
  }

  static Metric upDownCounter(String name, LongPointData... points) {
    return metric(
        name,
        MetricDataType.LONG_SUM,
        SumData.createLongSumData(false, AggregationTemporality.CUMULATIVE, List.of(points)));
  }

  static Metric gauge(String name, DoublePointData... points) {
    return metric(
        name, MetricDataType.DOUBLE_GAUGE, GaugeData.createDoubleGaugeData(List.of(points)));
  }

  static Metric gauge(String name, double value) {
    return gauge(name, point(Attributes.empty(), value));
  }

  static Metric longGauge(String name, LongPointData... points) {
    return metric(name, MetricDataType.LONG_GAUGE, GaugeData.createLongGaugeData(List.of(points)));
  }

  static Metric histogram(String name, HistogramPointData... points) {
    return metric(
        name,
        MetricDataType.HISTOGRAM,
        HistogramData.create(AggregationTemporality.CUMULATIVE, List.of(points)));
  }

  static Metric histogram(String name, double sum, List<Double> bounds, List<Long> counts) {
    return histogram(name, new HistogramPoint(Attributes.empty(), sum, bounds, counts, List.of()));
  }

  static Metric exponential(String name, ExponentialHistogramPointData... points) {
    return metric(
        name,
        MetricDataType.EXPONENTIAL_HISTOGRAM,
        ExponentialHistogramData.create(AggregationTemporality.CUMULATIVE, List.of(points)));
  }

  /** A point with positive buckets only. */
  static ExponentialHistogramPointData exponentialPoint(
      Attributes attributes,
      double sum,
      int scale,
      int offset,
      List<Long> counts,
      DoubleExemplarData... exemplars) {
    return exponentialPoint(attributes, sum, scale, 0, offset, counts, List.of(), exemplars);
  }

  /** A point whose negative buckets begin at index 0. */
  static ExponentialHistogramPointData exponentialPoint(
      Attributes attributes,
      double sum,
      int scale,
      long zeros,
      int offset,
      List<Long> counts,
      List<Long> negativeCounts,
      DoubleExemplarData... exemplars) {
    return ExponentialHistogramPointData.create(
        scale,
        sum,
        zeros,
        false,
        0,
        false,
        0,
        ExponentialHistogramBuckets.create(scale, offset, counts),
        ExponentialHistogramBuckets.create(scale, 0, negativeCounts),
        START,
        NOW,
        attributes,
        List.of(exemplars));
  }

  static Metric summary(String name, SummaryPointData... points) {
    return metric(name, MetricDataType.SUMMARY, SummaryData.create(List.of(points)));
  }

  static SpanContext span(int number) {
    return SpanContext.create(
        String.format("%032x", number),
        String.format("%016x", number),
        TraceFlags.getSampled(),
        TraceState.getDefault());
  }

  static DoubleExemplarData exemplar(double value, long epochNanos, int span) {
    return exemplar(value, epochNanos, span, Attributes.empty());
  }

  /** An exemplar; span 0 stands for none. */
  static DoubleExemplarData exemplar(
      double value, long epochNanos, int span, Attributes filteredAttributes) {
    return DoubleExemplarData.create(
        filteredAttributes, epochNanos, span == 0 ? SpanContext.getInvalid() : span(span), value);
  }
}
