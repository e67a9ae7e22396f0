package io.glint.sdk;

import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import java.util.List;

/** A point that is a double. */
final class DoublePoint extends NumberPoint implements DoublePointData {
  private double value;
  private List<DoubleExemplarData> exemplars = List.of();

  @Override
  void set(long bits, List<ExemplarData> exemplars) {
    this.value = Double.longBitsToDouble(bits);
    this.exemplars = Points.cast(exemplars);
  }

  @Override
  public double getValue() {
    return value;
  }

  @Override
  public List<DoubleExemplarData> getExemplars() {
    return exemplars;
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof DoublePointData other
        && Double.compare(value, other.getValue()) == 0
        && hasSameFrame(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode() * 31 + Double.hashCode(value);
  }

  @Override
  public String toString() {
    return describe("value=" + value);
  }
}
