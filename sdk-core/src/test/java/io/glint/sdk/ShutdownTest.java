package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What flush and shutdown of the provider mean to exporters and instruments. */
@Timeout(60)
class ShutdownTest {

  private static final class CountingExporter implements MetricExporter {
    private final Queue<MetricData> exported = new ConcurrentLinkedQueue<>();
    private final AtomicInteger shutdowns = new AtomicInteger();
    private final CompletableResultCode exportResult;
    private final CompletableResultCode shutdownResult;

    CountingExporter(CompletableResultCode exportResult, CompletableResultCode shutdownResult) {
      this.exportResult = exportResult;
      this.shutdownResult = shutdownResult;
    }

    @Override
    public CompletableResultCode export(Collection<MetricData> metrics) {
      exported.addAll(metrics);
      return exportResult;
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      shutdowns.incrementAndGet();
      return shutdownResult;
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType type) {
      return AggregationTemporality.DELTA;
    }
  }

  private static CountingExporter working() {
    return new CountingExporter(
        CompletableResultCode.ofSuccess(), CompletableResultCode.ofSuccess());
  }

  @Test
  void everyPushingReaderFlushes() {
    final CountingExporter one = working();
    final CountingExporter two = working();
    final InMemoryMetricReader pulled = InMemoryMetricReader.create();
    try (GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .registerMetricReader(PeriodicMetricReader.create(one))
            .registerMetricReader(pulled)
            .registerMetricReader(PeriodicMetricReader.create(two))
            .build()) {
      provider.get("flush").counterBuilder("counter").build().add(1);
      assertThat(provider.forceFlush().join(10, TimeUnit.SECONDS).isSuccess()).isTrue();
      assertThat(one.exported).hasSize(1);
      assertThat(two.exported).hasSize(1);
      assertThat(pulled.collectAllMetrics()).hasSize(1);
    }
  }

  @Test
  void everyExporterGetsTheLastMeasurementsAndIsShutDownOnceAlsoIfAnotherFails() {
    final CountingExporter failing =
        new CountingExporter(CompletableResultCode.ofFailure(), CompletableResultCode.ofFailure());
    final CountingExporter good = working();
    try (LogCapture ignored = new LogCapture()) {
      final GlintMeterProvider provider =
          GlintMeterProvider.builder()
              .registerMetricReader(PeriodicMetricReader.create(failing))
              .registerMetricReader(PeriodicMetricReader.create(good))
              .build();
      provider.get("shutdown").counterBuilder("counter").build().add(1);
      assertThat(provider.shutdown().join(30, TimeUnit.SECONDS).isSuccess()).isFalse();
      provider.close();
      assertThat(good.exported).hasSize(1);
      assertThat(good.shutdowns).hasValue(1);
      assertThat(failing.shutdowns).hasValue(1);
    }
  }

  @Test
  void anExporterThatHangsDoesNotHoldTheCallerLongerThanItWants() {
    final CompletableResultCode never = new CompletableResultCode();
    final GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .registerMetricReader(
                new io.opentelemetry.sdk.metrics.export.MetricReader() {
                  @Override
                  public void register(
                      io.opentelemetry.sdk.metrics.export.CollectionRegistration registration) {}

                  @Override
                  public CompletableResultCode forceFlush() {
                    return never;
                  }

                  @Override
                  public CompletableResultCode shutdown() {
                    return never;
                  }

                  @Override
                  public AggregationTemporality getAggregationTemporality(InstrumentType type) {
                    return AggregationTemporality.DELTA;
                  }
                })
            .build();
    assertThat(provider.forceFlush().join(10, TimeUnit.MILLISECONDS).isDone()).isFalse();
    final CompletableResultCode shutdown = provider.shutdown();
    assertThat(shutdown.join(10, TimeUnit.MILLISECONDS).isDone()).isFalse();
    never.succeed();
    assertThat(shutdown.join(1, TimeUnit.SECONDS).isSuccess()).isTrue();
  }

  @Test
  void everySynchronousKindTellsWhetherItIsEnabled() {
    final GlintMeterProvider provider =
        GlintMeterProvider.builder().registerMetricReader(InMemoryMetricReader.create()).build();
    final Meter meter = provider.get("enabled");
    final List<BooleanSupplier> instruments =
        List.of(
            meter.counterBuilder("a").build()::isEnabled,
            meter.counterBuilder("b").ofDoubles().build()::isEnabled,
            meter.upDownCounterBuilder("c").build()::isEnabled,
            meter.upDownCounterBuilder("d").ofDoubles().build()::isEnabled,
            meter.gaugeBuilder("e").build()::isEnabled,
            meter.gaugeBuilder("f").ofLongs().build()::isEnabled,
            meter.histogramBuilder("g").build()::isEnabled,
            meter.histogramBuilder("h").ofLongs().build()::isEnabled);
    assertThat(instruments).allMatch(BooleanSupplier::getAsBoolean);
    provider.close();
    assertThat(instruments).noneMatch(BooleanSupplier::getAsBoolean);
  }
}
