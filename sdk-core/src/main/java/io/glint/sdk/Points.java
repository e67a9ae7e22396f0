package io.glint.sdk;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.data.SumData;
import java.util.List;

/**
 * Makes the data interfaces of the stock SDK from numbers that are a long or the bits of a double.
 */
final class Points {
  private Points() {}

  /** Narrows the elements of a list that was filled with nothing but such elements. */
  @SuppressWarnings("unchecked")
  static <T> List<T> cast(List<? super T> list) {
    return (List<T>) list;
  }

  static PointData number(
      boolean isLong,
      long start,
      long epochNanos,
      Attributes attributes,
      long bits,
      List<ExemplarData> exemplars) {
    return isLong
        ? new LongPoint(start, epochNanos, attributes, bits, cast(exemplars))
        : new DoublePoint(
            start, epochNanos, attributes, Double.longBitsToDouble(bits), cast(exemplars));
  }

  static Data<?> sumData(
      boolean isLong,
      boolean isMonotonic,
      AggregationTemporality temporality,
      List<PointData> points) {
    return isLong
        ? SumData.createLongSumData(isMonotonic, temporality, cast(points))
        : SumData.createDoubleSumData(isMonotonic, temporality, cast(points));
  }

  static Data<?> gaugeData(boolean isLong, List<PointData> points) {
    return isLong
        ? GaugeData.createLongGaugeData(cast(points))
        : GaugeData.createDoubleGaugeData(cast(points));
  }
}
