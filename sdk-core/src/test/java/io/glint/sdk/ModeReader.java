package io.glint.sdk;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.Collection;

/** A reader of one memory mode and temporality, which collects when a test says so. */
final class ModeReader implements MetricReader {
  private final MemoryMode mode;
  private final AggregationTemporality temporality;
  private CollectionRegistration registration = CollectionRegistration.noop();

  ModeReader(MemoryMode mode, AggregationTemporality temporality) {
    this.mode = mode;
    this.temporality = temporality;
  }

  static ModeReader of(boolean isDelta, boolean isReused) {
    return new ModeReader(
        isReused ? MemoryMode.REUSABLE_DATA : MemoryMode.IMMUTABLE_DATA,
        isDelta ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE);
  }

  Collection<MetricData> collect() {
    return registration.collectAllMetrics();
  }

  CollectionRegistration registration() {
    return registration;
  }

  @Override
  public void register(CollectionRegistration registration) {
    this.registration = registration;
  }

  @Override
  public MemoryMode getMemoryMode() {
    return mode;
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType instrumentType) {
    return temporality;
  }

  @Override
  public CompletableResultCode forceFlush() {
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode shutdown() {
    return CompletableResultCode.ofSuccess();
  }
}
