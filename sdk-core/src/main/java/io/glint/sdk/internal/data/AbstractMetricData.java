package io.glint.sdk.internal.data;

import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.SumData;
import java.util.Objects;

/**
 * Metric data whose getters work with data of any class in all supported versions, and which is
 * equal to any other with equal content.
 */
public abstract class AbstractMetricData implements MetricData {
  /** Before 1.50, the inherited getter takes data of the stock SDK's class only. */
  @Override
  @SuppressWarnings("unchecked")
  public final SumData<DoublePointData> getDoubleSumData() {
    return getType() == MetricDataType.DOUBLE_SUM
        ? (SumData<DoublePointData>) getData()
        : MetricData.super.getDoubleSumData();
  }

  @Override
  public final boolean equals(Object object) {
    return object instanceof MetricData other
        && getResource().equals(other.getResource())
        && getInstrumentationScopeInfo().equals(other.getInstrumentationScopeInfo())
        && getName().equals(other.getName())
        && getDescription().equals(other.getDescription())
        && getUnit().equals(other.getUnit())
        && getType() == other.getType()
        && getData().equals(other.getData());
  }

  @Override
  public final int hashCode() {
    return Objects.hash(getResource(), getInstrumentationScopeInfo(), getName(), getData());
  }

  @Override
  public final String toString() {
    return "MetricData{resource="
        + getResource()
        + ", scope="
        + getInstrumentationScopeInfo()
        + ", name="
        + getName()
        + ", description="
        + getDescription()
        + ", unit="
        + getUnit()
        + ", type="
        + getType()
        + ", data="
        + getData()
        + "}";
  }
}
