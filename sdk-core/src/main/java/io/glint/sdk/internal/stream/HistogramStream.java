package io.glint.sdk.internal.stream;

import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.cell.HistogramCell;
import io.glint.sdk.internal.cell.StripedCells;
import io.glint.sdk.internal.histogram.BucketIndex;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/**
 * Explicit-bucket histogram aggregation. The recording methods repeat a few lines with reason, see
 * {@link MetricStream}.
 */
public final class HistogramStream extends MetricStream {
  private final BucketIndex buckets;

  // Of the index, at hand without waiting for it.
  private final short @Nullable [] starts;
  private final double @Nullable [] limitsOfCells;
  private final int shift;
  private final long lowestKey;

  public HistogramStream(StreamSettings settings, BucketIndex buckets) {
    super(settings);
    this.buckets = buckets;
    this.starts = buckets.starts;
    this.limitsOfCells = buckets.limitsOfCells;
    this.shift = buckets.shift;
    this.lowestKey = buckets.lowestKey;
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
    final int bucket = bucket(value);
    HistogramCell cell = null;
    Object afterwards = null;
    try {
      cell = (HistogramCell) acquire(attributes);
      if (cell != null) {
        afterwards = count(cell, value, bucket, filterResult, attributes, context);
      }
    } finally {
      if (cell != null) {
        cell.release();
      }
    }
    if (afterwards != null) {
      sampling.afterOffer(afterwards, context);
    }
  }

  @Override
  public void recordDouble(double value, BoundSeries series, Context context) {
    final int filterResult = sampling.evaluateDouble(value, series.attributes, context);
    final int bucket = bucket(value);
    HistogramCell cell = null;
    Object afterwards = null;
    try {
      cell = (HistogramCell) series.acquire();
      if (cell != null) {
        afterwards = count(cell, value, bucket, filterResult, series.attributes, context);
      }
    } finally {
      if (cell != null) {
        cell.release();
      }
    }
    if (afterwards != null) {
      sampling.afterOffer(afterwards, context);
    }
  }

  @SuppressWarnings("NullAway") // Starts and limits are there together, or neither is.
  private int bucket(double value) {
    final short[] starts = this.starts;
    return starts == null
        ? buckets.indexOf(value)
        : BucketIndex.indexOf(value, starts, limitsOfCells, shift, lowestKey);
  }

  private @Nullable Object count(
      HistogramCell cell,
      double value,
      int bucket,
      int filterResult,
      Attributes attributes,
      Context context) {
    cell.add(value, bucket);
    if (!cell.isEligible(filterResult)) {
      return null;
    }
    // A bucket is not negative, so the mask changes nothing but the machine code. If the bounds
    // check of the reservoir compared the bucket itself, HotSpot would make a branch of the last
    // choice in the bucket index, in place of a conditional move, and the processor cannot predict
    // that one.
    return cell.offerDouble(sampling, value, bucket & Integer.MAX_VALUE, attributes, context);
  }

  @Override
  public Cell newCell(StripedCells owner) {
    return new HistogramCell(buckets.bucketCount(), /* padded= */ false);
  }
}
