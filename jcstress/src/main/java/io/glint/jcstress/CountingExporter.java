package io.glint.jcstress;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicInteger;

/** An exporter that looks whether the reader keeps to what it promises. */
final class CountingExporter implements MetricExporter {
  final Occupancy exports = new Occupancy();
  final AtomicInteger flushes = new AtomicInteger();
  final AtomicInteger shutdowns = new AtomicInteger();

  /** Exports that began after the shutdown. */
  final AtomicInteger late = new AtomicInteger();

  private final CompletableResultCode first;

  /** Completes each export at once. */
  CountingExporter() {
    this(CompletableResultCode.ofSuccess());
  }

  /**
   * Completes each export but the first at once.
   *
   * @param first result of the first export
   */
  CountingExporter(CompletableResultCode first) {
    this.first = first;
  }

  @Override
  public CompletableResultCode export(Collection<MetricData> metrics) {
    late.addAndGet(shutdowns.get());
    final boolean isFirst = exports.visits.get() == 0;
    exports.visit();
    return isFirst ? first : CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode flush() {
    flushes.incrementAndGet();
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode shutdown() {
    shutdowns.incrementAndGet();
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType type) {
    return AggregationTemporality.CUMULATIVE;
  }
}
