package io.glint.examples.webstore.telemetry;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.Collection;

/** Collects when it is asked to, beside whatever else is scraped or pushed. */
public final class ManualReader implements MetricReader {

  private final AggregationTemporalitySelector temporality;
  private volatile CollectionRegistration registration = CollectionRegistration.noop();

  private ManualReader(AggregationTemporalitySelector temporality) {
    this.temporality = temporality;
  }

  /** What happened since it was last asked. */
  public static ManualReader delta() {
    return new ManualReader(AggregationTemporalitySelector.deltaPreferred());
  }

  /** What happened since the start, as a Prometheus endpoint has it. */
  public static ManualReader cumulative() {
    return new ManualReader(AggregationTemporalitySelector.alwaysCumulative());
  }

  public Collection<MetricData> collect() {
    return registration.collectAllMetrics();
  }

  @Override
  public void register(CollectionRegistration registration) {
    this.registration = registration;
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType type) {
    return temporality.getAggregationTemporality(type);
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
