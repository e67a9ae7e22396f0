package io.glint.sdk.internal.data;

import io.glint.sdk.internal.metric.InstrumentDescriptor;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.InstrumentValueType;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.resources.Resource;

/** The data of one stream at one collection. Immutable. */
public final class StreamMetricData extends AbstractMetricData {
  private final Resource resource;
  private final InstrumentationScopeInfo scope;
  private final InstrumentDescriptor instrument;
  private final Data<?> data;

  public StreamMetricData(
      Resource resource,
      InstrumentationScopeInfo scope,
      InstrumentDescriptor instrument,
      Data<?> data) {
    this.resource = resource;
    this.scope = scope;
    this.instrument = instrument;
    this.data = data;
  }

  /** True unless it was made from these very objects. */
  public boolean isOther(InstrumentDescriptor instrument, Data<?> data) {
    return this.data != data || !this.instrument.equals(instrument);
  }

  @Override
  public Resource getResource() {
    return resource;
  }

  @Override
  public InstrumentationScopeInfo getInstrumentationScopeInfo() {
    return scope;
  }

  @Override
  public String getName() {
    return instrument.name();
  }

  @Override
  public String getDescription() {
    return instrument.description();
  }

  @Override
  public String getUnit() {
    return instrument.unit();
  }

  @Override
  public MetricDataType getType() {
    if (data instanceof HistogramData) {
      return MetricDataType.HISTOGRAM;
    }
    if (data instanceof ExponentialHistogramData) {
      return MetricDataType.EXPONENTIAL_HISTOGRAM;
    }
    final boolean isLong = instrument.valueType() == InstrumentValueType.LONG;
    if (data instanceof GaugeData) {
      return isLong ? MetricDataType.LONG_GAUGE : MetricDataType.DOUBLE_GAUGE;
    }
    return isLong ? MetricDataType.LONG_SUM : MetricDataType.DOUBLE_SUM;
  }

  @Override
  public Data<?> getData() {
    return data;
  }
}
