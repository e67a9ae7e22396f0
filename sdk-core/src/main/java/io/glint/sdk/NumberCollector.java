package io.glint.sdk;

import io.opentelemetry.sdk.metrics.InstrumentValueType;
import java.util.function.Supplier;

/** What sum and last value share: points of one number, a long or a double. */
abstract class NumberCollector extends StreamCollector {
  final boolean isLong;
  private final Supplier<NumberPoint> pointMaker;

  NumberCollector(MetricStream stream, StreamSettings settings, PaddedTotal total) {
    super(stream, settings, ExemplarLines.ONE, total);
    this.isLong = settings.instrument().valueType() == InstrumentValueType.LONG;
    this.pointMaker = Points.numberMaker(isLong);
  }

  @Override
  final AbstractPoint point(PointPool points, int index) {
    return points.at(index, pointMaker);
  }

  @Override
  final MutableExemplarData newExemplar() {
    return MutableExemplarData.create(isLong);
  }
}
