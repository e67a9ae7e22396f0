package io.glint.sdk;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.DefaultAggregationSelector;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.Collection;

/** What tests need of readers and spans. */
public final class Readers {
  private Readers() {}

  /** A reader of that temporality for all kinds. */
  public static InMemoryMetricReader of(AggregationTemporality temporality) {
    return InMemoryMetricReader.create(
        type -> temporality, DefaultAggregationSelector.getDefault());
  }

  /** The metric of that name in a new collection, or null. */
  public static MetricData collect(InMemoryMetricReader reader, String name) {
    final Collection<MetricData> all = reader.collectAllMetrics();
    return all.stream().filter(metric -> metric.getName().equals(name)).findFirst().orElse(null);
  }

  /** A context with a span whose ids contain {@code number}. */
  public static Context span(long number, boolean sampled) {
    return Context.root().with(Span.wrap(spanContext(number, sampled)));
  }

  public static SpanContext spanContext(long number, boolean sampled) {
    return SpanContext.create(
        String.format("%032x", number),
        String.format("%016x", number),
        sampled ? TraceFlags.getSampled() : TraceFlags.getDefault(),
        TraceState.getDefault());
  }
}
