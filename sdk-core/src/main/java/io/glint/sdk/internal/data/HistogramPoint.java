package io.glint.sdk.internal.data;

import io.glint.sdk.internal.cell.HistogramTotal;
import io.glint.sdk.internal.histogram.BucketCounts;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import java.util.List;

/** A point of an explicit-bucket histogram. */
public final class HistogramPoint extends AbstractPoint implements HistogramPointData {
  private final List<Double> boundaries;
  private final boolean hasSum;
  private final boolean recordsMinMax;
  private final BucketCounts counts = new BucketCounts();
  private double sum;

  /** Above the maximum if there is no measurement. */
  private double min = Double.POSITIVE_INFINITY;

  private double max = Double.NEGATIVE_INFINITY;

  /**
   * Makes an empty point.
   *
   * @param hasSum false if the sum is left out; the data interface has no better way to say that
   *     than NaN
   */
  public HistogramPoint(List<Double> boundaries, boolean hasSum, boolean recordsMinMax) {
    this.boundaries = boundaries;
    this.hasSum = hasSum;
    this.recordsMinMax = recordsMinMax;
  }

  /** Copies what {@code total} holds. */
  public void set(HistogramTotal total) {
    counts.copy(total.counts, HistogramTotal.PADDING, total.buckets());
    this.sum = hasSum ? total.sum : Double.NaN;
    this.min = total.min;
    this.max = total.max;
  }

  @Override
  public double getSum() {
    return sum;
  }

  @Override
  public long getCount() {
    return counts.sum();
  }

  @Override
  public boolean hasMin() {
    return recordsMinMax && min <= max;
  }

  @Override
  public double getMin() {
    return hasMin() ? min : 0;
  }

  @Override
  public boolean hasMax() {
    return hasMin();
  }

  @Override
  public double getMax() {
    return hasMax() ? max : 0;
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
    return exemplars();
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof HistogramPointData other
        && getCount() == other.getCount()
        && Double.compare(sum, other.getSum()) == 0
        && hasMin() == other.hasMin()
        && Double.compare(getMin(), other.getMin()) == 0
        && hasMax() == other.hasMax()
        && Double.compare(getMax(), other.getMax()) == 0
        && boundaries.equals(other.getBoundaries())
        && counts.equals(other.getCounts())
        && hasSameCommonFields(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode() * 31 + counts.hashCode();
  }

  @Override
  public String toString() {
    return describe(
        "count="
            + getCount()
            + ", sum="
            + sum
            + (hasMin() ? ", min=" + min + ", max=" + max : "")
            + ", boundaries="
            + boundaries
            + ", counts="
            + counts);
  }
}
