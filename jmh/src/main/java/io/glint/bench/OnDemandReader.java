package io.glint.bench;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;

/**
 * Collects when asked, exports nothing, and adds up what it is given, so that a benchmark can show
 * that it measured recordings which arrived, gauges aside. Not thread-safe.
 */
public final class OnDemandReader implements MetricReader {
  private final AggregationTemporality temporality;
  private final MemoryMode memoryMode;
  private final HistogramKind histograms;
  private CollectionRegistration registration = CollectionRegistration.noop();
  private long total;
  private long exemplars;
  private long points;

  public OnDemandReader(
      AggregationTemporality temporality, MemoryMode memoryMode, HistogramKind histograms) {
    this.histograms = histograms;
    this.temporality = temporality;
    this.memoryMode = memoryMode;
  }

  public void collect() {
    if (temporality == AggregationTemporality.CUMULATIVE) {
      total = 0;
    }
    points = 0;
    for (final MetricData metric : registration.collectAllMetrics()) {
      final boolean isGauge = isGauge(metric);
      for (final PointData point : metric.getData().getPoints()) {
        points++;
        total += isGauge ? 0 : count(point);
        exemplars += point.getExemplars().size();
      }
    }
  }

  /** Gauges show the last measurement, so that nothing can be said of the others. */
  private static boolean isGauge(MetricData metric) {
    return metric.getType() == MetricDataType.LONG_GAUGE
        || metric.getType() == MetricDataType.DOUBLE_GAUGE;
  }

  private static long count(PointData point) {
    if (point instanceof HistogramPointData histogram) {
      return histogram.getCount();
    }
    if (point instanceof ExponentialHistogramPointData histogram) {
      return histogram.getCount();
    }
    if (point instanceof LongPointData sum) {
      return sum.getValue();
    }
    if (point instanceof DoublePointData sum) {
      return (long) sum.getValue();
    }
    throw new IllegalStateException("No benchmark records what became " + point);
  }

  /** Measurements in histograms, and the value of counters, since the start. */
  public long total() {
    return total;
  }

  /** Number of points in the last collection. */
  public long points() {
    return points;
  }

  /** Number of exemplars in all collections, counted again whenever they are exported again. */
  public long exemplars() {
    return exemplars;
  }

  @Override
  public void register(CollectionRegistration registration) {
    this.registration = registration;
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType type) {
    return temporality;
  }

  @Override
  public Aggregation getDefaultAggregation(InstrumentType type) {
    return type == InstrumentType.HISTOGRAM
        ? histograms.aggregation()
        : Aggregation.defaultAggregation();
  }

  @Override
  public MemoryMode getMemoryMode() {
    return memoryMode;
  }

  @Override
  public CompletableResultCode forceFlush() {
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode shutdown() {
    return CompletableResultCode.ofSuccess();
  }
}
