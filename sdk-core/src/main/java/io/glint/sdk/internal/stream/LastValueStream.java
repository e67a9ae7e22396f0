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
    final int verdict = sampling.evaluateLong(value, attributes, context);
    LastValueCell cell = null;
    Object afterwards = null;
    try {
      cell = (LastValueCell) take(attributes);
      if (cell != null) {
        afterwards = setLong(cell, value, verdict, attributes, context);
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
    final int verdict = sampling.evaluateLong(value, series.attributes, context);
    LastValueCell cell = null;
    Object afterwards = null;
    try {
      cell = (LastValueCell) series.take();
      if (cell != null) {
        afterwards = setLong(cell, value, verdict, series.attributes, context);
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
      LastValueCell cell, long value, int verdict, Attributes attributes, Context context) {
    cell.set(value);
    return cell.isEligible(verdict)
        ? cell.offerLong(sampling, value, 0, attributes, context)
        : null;
  }

  @Override
  public void recordDouble(double value, Attributes attributes, Context context) {
    final int verdict = sampling.evaluateDouble(value, attributes, context);
    LastValueCell cell = null;
    Object afterwards = null;
    try {
      cell = (LastValueCell) take(attributes);
      if (cell != null) {
        afterwards = setDouble(cell, value, verdict, attributes, context);
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
    final int verdict = sampling.evaluateDouble(value, series.attributes, context);
    LastValueCell cell = null;
    Object afterwards = null;
    try {
      cell = (LastValueCell) series.take();
      if (cell != null) {
        afterwards = setDouble(cell, value, verdict, series.attributes, context);
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
      LastValueCell cell, double value, int verdict, Attributes attributes, Context context) {
    cell.set(Double.doubleToRawLongBits(value));
    return cell.isEligible(verdict)
        ? cell.offerDouble(sampling, value, 0, attributes, context)
        : null;
  }

  @Override
  public boolean takes(double value) {
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
