package io.glint.sdk;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.List;

/**
 * Last value aggregation. The cells of a series are not read at one instant, so a delta collection
 * could find an older value in a cell that it had passed before a newer one was set in another: a
 * value that is older than one that was reported already is not reported any more.
 */
final class LastValueStream extends NumberStream {
  private long latestBits;
  private long latestStamp;
  private long latestAge;
  private LastValueSeries series;

  LastValueStream(StreamSettings settings) {
    super(settings);
  }

  @Override
  void recordLong(long value, Attributes attributes, Context context) {
    final int verdict = sampling.judgeLong(value, attributes, context);
    LastValueCell cell = null;
    Throwable lostExemplar = null;
    try {
      cell = (LastValueCell) take(attributes);
      if (cell != null) {
        lostExemplar = setLong(cell, value, verdict, attributes, context);
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
  void recordLong(long value, BoundSeries series, Context context) {
    final int verdict = sampling.judgeLong(value, series.attributes, context);
    LastValueCell cell = null;
    Throwable lostExemplar = null;
    try {
      cell = (LastValueCell) series.take();
      if (cell != null) {
        lostExemplar = setLong(cell, value, verdict, series.attributes, context);
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

  private Throwable setLong(
      LastValueCell cell, long value, int verdict, Attributes attributes, Context context) {
    cell.set(value);
    return cell.isEligible(verdict)
        ? cell.offerLong(sampling, value, 0, attributes, context)
        : null;
  }

  @Override
  void recordDouble(double value, Attributes attributes, Context context) {
    final int verdict = sampling.judgeDouble(value, attributes, context);
    LastValueCell cell = null;
    Throwable lostExemplar = null;
    try {
      cell = (LastValueCell) take(attributes);
      if (cell != null) {
        lostExemplar = setDouble(cell, value, verdict, attributes, context);
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
    LastValueCell cell = null;
    Throwable lostExemplar = null;
    try {
      cell = (LastValueCell) series.take();
      if (cell != null) {
        lostExemplar = setDouble(cell, value, verdict, series.attributes, context);
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

  private Throwable setDouble(
      LastValueCell cell, double value, int verdict, Attributes attributes, Context context) {
    cell.set(Double.doubleToRawLongBits(value));
    return cell.isEligible(verdict)
        ? cell.offerDouble(sampling, value, 0, attributes, context)
        : null;
  }

  @Override
  boolean takes(double value) {
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

  @Override
  void begin(Series series) {
    this.series = (LastValueSeries) series;
    latestAge = LastValueCell.NEVER_SET;
    latestBits = 0;
    latestStamp = 0;
  }

  @Override
  void addToTotal(Cell cell) {
    final LastValueCell value = (LastValueCell) cell;
    if (value.isNewerThan(latestAge, latestStamp)
        && value.isNewerThan(series.reportedAge, series.reportedStamp)) {
      latestAge = value.age();
      latestBits = value.valueBits();
      latestStamp = value.stamp();
    }
  }

  @Override
  boolean isTotalEmpty() {
    return latestAge == LastValueCell.NEVER_SET;
  }

  @Override
  long totalBits() {
    if (latestAge == LastValueCell.SET_AT_STAMP) {
      series.reportedAge = latestAge;
      series.reportedStamp = latestStamp;
    }
    return latestBits;
  }

  @Override
  Data<?> data(List<PointData> points) {
    return new Points.Gauge<>(points);
  }
}
