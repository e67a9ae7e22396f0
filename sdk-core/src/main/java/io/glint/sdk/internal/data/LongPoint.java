package io.glint.sdk.internal.data;

import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import java.util.List;

/** A point that is a long. */
public final class LongPoint extends NumberPoint implements LongPointData {
  private long value;

  @Override
  public void set(long bits) {
    this.value = bits;
  }

  @Override
  public long getValue() {
    return value;
  }

  @Override
  public List<LongExemplarData> getExemplars() {
    return exemplars();
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof LongPointData other
        && Long.compare(value, other.getValue()) == 0
        && hasSameCommonFields(other);
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
