package io.glint.sdk.internal.collect;

import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.cell.ExponentialCell;
import io.glint.sdk.internal.cell.ExponentialTotal;
import io.glint.sdk.internal.data.AbstractPoint;
import io.glint.sdk.internal.data.ExponentialHistogramPoint;
import io.glint.sdk.internal.data.PointPool;
import io.glint.sdk.internal.data.Points;
import io.glint.sdk.internal.exemplar.ExemplarLines;
import io.glint.sdk.internal.exemplar.MutableExemplarData;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.stream.ExponentialHistogramStream;
import io.glint.sdk.internal.stream.MetricStream;
import io.glint.sdk.internal.stream.StreamSettings;
import io.glint.sdk.internal.view.ResolvedAggregation;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.List;
import java.util.function.Supplier;

/** Collects an {@link ExponentialHistogramStream}. */
public final class ExponentialHistogramCollector extends StreamCollector {
  private final boolean recordsMinMax;
  private final ExponentialTotal total;
  private final Supplier<ExponentialHistogramPoint> pointMaker = this::newPoint;

  public ExponentialHistogramCollector(
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
  public void addToTotal(Cell cell) {
    ((ExponentialCell) cell).addTo(total);
  }

  @Override
  public AbstractPoint point(PointPool points, int index) {
    return points.at(index, pointMaker);
  }

  private ExponentialHistogramPoint newPoint() {
    return new ExponentialHistogramPoint(!instrument.mayRecordNegatives(), recordsMinMax);
  }

  @Override
  public void fill(AbstractPoint point, Series series) {
    ((ExponentialHistogramPoint) point).set(total);
  }

  @Override
  protected MutableExemplarData newExemplar() {
    return MutableExemplarData.create(/* isLong= */ false);
  }

  @Override
  public Data<?> data(List<PointData> points) {
    return new Points.ExponentialHistogram(temporality, Points.cast(points));
  }
}
