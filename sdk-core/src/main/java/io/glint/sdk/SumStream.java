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
    final int verdict = sampling.judgeLong(value, attributes, context);
    SumCell cell = null;
    Throwable lostExemplar = null;
    try {
      cell = (SumCell) take(attributes);
      if (cell != null) {
        lostExemplar = countLong(cell, value, verdict, attributes, context);
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
    SumCell cell = null;
    Throwable lostExemplar = null;
    try {
      cell = (SumCell) series.take();
      if (cell != null) {
        lostExemplar = countLong(cell, value, verdict, series.attributes, context);
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

  private Throwable countLong(
      SumCell cell, long value, int verdict, Attributes attributes, Context context) {
    cell.addLong(value);
    return cell.isEligible(verdict)
        ? cell.offerLong(sampling, value, 0, attributes, context)
        : null;
  }

  @Override
  void recordDouble(double value, Attributes attributes, Context context) {
    final int verdict = sampling.judgeDouble(value, attributes, context);
    SumCell cell = null;
    Throwable lostExemplar = null;
    try {
      cell = (SumCell) take(attributes);
      if (cell != null) {
        lostExemplar = countDouble(cell, value, verdict, attributes, context);
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
    SumCell cell = null;
    Throwable lostExemplar = null;
    try {
      cell = (SumCell) series.take();
      if (cell != null) {
        lostExemplar = countDouble(cell, value, verdict, series.attributes, context);
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

  private Throwable countDouble(
      SumCell cell, double value, int verdict, Attributes attributes, Context context) {
    cell.addDouble(value);
    return cell.isEligible(verdict)
        ? cell.offerDouble(sampling, value, 0, attributes, context)
        : null;
  }

  @Override
  public Cell newCell(StripedCells owner) {
    return new SumCell(/* padded= */ false);
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
    totalCount += sum.measurements();
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
    return new Points.Sum<>(instrument.isMonotonic(), temporality, points);
  }
}
