package io.glint.sdk;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import java.util.List;

/** A point that is a double. Immutable. */
final class DoublePoint extends AbstractPoint implements DoublePointData {
  private final double value;
  private final List<DoubleExemplarData> exemplars;

  DoublePoint(
      long startEpochNanos,
      long epochNanos,
      Attributes attributes,
      double value,
      List<DoubleExemplarData> exemplars) {
    super(startEpochNanos, epochNanos, attributes);
    this.value = value;
    this.exemplars = exemplars;
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
