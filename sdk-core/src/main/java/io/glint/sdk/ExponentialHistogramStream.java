package io.glint.sdk;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.List;
import java.util.function.Supplier;

/** Base-2 exponential histogram aggregation. */
final class ExponentialHistogramStream extends Stream {
  private final ResolvedAggregation aggregation;
  private final ExponentialTotal total;
  private final Supplier<ExponentialHistogramPoint> pointMaker = this::newPoint;

  ExponentialHistogramStream(StreamSettings settings, ResolvedAggregation aggregation) {
    super(settings, ExemplarLines.OCTAVES);
    this.aggregation = aggregation;
    this.total = new ExponentialTotal(aggregation.maxScale(), aggregation.maxBuckets());
    // Computes the tables now rather than in the first recording.
    final int unused = ExponentialCell.bucketAtTableScale(1);
  }

  @Override
  void recordLong(long value, Attributes attributes, Context context) {
    recordDouble((double) value, attributes, context);
  }

  @Override
  void recordLong(long value, BoundSeries series, Context context) {
    recordDouble((double) value, series, context);
  }

  @Override
  void recordDouble(double value, Attributes attributes, Context context) {
    final int verdict = sampling.judgeDouble(value, attributes, context);
    final int atTableScale = ExponentialCell.bucketAtTableScale(value);
    ExponentialCell cell = null;
    Throwable lostExemplar = null;
    try {
      cell = (ExponentialCell) take(attributes);
      if (cell != null) {
        lostExemplar = count(cell, value, atTableScale, verdict, attributes, context);
      }
    } finally {
      if (cell != null) {
        cell.release();
      }
    }
    if (lostExemplar != null) {
      sampling.reservoirFailed(lostExemplar);
    }
  }

  @Override
  void recordDouble(double value, BoundSeries series, Context context) {
    final int verdict = sampling.judgeDouble(value, series.attributes, context);
    final int atTableScale = ExponentialCell.bucketAtTableScale(value);
    ExponentialCell cell = null;
    Throwable lostExemplar = null;
    try {
      cell = (ExponentialCell) series.take();
      if (cell != null) {
        lostExemplar = count(cell, value, atTableScale, verdict, series.attributes, context);
      }
    } finally {
      if (cell != null) {
        cell.release();
      }
    }
    if (lostExemplar != null) {
      sampling.reservoirFailed(lostExemplar);
    }
  }

  private Throwable count(
      ExponentialCell cell,
      double value,
      int atTableScale,
      int verdict,
      Attributes attributes,
      Context context) {
    try {
      cell.add(value, atTableScale);
    } catch (OutOfMemoryError e) {
      measurementLost(e);
      return null;
    }
    return cell.isEligible(verdict)
        ? cell.offerDouble(sampling, value, 0, attributes, context)
        : null;
  }

  @Override
  public Cell newCell(StripedCells owner) {
    return new ExponentialCell(
        aggregation.maxScale(), aggregation.maxBuckets(), /* padded= */ false);
  }

  @Override
  void begin(Series series) {
    total.clear();
  }

  @Override
  void addToTotal(Cell cell) {
    ((ExponentialCell) cell).addTo(total);
  }

  @Override
  boolean isTotalEmpty() {
    return total.isEmpty();
  }

  @Override
  AbstractPoint addPoint(PointBuffer points) {
    final ExponentialHistogramPoint point = points.add(pointMaker);
    point.set(total);
    return point;
  }

  private ExponentialHistogramPoint newPoint() {
    return new ExponentialHistogramPoint(
        !instrument.mayRecordNegatives(), aggregation.recordsMinMax());
  }

  @Override
  ShownExemplar newExemplar() {
    return ShownExemplar.create(/* isLong= */ false);
  }

  @Override
  Data<?> data(List<PointData> points) {
    return new Points.ExponentialHistogram(temporality, Points.cast(points));
  }
}
