package io.glint.sdk.internal.collect;

import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.cell.HistogramCell;
import io.glint.sdk.internal.cell.HistogramTotal;
import io.glint.sdk.internal.data.AbstractPoint;
import io.glint.sdk.internal.data.HistogramPoint;
import io.glint.sdk.internal.data.PointPool;
import io.glint.sdk.internal.data.Points;
import io.glint.sdk.internal.exemplar.ExemplarCounts;
import io.glint.sdk.internal.exemplar.ExemplarLines;
import io.glint.sdk.internal.exemplar.MutableExemplarData;
import io.glint.sdk.internal.histogram.BucketIndex;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.stream.HistogramStream;
import io.glint.sdk.internal.stream.MetricStream;
import io.glint.sdk.internal.stream.StreamSettings;
import io.glint.sdk.internal.view.ResolvedAggregation;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.List;
import java.util.function.Supplier;

/** Collects a {@link HistogramStream}. */
public final class HistogramCollector extends StreamCollector {
  private final List<Double> boundaries;
  private final boolean hasDefaultBoundaries;
  private final boolean recordsMinMax;
  private final HistogramTotal total;
  private final Supplier<HistogramPoint> pointMaker = this::newPoint;

  public HistogramCollector(
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
  public void addToTotal(Cell cell) {
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
  public AbstractPoint point(PointPool points, int index) {
    return points.at(index, pointMaker);
  }

  private HistogramPoint newPoint() {
    return new HistogramPoint(boundaries, !instrument.mayRecordNegatives(), recordsMinMax);
  }

  @Override
  public void fill(AbstractPoint point, Series series) {
    ((HistogramPoint) point).set(total);
  }

  @Override
  protected MutableExemplarData newExemplar() {
    return MutableExemplarData.create(/* isLong= */ false);
  }

  @Override
  public Data<?> data(List<PointData> points) {
    return new Points.Histogram(temporality, Points.cast(points));
  }
}
