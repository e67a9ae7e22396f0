package io.glint.sdk;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import java.util.List;

/** A point that is a long. Immutable. */
final class LongPoint extends AbstractPoint implements LongPointData {
  private final long value;
  private final List<LongExemplarData> exemplars;

  LongPoint(
      long startEpochNanos,
      long epochNanos,
      Attributes attributes,
      long value,
      List<LongExemplarData> exemplars) {
    super(startEpochNanos, epochNanos, attributes);
    this.value = value;
    this.exemplars = exemplars;
  }

  @Override
  public long getValue() {
    return value;
  }

  @Override
  public List<LongExemplarData> getExemplars() {
    return exemplars;
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof LongPointData other
        && Long.compare(value, other.getValue()) == 0
        && hasSameFrame(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode() * 31 + Long.hashCode(value);
  }

  @Override
  public String toString() {
    return describe("value=" + value);
  }
}
