package io.glint.sdk.internal.collect;

import io.glint.sdk.internal.cell.Cell;
import io.glint.sdk.internal.cell.PaddedTotal;
import io.glint.sdk.internal.cell.SumCell;
import io.glint.sdk.internal.data.AbstractPoint;
import io.glint.sdk.internal.data.NumberPoint;
import io.glint.sdk.internal.data.Points;
import io.glint.sdk.internal.series.Series;
import io.glint.sdk.internal.stream.MetricStream;
import io.glint.sdk.internal.stream.StreamSettings;
import io.glint.sdk.internal.stream.SumStream;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.List;

/**
 * Collects a {@link SumStream}. Cells are added up in a fixed order, so that the sum of a growing
 * double counter never goes back by rounding.
 */
public final class SumCollector extends NumberCollector {
  private final PaddedTotal total;

  public SumCollector(MetricStream stream, StreamSettings settings) {
    this(stream, settings, new PaddedTotal());
  }

  private SumCollector(MetricStream stream, StreamSettings settings, PaddedTotal total) {
    super(stream, settings, total);
    this.total = total;
  }

  @Override
  public void addToTotal(Cell cell) {
    final SumCell sum = (SumCell) cell;
    if (isLong) {
      total.longSum += sum.longSum();
    } else {
      total.sum += sum.doubleSum();
    }
  }

  @Override
  public void fill(AbstractPoint point, Series series) {
    ((NumberPoint) point).set(isLong ? total.longSum : Double.doubleToRawLongBits(total.sum));
  }

  @Override
  public Data<?> data(List<PointData> points) {
    return new Points.Sum<>(instrument.isMonotonic(), temporality, points);
  }
}
