package io.glint.sdk;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import java.util.List;

/** A point of an explicit-bucket histogram. Immutable. */
final class HistogramPoint extends AbstractPoint implements HistogramPointData {
  private final List<Double> boundaries;
  private final BucketCounts counts;
  private final long count;
  private final double sum;
  private final boolean hasMinMax;
  private final double min;
  private final double max;
  private final List<DoubleExemplarData> exemplars;

  /**
   * Copies what {@code total} holds.
   *
   * @param hasSum false if the sum is left out; the data interface has no better way to say that
   *     than NaN
   */
  HistogramPoint(
      long startEpochNanos,
      long epochNanos,
      Attributes attributes,
      List<Double> boundaries,
      HistogramTotal total,
      boolean hasSum,
      boolean hasMinMax,
      List<ExemplarData> exemplars) {
    super(startEpochNanos, epochNanos, attributes);
    this.boundaries = boundaries;
    this.counts = new BucketCounts(total.counts.clone());
    this.count = total.count();
    this.sum = hasSum ? total.sum : Double.NaN;
    this.hasMinMax = hasMinMax && count > 0;
    this.min = this.hasMinMax ? total.min : 0;
    this.max = this.hasMinMax ? total.max : 0;
    this.exemplars = Points.cast(exemplars);
  }

  @Override
  public double getSum() {
    return sum;
  }

  @Override
  public long getCount() {
    return count;
  }

  @Override
  public boolean hasMin() {
    return hasMinMax;
  }

  @Override
  public double getMin() {
    return min;
  }

  @Override
  public boolean hasMax() {
    return hasMinMax;
  }

  @Override
  public double getMax() {
    return max;
  }

  @Override
  public List<Double> getBoundaries() {
    return boundaries;
  }

  @Override
  public List<Long> getCounts() {
    return counts;
  }

  @Override
  public List<DoubleExemplarData> getExemplars() {
    return exemplars;
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof HistogramPointData other
        && count == other.getCount()
        && Double.compare(sum, other.getSum()) == 0
        && hasMin() == other.hasMin()
        && Double.compare(getMin(), other.getMin()) == 0
        && hasMax() == other.hasMax()
        && Double.compare(getMax(), other.getMax()) == 0
        && boundaries.equals(other.getBoundaries())
        && counts.equals(other.getCounts())
        && hasSameFrame(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode() * 31 + counts.hashCode();
  }

  @Override
  public String toString() {
    return describe(
        "count="
            + count
            + ", sum="
            + sum
            + (hasMinMax ? ", min=" + min + ", max=" + max : "")
            + ", boundaries="
            + boundaries
            + ", counts="
            + counts);
  }
}
