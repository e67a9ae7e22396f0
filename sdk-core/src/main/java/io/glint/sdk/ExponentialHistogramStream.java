package io.glint.sdk;

import io.glint.reservoir.Exemplar;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramData;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.List;

/** Base-2 exponential histogram aggregation. */
final class ExponentialHistogramStream extends Stream {
  private final ResolvedAggregation aggregation;
  private final ExponentialTotal total;

  ExponentialHistogramStream(StreamSettings settings, ResolvedAggregation aggregation) {
    super(settings);
    this.aggregation = aggregation;
    this.total = new ExponentialTotal(aggregation.maxScale(), aggregation.maxBuckets());
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
    final boolean eligible = sampling.admits(context);
    final ExponentialCell cell = (ExponentialCell) take(attributes);
    if (cell != null) {
      count(cell, value, eligible, attributes, context);
    }
  }

  @Override
  void recordDouble(double value, BoundSeries series, Context context) {
    final boolean eligible = sampling.admits(context);
    final ExponentialCell cell = (ExponentialCell) series.take();
    if (cell != null) {
      count(cell, value, eligible, series.attributes, context);
    }
  }

  private void count(
      ExponentialCell cell,
      double value,
      boolean eligible,
      Attributes attributes,
      Context context) {
    Throwable lostExemplar = null;
    try {
      cell.add(value);
      if (eligible) {
        lostExemplar = cell.offerDouble(sampling, value, 0, attributes, context);
      }
    } finally {
      cell.release();
    }
    if (lostExemplar != null) {
      sampling.reservoirFailed(lostExemplar);
    }
  }

  @Override
  Cell newCell(Series series, boolean padded) {
    return new ExponentialCell(series, aggregation.maxScale(), aggregation.maxBuckets(), padded);
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
  PointData point(
      Attributes attributes, long start, long epochNanos, List<ExemplarData> exemplars) {
    return new ExponentialHistogramPoint(
        start, epochNanos, attributes, total, instrument, aggregation, exemplars);
  }

  @Override
  ExemplarData exemplarData(Exemplar exemplar, Attributes filtered) {
    return DoubleExemplarData.create(
        filtered, exemplar.epochNanos(), exemplar.spanContext(), exemplar.doubleValue());
  }

  @Override
  Data<?> data(List<PointData> points) {
    return ExponentialHistogramData.create(temporality, Points.cast(points));
  }
}
