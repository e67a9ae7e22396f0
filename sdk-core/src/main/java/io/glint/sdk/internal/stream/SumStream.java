package io.glint.sdk.internal.stream;

import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.cell.StripedCells;
import io.glint.sdk.internal.cell.SumCell;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/**
 * Sum aggregation. Long sums are exact and wrap around beyond the range of a long. The recording
 * methods repeat a few lines with reason, see {@link MetricStream}.
 */
public final class SumStream extends MetricStream {
  public SumStream(StreamSettings settings) {
    super(settings);
  }

  @Override
  public void recordLong(long value, Attributes attributes, Context context) {
    final int filterResult = sampling.evaluateLong(value, attributes, context);
    SumCell cell = null;
    Object afterwards = null;
    try {
      cell = (SumCell) acquire(attributes);
      if (cell != null) {
        afterwards = countLong(cell, value, filterResult, attributes, context);
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
  public void recordLong(long value, BoundSeries series, Context context) {
    final int filterResult = sampling.evaluateLong(value, series.attributes, context);
    SumCell cell = null;
    Object afterwards = null;
    try {
      cell = (SumCell) series.acquire();
      if (cell != null) {
        afterwards = countLong(cell, value, filterResult, series.attributes, context);
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

  private @Nullable Object countLong(
      SumCell cell, long value, int filterResult, Attributes attributes, Context context) {
    cell.addLong(value);
    return cell.isEligible(filterResult)
        ? cell.offerLong(sampling, value, 0, attributes, context)
        : null;
  }

  @Override
  public void recordDouble(double value, Attributes attributes, Context context) {
    final int filterResult = sampling.evaluateDouble(value, attributes, context);
    SumCell cell = null;
    Object afterwards = null;
    try {
      cell = (SumCell) acquire(attributes);
      if (cell != null) {
        afterwards = countDouble(cell, value, filterResult, attributes, context);
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
    SumCell cell = null;
    Object afterwards = null;
    try {
      cell = (SumCell) series.acquire();
      if (cell != null) {
        afterwards = countDouble(cell, value, filterResult, series.attributes, context);
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

  private @Nullable Object countDouble(
      SumCell cell, double value, int filterResult, Attributes attributes, Context context) {
    cell.addDouble(value);
    return cell.isEligible(filterResult)
        ? cell.offerDouble(sampling, value, 0, attributes, context)
        : null;
  }

  @Override
  public Cell newCell(StripedCells owner) {
    return new SumCell(/* padded= */ false);
  }
}
