package io.glint.sdk.internal.collect;

import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.cell.LastValueCell;
import io.glint.sdk.internal.cell.PaddedTotal;
import io.glint.sdk.internal.data.AbstractPoint;
import io.glint.sdk.internal.data.NumberPoint;
import io.glint.sdk.internal.data.Points;
import io.glint.sdk.internal.series.LastValueSeries;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.stream.LastValueStream;
import io.glint.sdk.internal.stream.MetricStream;
import io.glint.sdk.internal.stream.StreamSettings;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.List;

/**
 * Collects a {@link LastValueStream}. The cells of a series are not read at one instant, so a delta
 * collection could find an older value in a cell that it had passed before a newer one was set in
 * another: a value that is older than one that was reported already is not reported any more.
 */
public final class LastValueCollector extends NumberCollector {
  private final PaddedTotal total;

  public LastValueCollector(MetricStream stream, StreamSettings settings) {
    this(stream, settings, new PaddedTotal());
  }

  private LastValueCollector(MetricStream stream, StreamSettings settings, PaddedTotal total) {
    super(stream, settings, total);
    this.total = total;
  }

  @Override
  public void begin(Series series) {
    final LastValueSeries lastValue = (LastValueSeries) series;
    total.reportedAge = lastValue.reportedAge;
    total.reportedStamp = lastValue.reportedStamp;
  }

  @Override
  public void addToTotal(Cell cell) {
    final LastValueCell value = (LastValueCell) cell;
    if (value.isNewerThan(total.latestAge, total.latestStamp)
        && value.isNewerThan(total.reportedAge, total.reportedStamp)) {
      total.latestAge = value.age();
      total.latestBits = value.valueBits();
      total.latestStamp = value.stamp();
    }
  }

  @Override
  boolean isTotalEmpty() {
    return total.latestAge == LastValueCell.NEVER_SET;
  }

  @Override
  public void fill(AbstractPoint point, Series series) {
    if (total.latestAge == LastValueCell.SET_AT_STAMP) {
      final LastValueSeries lastValue = (LastValueSeries) series;
      lastValue.reportedAge = total.latestAge;
      lastValue.reportedStamp = total.latestStamp;
    }
    ((NumberPoint) point).set(total.latestBits);
  }

  @Override
  public Data<?> data(List<PointData> points) {
    return new Points.Gauge<>(points);
  }
}
