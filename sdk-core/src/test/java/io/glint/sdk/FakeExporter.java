package io.glint.sdk;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** An exporter that does as it is told, and keeps account. */
final class FakeExporter implements MetricExporter {
  /** What was called, in order: "export a b", "flush", "shutdown". */
  final List<String> calls = new CopyOnWriteArrayList<>();

  final AtomicInteger exportsInFlight = new AtomicInteger();
  final AtomicInteger mostExportsInFlight = new AtomicInteger();

  volatile Collection<MetricData> lastExported;

  volatile Supplier<CompletableResultCode> onExport = CompletableResultCode::ofSuccess;
  volatile Supplier<CompletableResultCode> onFlush = CompletableResultCode::ofSuccess;
  volatile Supplier<CompletableResultCode> onShutdown = CompletableResultCode::ofSuccess;
  volatile MemoryMode memoryMode = MemoryMode.IMMUTABLE_DATA;
  volatile AggregationTemporality temporality = AggregationTemporality.CUMULATIVE;
  volatile Aggregation aggregation = Aggregation.defaultAggregation();

  long count(String prefix) {
    return calls.stream().filter(call -> call.startsWith(prefix)).count();
  }

  @Override
  public CompletableResultCode export(Collection<MetricData> metrics) {
    final int inFlight = exportsInFlight.incrementAndGet();
    mostExportsInFlight.accumulateAndGet(inFlight, Math::max);
    calls.add(
        metrics.stream().map(MetricData::getName).collect(Collectors.joining(" ", "export ", "")));
    lastExported = metrics;
    try {
      final CompletableResultCode result = onExport.get();
      if (result == null) {
        exportsInFlight.decrementAndGet();
        return null;
      }
      return result.whenComplete(exportsInFlight::decrementAndGet);
    } catch (Throwable t) {
      exportsInFlight.decrementAndGet();
      throw t;
    }
  }

  @Override
  public CompletableResultCode flush() {
    calls.add("flush");
    return onFlush.get();
  }

  @Override
  public CompletableResultCode shutdown() {
    calls.add("shutdown");
    return onShutdown.get();
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType instrumentType) {
    return temporality;
  }

  @Override
  public Aggregation getDefaultAggregation(InstrumentType instrumentType) {
    return aggregation;
  }

  @Override
  public MemoryMode getMemoryMode() {
    return memoryMode;
  }

  @Override
  public String toString() {
    return "FakeExporter";
  }
}
