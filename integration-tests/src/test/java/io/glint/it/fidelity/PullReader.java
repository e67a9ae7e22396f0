package io.glint.it.fidelity;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.Map;

/** Collects directly, and lets the SDK reuse its data. */
final class PullReader implements Looker, MetricReader {
  private final AggregationTemporality temporality;
  private CollectionRegistration registration = CollectionRegistration.noop();

  PullReader(AggregationTemporality temporality) {
    this.temporality = temporality;
  }

  @Override
  public MetricReader reader() {
    return this;
  }

  @Override
  public Map<Seen.SeriesKey, Seen.Point> look(long time) {
    return SeenData.copy(registration.collectAllMetrics());
  }

  @Override
  public void register(CollectionRegistration registration) {
    this.registration = registration;
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType type) {
    return temporality;
  }

  @Override
  public MemoryMode getMemoryMode() {
    return MemoryMode.REUSABLE_DATA;
  }

  @Override
  public CompletableResultCode forceFlush() {
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode shutdown() {
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public void close() {}
}
