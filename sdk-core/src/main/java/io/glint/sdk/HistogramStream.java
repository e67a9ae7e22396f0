package io.glint.sdk;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.List;
import java.util.function.Supplier;

/** Explicit-bucket histogram aggregation. */
final class HistogramStream extends Stream {
  private final BucketIndex buckets;

  // Of the index, at hand without waiting for it.
  private final short[] starts;
  private final double[] limitsOfCells;
  private final int shift;
  private final long lowestKey;

  private final List<Double> boundaries;
  private final boolean hasDefaultBoundaries;
  private final boolean recordsMinMax;
  private final HistogramTotal total;
  private final Supplier<HistogramPoint> pointMaker = this::newPoint;

  HistogramStream(StreamSettings settings, ResolvedAggregation aggregation) {
    this(settings, aggregation, new BucketIndex(aggregation.boundaryArray()));
  }

  private HistogramStream(
      StreamSettings settings, ResolvedAggregation aggregation, BucketIndex buckets) {
    super(settings, ExemplarLines.ofBuckets(buckets));
    this.boundaries = aggregation.boundaries();
    this.hasDefaultBoundaries = boundaries.equals(ResolvedAggregation.DEFAULT_BOUNDARIES);
    this.recordsMinMax = aggregation.recordsMinMax();
    this.buckets = buckets;
    this.starts = buckets.starts;
    this.limitsOfCells = buckets.limitsOfCells;
    this.shift = buckets.shift;
    this.lowestKey = buckets.lowestKey;
    this.total = new HistogramTotal(buckets.bucketCount());
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
    final int bucket = bucket(value);
    HistogramCell cell = null;
    Throwable lostExemplar = null;
    try {
      cell = (HistogramCell) take(attributes);
      if (cell != null) {
        lostExemplar = count(cell, value, bucket, verdict, attributes, context);
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
    final int bucket = bucket(value);
    HistogramCell cell = null;
    Throwable lostExemplar = null;
    try {
      cell = (HistogramCell) series.take();
      if (cell != null) {
        lostExemplar = count(cell, value, bucket, verdict, series.attributes, context);
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

  private int bucket(double value) {
    final short[] starts = this.starts;
    return starts == null
        ? buckets.indexOf(value)
        : BucketIndex.indexOf(value, starts, limitsOfCells, shift, lowestKey);
  }

  private Throwable count(
      HistogramCell cell,
      double value,
      int bucket,
      int verdict,
      Attributes attributes,
      Context context) {
    cell.add(value, bucket);
    if (!cell.isEligible(verdict)) {
      return null;
    }
    // A bucket is not negative, so the mask changes nothing but the machine code. If the bounds
    // check of the reservoir compared the bucket itself, HotSpot would make a branch of the last
    // choice in the bucket index, in place of a conditional move, and nobody can predict that one.
    return cell.offerDouble(sampling, value, bucket & Integer.MAX_VALUE, attributes, context);
  }

  @Override
  public Cell newCell(StripedCells owner) {
    return new HistogramCell(buckets.bucketCount(), /* padded= */ false);
  }

  @Override
  void begin(Series series) {
    total.clear();
  }

  @Override
  void addToTotal(Cell cell) {
    ((HistogramCell) cell).addTo(total);
  }

  @Override
  boolean isTotalEmpty() {
    return total.isEmpty();
  }

  @Override
  void tellBuckets(Cell cell, ExemplarTally tally) {
    if (hasDefaultBoundaries) {
      final HistogramCell histogram = (HistogramCell) cell;
      tally.lowest += histogram.count(1);
      tally.highest += histogram.count(boundaries.size());
    }
  }

  @Override
  AbstractPoint addPoint(PointBuffer points) {
    final HistogramPoint point = points.add(pointMaker);
    point.set(total);
    return point;
  }

  private HistogramPoint newPoint() {
    return new HistogramPoint(boundaries, !instrument.mayRecordNegatives(), recordsMinMax);
  }

  @Override
  ShownExemplar newExemplar() {
    return ShownExemplar.create(/* isLong= */ false);
  }

  @Override
  Data<?> data(List<PointData> points) {
    return new Points.Histogram(temporality, Points.cast(points));
  }
}
