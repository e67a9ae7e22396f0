package io.glint.sdk.internal.stream;

import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.cell.ExponentialCell;
import io.glint.sdk.internal.cell.StripedCells;
import io.glint.sdk.internal.view.ResolvedAggregation;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;

/**
 * Base-2 exponential histogram aggregation. The recording methods repeat a few lines with reason,
 * see {@link MetricStream}.
 */
public final class ExponentialHistogramStream extends MetricStream {
  private final ResolvedAggregation aggregation;

  public ExponentialHistogramStream(StreamSettings settings, ResolvedAggregation aggregation) {
    super(settings);
    this.aggregation = aggregation;
    // Computes the tables now rather than in the first recording.
    final int unused = ExponentialCell.bucketAtTableScale(1);
  }

  @Override
  public void recordLong(long value, Attributes attributes, Context context) {
    recordDouble((double) value, attributes, context);
  }

  @Override
  public void recordLong(long value, BoundSeries series, Context context) {
    recordDouble((double) value, series, context);
  }

  @Override
  public void recordDouble(double value, Attributes attributes, Context context) {
    final int filterResult = sampling.evaluateDouble(value, attributes, context);
    final int atTableScale = ExponentialCell.bucketAtTableScale(value);
    ExponentialCell cell = null;
    Throwable lost = null;
    Object afterwards = null;
    try {
      cell = (ExponentialCell) acquire(attributes);
      if (cell != null) {
        lost = cell.add(value, atTableScale);
        if (lost == null && cell.isEligible(filterResult)) {
          afterwards = cell.offerDouble(sampling, value, 0, attributes, context);
        }
      }
    } finally {
      if (cell != null) {
        cell.release();
      }
    }
    if (lost != null) {
      measurementLost(lost);
    }
    if (afterwards != null) {
      sampling.afterOffer(afterwards, context);
    }
  }

  @Override
  public void recordDouble(double value, BoundSeries series, Context context) {
    final int filterResult = sampling.evaluateDouble(value, series.attributes, context);
    final int atTableScale = ExponentialCell.bucketAtTableScale(value);
    ExponentialCell cell = null;
    Throwable lost = null;
    Object afterwards = null;
    try {
      cell = (ExponentialCell) series.acquire();
      if (cell != null) {
        lost = cell.add(value, atTableScale);
        if (lost == null && cell.isEligible(filterResult)) {
          afterwards = cell.offerDouble(sampling, value, 0, series.attributes, context);
        }
      }
    } finally {
      if (cell != null) {
        cell.release();
      }
    }
    if (lost != null) {
      measurementLost(lost);
    }
    if (afterwards != null) {
      sampling.afterOffer(afterwards, context);
    }
  }

  @Override
  public Cell newCell(StripedCells owner) {
    return new ExponentialCell(
        aggregation.maxScale(), aggregation.maxBuckets(), /* padded= */ false);
  }
}
