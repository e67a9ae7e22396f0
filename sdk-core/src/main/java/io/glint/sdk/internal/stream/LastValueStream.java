package io.glint.sdk.internal.stream;

import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.cell.LastValueCell;
import io.glint.sdk.internal.cell.StripedCells;
import io.glint.sdk.internal.series.LastValueSeries;
import io.glint.sdk.internal.series.Series;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/**
 * Last value aggregation. The recording methods repeat a few lines with reason, see {@link
 * MetricStream}.
 */
public final class LastValueStream extends MetricStream {
  public LastValueStream(StreamSettings settings) {
    super(settings);
  }

  @Override
  public void recordLong(long value, Attributes attributes, Context context) {
    final int filterResult = sampling.evaluateLong(value, attributes, context);
    LastValueCell cell = null;
    Object afterwards = null;
    try {
      cell = (LastValueCell) acquire(attributes);
      if (cell != null) {
        afterwards = setLong(cell, value, filterResult, attributes, context);
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
    LastValueCell cell = null;
    Object afterwards = null;
    try {
      cell = (LastValueCell) series.acquire();
      if (cell != null) {
        afterwards = setLong(cell, value, filterResult, series.attributes, context);
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

  private @Nullable Object setLong(
      LastValueCell cell, long value, int filterResult, Attributes attributes, Context context) {
    cell.set(value);
    return cell.isEligible(filterResult)
        ? cell.offerLong(sampling, value, 0, attributes, context)
        : null;
  }

  @Override
  public void recordDouble(double value, Attributes attributes, Context context) {
    final int filterResult = sampling.evaluateDouble(value, attributes, context);
    LastValueCell cell = null;
    Object afterwards = null;
    try {
      cell = (LastValueCell) acquire(attributes);
      if (cell != null) {
        afterwards = setDouble(cell, value, filterResult, attributes, context);
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
    LastValueCell cell = null;
    Object afterwards = null;
    try {
      cell = (LastValueCell) series.acquire();
      if (cell != null) {
        afterwards = setDouble(cell, value, filterResult, series.attributes, context);
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

  private @Nullable Object setDouble(
      LastValueCell cell, double value, int filterResult, Attributes attributes, Context context) {
    cell.set(Double.doubleToRawLongBits(value));
    return cell.isEligible(filterResult)
        ? cell.offerDouble(sampling, value, 0, attributes, context)
        : null;
  }

  @Override
  public boolean acceptsValue(double value) {
    return !Double.isNaN(value);
  }

  @Override
  public Cell newCell(StripedCells owner) {
    return new LastValueCell(owner, /* padded= */ false);
  }

  @Override
  Series newSeries(Attributes attributes, int hash, long startEpochNanos) {
    return new LastValueSeries(this, attributes, hash, startEpochNanos);
  }
}
