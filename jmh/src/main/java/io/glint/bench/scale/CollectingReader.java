package io.glint.bench.scale;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.Collection;

/** Collects when asked, with reusable data, and hands out what it got. */
final class CollectingReader implements MetricReader {
  private final AggregationTemporality temporality;
  private final Aggregation histograms;
  private CollectionRegistration registration = CollectionRegistration.noop();

  CollectingReader(AggregationTemporality temporality) {
    this(temporality, Aggregation.defaultAggregation());
  }

  CollectingReader(AggregationTemporality temporality, Aggregation histograms) {
    this.temporality = temporality;
    this.histograms = histograms;
  }

  /** What was collected, which the next collection may overwrite. */
  Collection<MetricData> collect() {
    return registration.collectAllMetrics();
  }

  /** Number of measurements in the points of histograms. */
  static long measurements(Collection<MetricData> metrics) {
    long measurements = 0;
    for (final MetricData metric : metrics) {
      for (final PointData point : metric.getData().getPoints()) {
        measurements += ((HistogramPointData) point).getCount();
      }
    }
    return measurements;
  }

  /** Number of exemplars in the points. */
  static long exemplars(Collection<MetricData> metrics) {
    long exemplars = 0;
    for (final MetricData metric : metrics) {
      for (final PointData point : metric.getData().getPoints()) {
        exemplars += point.getExemplars().size();
      }
    }
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
    return type == InstrumentType.HISTOGRAM ? histograms : Aggregation.defaultAggregation();
  }

  @Override
  public MemoryMode getMemoryMode() {
    return MemoryMode.REUSABLE_DATA;
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
