package io.glint.sdk.internal.data;

import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.data.SummaryData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Makes the data interfaces of the stock SDK, also from numbers that are a long or the bits of a
 * double. The stock SDK has public makers of data since 1.50 only; these are equal to any data of
 * the same interface with equal content. Points are not copied.
 */
public final class Points {
  private Points() {}

  /** Narrows the elements of a list that was filled with nothing but such elements. */
  @SuppressWarnings("unchecked")
  public static <T> List<T> cast(List<? super T> list) {
    return (List<T>) list;
  }

  public static Supplier<NumberPoint> numberMaker(boolean isLong) {
    return isLong ? LongPoint::new : DoublePoint::new;
  }

  private static boolean hasSame(List<?> points, Data<?> other) {
    return points.equals(List.copyOf(other.getPoints()));
  }

  public record Gauge<T extends PointData>(List<T> points) implements GaugeData<T> {
    @Override
    public List<T> getPoints() {
      return points;
    }

    @Override
    public boolean equals(Object object) {
      return object instanceof GaugeData<?> other && hasSame(points, other);
    }

    @Override
    public int hashCode() {
      return points.hashCode();
    }
  }

  public record Sum<T extends PointData>(
      boolean isMonotonic, AggregationTemporality temporality, List<T> points)
      implements SumData<T> {
    @Override
    public AggregationTemporality getAggregationTemporality() {
      return temporality;
    }

    @Override
    public List<T> getPoints() {
      return points;
    }

    @Override
    public boolean equals(Object object) {
      return object instanceof SumData<?> other
          && isMonotonic == other.isMonotonic()
          && temporality == other.getAggregationTemporality()
          && hasSame(points, other);
    }

    @Override
    public int hashCode() {
      return Objects.hash(isMonotonic, temporality, points);
    }
  }

  public record Histogram(AggregationTemporality temporality, List<HistogramPointData> points)
      implements HistogramData {
    @Override
    public AggregationTemporality getAggregationTemporality() {
      return temporality;
    }

    @Override
    public List<HistogramPointData> getPoints() {
      return points;
    }

    @Override
    public boolean equals(Object object) {
      return object instanceof HistogramData other
          && temporality == other.getAggregationTemporality()
          && hasSame(points, other);
    }

    @Override
    public int hashCode() {
      return Objects.hash(temporality, points);
    }
  }

  public record ExponentialHistogram(
      AggregationTemporality temporality, List<ExponentialHistogramPointData> points)
      implements ExponentialHistogramData {
    @Override
    public AggregationTemporality getAggregationTemporality() {
      return temporality;
    }

    @Override
    public List<ExponentialHistogramPointData> getPoints() {
      return points;
    }

    @Override
    public boolean equals(Object object) {
      return object instanceof ExponentialHistogramData other
          && temporality == other.getAggregationTemporality()
          && hasSame(points, other);
    }

    @Override
    public int hashCode() {
      return Objects.hash(temporality, points);
    }
  }

  public record Summary(List<SummaryPointData> points) implements SummaryData {
    @Override
    public List<SummaryPointData> getPoints() {
      return points;
    }

    @Override
    public boolean equals(Object object) {
      return object instanceof SummaryData other && hasSame(points, other);
    }

    @Override
    public int hashCode() {
      return points.hashCode();
    }
  }
}
