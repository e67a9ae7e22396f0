package io.glint.sdk;

import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.List;

/**
 * Collects a {@link SumStream}. Cells are added up in a fixed order, so that the sum of a growing
 * double counter never goes back by rounding.
 */
final class SumCollector extends NumberCollector {
  private final PaddedTotal total;

  SumCollector(MetricStream stream, StreamSettings settings) {
    this(stream, settings, new PaddedTotal());
  }

  private SumCollector(MetricStream stream, StreamSettings settings, PaddedTotal total) {
    super(stream, settings, total);
    this.total = total;
  }

  @Override
  void addToTotal(Cell cell) {
    final SumCell sum = (SumCell) cell;
    if (isLong) {
      total.longSum += sum.longSum();
    } else {
      total.sum += sum.doubleSum();
    }
  }

  @Override
  void fill(AbstractPoint point, Series series) {
    ((NumberPoint) point).set(isLong ? total.longSum : Double.doubleToRawLongBits(total.sum));
  }

  @Override
  Data<?> data(List<PointData> points) {
    return new Points.Sum<>(instrument.isMonotonic(), temporality, points);
  }
}
