package io.glint.it.fidelity;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Keeps what it is given until it is taken. */
final class KeepingExporter implements MetricExporter {
  private final AggregationTemporality temporality;
  private final List<MetricData> kept = new ArrayList<>();

  KeepingExporter(AggregationTemporality temporality) {
    this.temporality = temporality;
  }

  synchronized Map<Seen.SeriesKey, Seen.Point> take() {
    final Map<Seen.SeriesKey, Seen.Point> points = SeenData.copy(kept);
    kept.clear();
    return points;
  }

  @Override
  public synchronized CompletableResultCode export(Collection<MetricData> metrics) {
    kept.addAll(metrics);
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType type) {
    return temporality;
  }

  @Override
  public CompletableResultCode flush() {
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode shutdown() {
    return CompletableResultCode.ofSuccess();
  }
}
