package io.glint.sdk.internal.collect;

import io.glint.sdk.internal.cell.PaddedTotal;
import io.glint.sdk.internal.data.AbstractPoint;
import io.glint.sdk.internal.data.NumberPoint;
import io.glint.sdk.internal.data.PointPool;
import io.glint.sdk.internal.data.Points;
import io.glint.sdk.internal.exemplar.ExemplarLines;
import io.glint.sdk.internal.exemplar.MutableExemplarData;
import io.glint.sdk.internal.stream.MetricStream;
import io.glint.sdk.internal.stream.StreamSettings;
import io.opentelemetry.sdk.metrics.InstrumentValueType;
import java.util.function.Supplier;

/** A collector whose points are one number, a long or a double: of sums and of last values. */
abstract class NumberCollector extends StreamCollector {
  final boolean isLong;
  private final Supplier<NumberPoint> pointMaker;

  NumberCollector(MetricStream stream, StreamSettings settings, PaddedTotal total) {
    super(stream, settings, ExemplarLines.ONE, total);
    this.isLong = settings.instrument().valueType() == InstrumentValueType.LONG;
    this.pointMaker = Points.numberMaker(isLong);
  }

  @Override
  public final AbstractPoint point(PointPool points, int index) {
    return points.at(index, pointMaker);
  }

  @Override
  protected final MutableExemplarData newExemplar() {
    return MutableExemplarData.create(isLong);
  }
}
