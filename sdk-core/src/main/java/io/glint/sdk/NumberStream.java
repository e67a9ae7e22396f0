package io.glint.sdk;

import io.opentelemetry.sdk.metrics.InstrumentValueType;
import java.util.function.Supplier;

/** What sum and last value share: points of one number, a long or a double. */
abstract class NumberStream extends Stream {
  final boolean isLong;
  private final Supplier<NumberPoint> pointMaker;

  NumberStream(StreamSettings settings) {
    super(settings, ExemplarLines.ONE);
    this.isLong = settings.instrument().valueType() == InstrumentValueType.LONG;
    this.pointMaker = Points.numberMaker(isLong);
  }

  /** The value of the current total, as a long or as the bits of a double. */
  abstract long totalBits();

  @Override
  final AbstractPoint addPoint(PointBuffer points) {
    final NumberPoint point = points.add(pointMaker);
    point.set(totalBits());
    return point;
  }

  @Override
  final ShownExemplar newExemplar() {
    return ShownExemplar.create(isLong);
  }
}
