package io.glint.sdk;

import io.glint.reservoir.Exemplar;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.InstrumentValueType;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.List;

/** What sum and last value share: points of one number, a long or a double. */
abstract class NumberStream extends Stream {
  final boolean isLong;

  NumberStream(StreamSettings settings) {
    super(settings);
    this.isLong = settings.instrument().valueType() == InstrumentValueType.LONG;
  }

  /** The value of the current total, as a long or as the bits of a double. */
  abstract long totalBits();

  @Override
  final PointData point(
      Attributes attributes, long start, long epochNanos, List<ExemplarData> exemplars) {
    return Points.number(isLong, start, epochNanos, attributes, totalBits(), exemplars);
  }

  @Override
  final ExemplarData exemplarData(Exemplar exemplar, Attributes filtered) {
    return isLong
        ? LongExemplarData.create(
            filtered, exemplar.epochNanos(), exemplar.spanContext(), exemplar.longValue())
        : DoubleExemplarData.create(
            filtered, exemplar.epochNanos(), exemplar.spanContext(), exemplar.doubleValue());
  }
}
