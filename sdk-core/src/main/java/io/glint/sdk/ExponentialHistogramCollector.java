package io.glint.sdk;

import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.List;
import java.util.function.Supplier;

/** Collects an {@link ExponentialHistogramStream}. */
final class ExponentialHistogramCollector extends StreamCollector {
  private final boolean recordsMinMax;
  private final ExponentialTotal total;
  private final Supplier<ExponentialHistogramPoint> pointMaker = this::newPoint;

  ExponentialHistogramCollector(
      MetricStream stream, StreamSettings settings, ResolvedAggregation aggregation) {
    this(
        stream,
        settings,
        aggregation.recordsMinMax(),
        new ExponentialTotal(aggregation.maxScale(), aggregation.maxBuckets()));
  }

  private ExponentialHistogramCollector(
      MetricStream stream, StreamSettings settings, boolean recordsMinMax, ExponentialTotal total) {
    super(stream, settings, ExemplarLines.OCTAVES, total);
    this.recordsMinMax = recordsMinMax;
    this.total = total;
  }

  @Override
  void addToTotal(Cell cell) {
    ((ExponentialCell) cell).addTo(total);
  }

  @Override
  AbstractPoint point(PointPool points, int index) {
    return points.at(index, pointMaker);
  }

  private ExponentialHistogramPoint newPoint() {
    return new ExponentialHistogramPoint(!instrument.mayRecordNegatives(), recordsMinMax);
  }

  @Override
  void fill(AbstractPoint point, Series series) {
    ((ExponentialHistogramPoint) point).set(total);
  }

  @Override
  MutableExemplarData newExemplar() {
    return MutableExemplarData.create(/* isLong= */ false);
  }

  @Override
  Data<?> data(List<PointData> points) {
    return new Points.ExponentialHistogram(temporality, Points.cast(points));
  }
}
