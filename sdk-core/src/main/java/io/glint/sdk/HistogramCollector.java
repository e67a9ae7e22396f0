package io.glint.sdk;

import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.List;
import java.util.function.Supplier;

/** Collects a {@link HistogramStream}. */
final class HistogramCollector extends StreamCollector {
  private final List<Double> boundaries;
  private final boolean hasDefaultBoundaries;
  private final boolean recordsMinMax;
  private final HistogramTotal total;
  private final Supplier<HistogramPoint> pointMaker = this::newPoint;

  HistogramCollector(
      MetricStream stream,
      StreamSettings settings,
      ResolvedAggregation aggregation,
      BucketIndex buckets) {
    this(stream, settings, aggregation, buckets, new HistogramTotal(buckets.bucketCount()));
  }

  private HistogramCollector(
      MetricStream stream,
      StreamSettings settings,
      ResolvedAggregation aggregation,
      BucketIndex buckets,
      HistogramTotal total) {
    super(stream, settings, ExemplarLines.ofBuckets(buckets), total);
    this.boundaries = aggregation.boundaries();
    this.hasDefaultBoundaries = boundaries.equals(ResolvedAggregation.DEFAULT_BOUNDARIES);
    this.recordsMinMax = aggregation.recordsMinMax();
    this.total = total;
  }

  @Override
  void addToTotal(Cell cell) {
    ((HistogramCell) cell).addTo(total);
  }

  @Override
  void countBuckets(Cell cell, ExemplarCounts tally) {
    if (hasDefaultBoundaries) {
      final HistogramCell histogram = (HistogramCell) cell;
      tally.lowest += histogram.count(1);
      tally.highest += histogram.count(boundaries.size());
    }
  }

  @Override
  AbstractPoint point(PointPool points, int index) {
    return points.at(index, pointMaker);
  }

  private HistogramPoint newPoint() {
    return new HistogramPoint(boundaries, !instrument.mayRecordNegatives(), recordsMinMax);
  }

  @Override
  void fill(AbstractPoint point, Series series) {
    ((HistogramPoint) point).set(total);
  }

  @Override
  MutableExemplarData newExemplar() {
    return MutableExemplarData.create(/* isLong= */ false);
  }

  @Override
  Data<?> data(List<PointData> points) {
    return new Points.Histogram(temporality, Points.cast(points));
  }
}
