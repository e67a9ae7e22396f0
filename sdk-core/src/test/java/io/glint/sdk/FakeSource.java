package io.glint.sdk;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableGaugeData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableLongPointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableMetricData;
import io.opentelemetry.sdk.resources.Resource;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** What a reader collects from, in place of a provider. */
public final class FakeSource implements CollectionRegistration {
  final AtomicInteger collections = new AtomicInteger();

  /** Collections that began while an export was in flight, which would spoil reusable data. */
  final AtomicInteger overlaps = new AtomicInteger();

  /** The metrics of the n-th collection, from 1. */
  volatile IntFunction<Collection<MetricData>> metrics = n -> List.of(gauge("m" + n, 1));

  private final FakeExporter exporter;

  FakeSource(FakeExporter exporter) {
    this.exporter = exporter;
  }

  @Override
  public Collection<MetricData> collectAllMetrics() {
    if (exporter.exportsInFlight.get() > 0) {
      overlaps.incrementAndGet();
    }
    return metrics.apply(collections.incrementAndGet());
  }

  public static MetricData gauge(String name, int points) {
    return ImmutableMetricData.createLongGauge(
        Resource.empty(),
        InstrumentationScopeInfo.create("scope"),
        name,
        "description",
        "unit",
        ImmutableGaugeData.create(
            IntStream.range(0, points)
                .<LongPointData>mapToObj(
                    i ->
                        ImmutableLongPointData.create(
                            0, 1, Attributes.of(AttributeKey.longKey("point"), (long) i), i))
                .toList()));
  }
}
