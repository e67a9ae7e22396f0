package io.glint.sdk.internal.data;

import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import java.util.List;

/** A point that is a double. */
final class DoublePoint extends NumberPoint implements DoublePointData {
  private double value;

  @Override
  public void set(long bits) {
    this.value = Double.longBitsToDouble(bits);
  }

  @Override
  public double getValue() {
    return value;
  }

  @Override
  public List<DoubleExemplarData> getExemplars() {
    return exemplars();
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof DoublePointData other
        && Double.compare(value, other.getValue()) == 0
        && hasSameCommonFields(other);
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
