package io.glint.sdk;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.List;

/** Last value aggregation. */
final class LastValueStream extends NumberStream {
  private long latestBits;
  private long latestStamp;
  private long latestAge;

  LastValueStream(StreamSettings settings) {
    super(settings);
  }

  @Override
  void recordLong(long value, Attributes attributes, Context context) {
    final boolean eligible = sampling.admits(context);
    final LastValueCell cell = (LastValueCell) take(attributes);
    if (cell == null) {
      return;
    }
    try {
      cell.set(value);
      if (eligible) {
        cell.offerLong(sampling, value, 0, attributes, context);
      }
    } finally {
      cell.release();
    }
  }

  @Override
  void recordDouble(double value, Attributes attributes, Context context) {
    final boolean eligible = sampling.admits(context);
    final LastValueCell cell = (LastValueCell) take(attributes);
    if (cell == null) {
      return;
    }
    try {
      cell.set(Double.doubleToRawLongBits(value));
      if (eligible) {
        cell.offerDouble(sampling, value, 0, attributes, context);
      }
    } finally {
      cell.release();
    }
  }

  @Override
  Cell newCell(Series series, boolean padded) {
    return new LastValueCell(series, padded);
  }

  @Override
  void clearTotal() {
    latestAge = LastValueCell.NEVER_SET;
    latestBits = 0;
    latestStamp = 0;
  }

  @Override
  void addToTotal(Cell cell) {
    final LastValueCell value = (LastValueCell) cell;
    final boolean newer =
        value.age() > latestAge || (value.age() == latestAge && value.stamp() - latestStamp >= 0);
    if (newer) {
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
    return latestBits;
  }

  @Override
  Data<?> data(List<PointData> points) {
    return Points.gaugeData(isLong, points);
  }
}
