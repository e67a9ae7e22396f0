package io.glint.jcstress;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintMeterProviderBuilder;
import io.glint.sdk.internal.diagnostics.ExemplarExplainer.ExplainedRegistration;
import io.glint.sdk.internal.meter.RegisteredReader;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A reader that collects when a test asks it to, and once more when it is shut down. */
final class TinyReader implements MetricReader {
  private final AggregationTemporality temporality;
  private volatile CollectionRegistration registration = CollectionRegistration.noop();
  private volatile int collectedAtShutdown;
  private final AtomicInteger shutdowns = new AtomicInteger();

  TinyReader(AggregationTemporality temporality) {
    this.temporality = temporality;
  }

  /** A provider that these readers are registered with. */
  static GlintMeterProvider provider(TinyReader... readers) {
    final GlintMeterProviderBuilder builder = GlintMeterProvider.builder().setClock(Fixture.CLOCK);
    for (final TinyReader reader : readers) {
      builder.registerMetricReader(reader);
    }
    return builder.build();
  }

  Collection<MetricData> collect() {
    return registration.collectAllMetrics();
  }

  int collectTotal() {
    return total(collect());
  }

  /** The reader as the provider knows it. */
  RegisteredReader registered() {
    return ((ExplainedRegistration) registration).reader();
  }

  /** How often it was shut down. */
  int shutdowns() {
    return shutdowns.get();
  }

  /** What the last collection of the reader found. */
  int collectedAtShutdown() {
    return collectedAtShutdown;
  }

  static int total(Collection<MetricData> metrics) {
    int total = 0;
    for (final MetricData metric : metrics) {
      total += Fixture.total(List.copyOf(metric.getData().getPoints()));
    }
    return total;
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
  public CompletableResultCode forceFlush() {
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode shutdown() {
    shutdowns.incrementAndGet();
    collectedAtShutdown = collectTotal();
    return CompletableResultCode.ofSuccess();
  }
}
