package io.glint.sdk;

import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.data.SumData;
import java.util.List;
import java.util.function.Supplier;

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

  static Supplier<NumberPoint> numberMaker(boolean isLong) {
    return isLong ? LongPoint::new : DoublePoint::new;
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
