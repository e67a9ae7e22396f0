package io.glint.sdk.internal.data;

import io.glint.sdk.internal.cell.ExponentialTotal;
import io.glint.sdk.internal.histogram.BucketCounts;
import io.glint.sdk.internal.histogram.ExponentialBuckets;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramBuckets;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import java.util.List;

/** A point of a base-2 exponential histogram. */
public final class ExponentialHistogramPoint extends AbstractPoint
    implements ExponentialHistogramPointData {
  private final boolean hasSum;
  private final boolean hasMinMax;
  private final Buckets positive = new Buckets();
  private final Buckets negative = new Buckets();
  private int scale;
  private long zeroCount;
  private double sum;
  private double min;
  private double max;

  /**
   * Makes an empty point.
   *
   * @param hasSum false if the sum is left out; the data interface has no better way to say that
   *     than NaN
   */
  public ExponentialHistogramPoint(boolean hasSum, boolean hasMinMax) {
    this.hasSum = hasSum;
    this.hasMinMax = hasMinMax;
  }

  /** Copies what {@code total} holds, which is not empty. */
  public void set(ExponentialTotal total) {
    this.scale = total.scale();
    this.zeroCount = total.zeros;
    positive.set(scale, total.positive());
    negative.set(scale, total.negative());
    this.sum = hasSum ? total.sum : Double.NaN;
    this.min = hasMinMax ? total.min : 0;
    this.max = hasMinMax ? total.max : 0;
  }

  @Override
  public int getScale() {
    return scale;
  }

  @Override
  public double getSum() {
    return sum;
  }

  @Override
  public long getCount() {
    return zeroCount + positive.total + negative.total;
  }

  @Override
  public long getZeroCount() {
    return zeroCount;
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
  public ExponentialHistogramBuckets getPositiveBuckets() {
    return positive;
  }

  @Override
  public ExponentialHistogramBuckets getNegativeBuckets() {
    return negative;
  }

  @Override
  public List<DoubleExemplarData> getExemplars() {
    return exemplars();
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof ExponentialHistogramPointData other
        && scale == other.getScale()
        && zeroCount == other.getZeroCount()
        && Double.compare(sum, other.getSum()) == 0
        && hasMinMax == other.hasMin()
        && Double.compare(min, other.getMin()) == 0
        && hasMinMax == other.hasMax()
        && Double.compare(max, other.getMax()) == 0
        && positive.equals(other.getPositiveBuckets())
        && negative.equals(other.getNegativeBuckets())
        && hasSameCommonFields(other);
  }

  @Override
  public int hashCode() {
    return (super.hashCode() * 31 + positive.hashCode()) * 31 + negative.hashCode();
  }

  @Override
  public String toString() {
    return describe(
        "scale="
            + scale
            + ", count="
            + getCount()
            + ", zeroCount="
            + zeroCount
            + ", sum="
            + sum
            + (hasMinMax ? ", min=" + min + ", max=" + max : "")
            + ", positive="
            + positive
            + ", negative="
            + negative);
  }

  private static final class Buckets implements ExponentialHistogramBuckets {
    private final BucketCounts counts = new BucketCounts();
    private int scale;
    private int offset;
    private long total;

    void set(int scale, ExponentialBuckets buckets) {
      this.scale = scale;
      this.offset = buckets.isEmpty() ? 0 : buckets.low();
      buckets.copyTo(counts);
      this.total = counts.sum();
    }

    @Override
    public int getScale() {
      return scale;
    }

    @Override
    public int getOffset() {
      return offset;
    }

    @Override
    public List<Long> getBucketCounts() {
      return counts;
    }

    @Override
    public long getTotalCount() {
      return total;
    }

    @Override
    public boolean equals(Object object) {
      return object instanceof ExponentialHistogramBuckets other
          && scale == other.getScale()
          && offset == other.getOffset()
          && counts.equals(other.getBucketCounts());
    }

    @Override
    public int hashCode() {
      return (scale * 31 + offset) * 31 + counts.hashCode();
    }

    @Override
    public String toString() {
      return "{offset=" + offset + ", counts=" + counts + "}";
    }
  }
}
