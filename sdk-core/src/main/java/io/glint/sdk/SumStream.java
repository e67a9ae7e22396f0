package io.glint.sdk;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.List;

/**
 * Sum aggregation. Long sums are exact and wrap around beyond the range of a long; cells are added
 * up in a fixed order, so that the sum of a growing double counter never goes back by rounding.
 */
final class SumStream extends NumberStream {
  private long totalLong;
  private double totalDouble;
  private long totalCount;

  SumStream(StreamSettings settings) {
    super(settings);
  }

  @Override
  void recordLong(long value, Attributes attributes, Context context) {
    final boolean eligible = sampling.admits(context);
    final SumCell cell = (SumCell) take(attributes);
    if (cell != null) {
      countLong(cell, value, eligible, attributes, context);
    }
  }

  @Override
  void recordLong(long value, BoundSeries series, Context context) {
    final boolean eligible = sampling.admits(context);
    final SumCell cell = (SumCell) series.take();
    if (cell != null) {
      countLong(cell, value, eligible, series.attributes, context);
    }
  }

  private void countLong(
      SumCell cell, long value, boolean eligible, Attributes attributes, Context context) {
    Throwable lostExemplar = null;
    try {
      cell.addLong(value);
      if (eligible) {
        lostExemplar = cell.offerLong(sampling, value, 0, attributes, context);
      }
    } finally {
      cell.release();
    }
    if (lostExemplar != null) {
      sampling.reservoirFailed(lostExemplar);
    }
  }

  @Override
  void recordDouble(double value, Attributes attributes, Context context) {
    final boolean eligible = sampling.admits(context);
    final SumCell cell = (SumCell) take(attributes);
    if (cell != null) {
      countDouble(cell, value, eligible, attributes, context);
    }
  }

  @Override
  void recordDouble(double value, BoundSeries series, Context context) {
    final boolean eligible = sampling.admits(context);
    final SumCell cell = (SumCell) series.take();
    if (cell != null) {
      countDouble(cell, value, eligible, series.attributes, context);
    }
  }

  private void countDouble(
      SumCell cell, double value, boolean eligible, Attributes attributes, Context context) {
    Throwable lostExemplar = null;
    try {
      cell.addDouble(value);
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
    return new SumCell(series, padded);
  }

  @Override
  void begin(Series series) {
    totalLong = 0;
    totalDouble = 0;
    totalCount = 0;
  }

  @Override
  void addToTotal(Cell cell) {
    final SumCell sum = (SumCell) cell;
    if (isLong) {
      totalLong += sum.longSum();
    } else {
      totalDouble += sum.doubleSum();
    }
    totalCount += sum.count();
  }

  @Override
  boolean isTotalEmpty() {
    return totalCount == 0;
  }

  @Override
  long totalBits() {
    return isLong ? totalLong : Double.doubleToRawLongBits(totalDouble);
  }

  @Override
  Data<?> data(List<PointData> points) {
    return Points.sumData(isLong, instrument.isMonotonic(), temporality, points);
  }
}
