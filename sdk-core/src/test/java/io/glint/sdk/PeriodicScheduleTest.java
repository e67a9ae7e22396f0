package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When the reader collects, what it exports, and what does not keep it from that. */
class PeriodicScheduleTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final FakeExporter exporter = new FakeExporter();
  private final FakeSource source = new FakeSource(exporter);
  private final ManualScheduler scheduler = new ManualScheduler();

  private GlintPeriodicMetricReaderBuilder builder() {
    return GlintPeriodicMetricReader.builder(exporter)
        .setInterval(HOUR)
        .setExportTimeout(MINUTE)
        .setExecutor(scheduler);
  }

  @Test
  void byDefaultItExportsEveryMinuteAndGivesTheExporterHalfAMinute() {
    assertThat(GlintPeriodicMetricReader.create(exporter))
        .hasToString(
            "GlintPeriodicMetricReader{exporter=FakeExporter, interval=PT1M, exportTimeout=PT30S}");
    assertThat(GlintPeriodicMetricReader.builder(exporter).setMaxExportBatchSize(512).build())
        .asString()
        .contains("maxExportBatchSize=512");
  }

  @Test
  void itCollectsAndExportsAtEachInterval() {
    builder().build().register(source);
    assertThat(exporter.calls).isEmpty();
    for (int i = 0; i < 3; i++) {
      assertThat(scheduler.timers(HOUR)).isEqualTo(1);
      scheduler.fire(HOUR);
    }
    assertThat(exporter.calls).containsExactly("export m1", "export m2", "export m3");
    assertThat(scheduler.timers(MINUTE)).as("timeouts that were not needed").isZero();
  }

  @Test
  void theIntervalRunsFromStartToStart() {
    final CompletableResultCode slow = new CompletableResultCode();
    exporter.onExport = () -> slow;
    builder().build().register(source);
    scheduler.fire(HOUR);
    assertThat(exporter.exportsInFlight).hasValue(1);
    assertThat(scheduler.timers(HOUR)).as("the next one is set up already").isEqualTo(1);
  }

  @Test
  void aSlowExportDelaysTheNextCycleAndDoesNotOverlapIt() {
    final CompletableResultCode slow = new CompletableResultCode();
    exporter.onExport = () -> slow;
    builder().build().register(source);
    scheduler.fire(HOUR);
    scheduler.fire(HOUR);
    assertThat(source.collections).hasValue(1);
    assertThat(scheduler.timers(HOUR)).as("it is late, and waits for the export").isZero();

    exporter.onExport = CompletableResultCode::ofSuccess;
    slow.succeed();
    scheduler.run();
    assertThat(exporter.calls).containsExactly("export m1", "export m2");
    assertThat(scheduler.timers(HOUR)).as("an interval after the late start").isEqualTo(1);
    assertThat(source.overlaps).hasValue(0);
  }

  @Test
  void whatExporterAndCollectionThrowIsReportedAndTheNextCycleComes() {
    try (LogCapture log = new LogCapture()) {
      builder().build().register(source);
      exporter.onExport =
          () -> {
            throw new AssertionError("exporter is broken");
          };
      scheduler.fire(HOUR);
      exporter.onExport = () -> null;
      scheduler.fire(HOUR);
      exporter.onExport = CompletableResultCode::ofFailure;
      scheduler.fire(HOUR);
      exporter.onExport = CompletableResultCode::ofSuccess;
      source.metrics =
          n -> {
            throw new AssertionError("collection is broken");
          };
      scheduler.fire(HOUR);
      source.metrics = n -> null;
      scheduler.fire(HOUR);
      source.metrics = n -> List.of(FakeSource.gauge("last", 1));
      scheduler.fire(HOUR);

      assertThat(exporter.calls)
          .containsExactly("export m1", "export m2", "export m3", "export last");
      assertThat(log.messages())
          .hasSize(2)
          .anyMatch(
              message ->
                  message.contains("FakeExporter threw at the export of 1 data point: exporter is"))
          .anyMatch(message -> message.contains("The collection of"));
    }
  }

  @Test
  void aCollectionWithoutPointsIsNotExported() {
    builder().build().register(source);
    source.metrics = n -> List.of();
    scheduler.fire(HOUR);
    source.metrics = n -> List.of(FakeSource.gauge("empty", 0));
    scheduler.fire(HOUR);
    assertThat(source.collections).hasValue(2);
    assertThat(exporter.calls).isEmpty();
  }

  @Test
  void batchesAreExportedOneAfterTheOtherAndNotMixedWithTheNextCollection() {
    final GlintPeriodicMetricReader reader = builder().setMaxExportBatchSize(3).build();
    source.metrics = n -> List.of(FakeSource.gauge("a" + n, 4), FakeSource.gauge("b" + n, 3));
    reader.register(source);
    final CompletableResultCode[] results = {
      new CompletableResultCode(), new CompletableResultCode(), new CompletableResultCode()
    };
    exporter.onExport = () -> results[exporter.calls.size() - 1];
    scheduler.fire(HOUR);
    scheduler.fire(HOUR);
    assertThat(exporter.calls).containsExactly("export a1");
    results[0].succeed();
    scheduler.run();
    assertThat(exporter.calls).containsExactly("export a1", "export a1 b1");
    try (LogCapture log = new LogCapture()) {
      results[1].fail();
      scheduler.run();
      assertThat(log.messages())
          .singleElement()
          .asString()
          .contains(
              "FakeExporter reports that it failed to export 3 data points: it gives no reason");
    }
    exporter.onExport = CompletableResultCode::ofSuccess;
    assertThat(exporter.calls).endsWith("export b1").hasSize(3);
    results[2].succeed();
    scheduler.run();
    assertThat(exporter.calls)
        .as("a failed batch is not sent again, and does not hold up the next")
        .containsExactly(
            "export a1", "export a1 b1", "export b1", "export a2", "export a2 b2", "export b2");
    assertThat(exporter.mostExportsInFlight).hasValue(1);
    assertThat(source.overlaps).hasValue(0);
  }

  @Test
  void manyBatchesOfAnExporterThatCompletesAtOnceNeedNoDeepStack() {
    final GlintPeriodicMetricReader reader = builder().setMaxExportBatchSize(1).build();
    source.metrics = n -> List.of(FakeSource.gauge("m", 20_000));
    reader.register(source);
    scheduler.fire(HOUR);
    assertThat(exporter.calls).hasSize(20_000);
  }

  @Test
  void theExporterDecidesTemporalityAggregationAndMemoryMode() {
    exporter.temporality = AggregationTemporality.DELTA;
    exporter.aggregation = Aggregation.drop();
    exporter.memoryMode = MemoryMode.REUSABLE_DATA;
    final GlintPeriodicMetricReader reader = builder().build();
    assertThat(reader.getAggregationTemporality(InstrumentType.COUNTER))
        .isEqualTo(AggregationTemporality.DELTA);
    assertThat(reader.getDefaultAggregation(InstrumentType.HISTOGRAM)).isSameAs(Aggregation.drop());
    assertThat(reader.getMemoryMode()).isEqualTo(MemoryMode.REUSABLE_DATA);
  }

  @Test
  void aReaderIsRegisteredOnce() {
    final GlintPeriodicMetricReader reader = builder().build();
    reader.register(source);
    assertThatThrownBy(() -> reader.register(source))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("registered with a provider already");
    reader.shutdown();
    scheduler.run();
    assertThatThrownBy(() -> reader.register(source))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("has been shut down");
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    final GlintPeriodicMetricReaderBuilder builder = builder();
    assertThatThrownBy(() -> builder.setInterval(0, TimeUnit.SECONDS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("interval");
    assertThatThrownBy(() -> builder.setExportTimeout(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("export timeout");
    assertThatThrownBy(() -> builder.setMaxExportBatchSize(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 1");
    assertThatThrownBy(() -> GlintPeriodicMetricReader.builder(null))
        .isInstanceOf(NullPointerException.class);
    builder
        .setInterval(Duration.ofSeconds(Long.MAX_VALUE))
        .setExportTimeout(Long.MAX_VALUE, TimeUnit.DAYS)
        .build()
        .register(source);
    assertThat(scheduler.timers(Duration.ofDays(365 * 50))).isEqualTo(1);
  }

  @Test
  void anExecutorThatWasShutDownIsReportedAndTheReaderStillFlushesAndShutsDown() {
    final GlintPeriodicMetricReader reader = builder().build();
    reader.register(source);
    try (LogCapture log = new LogCapture()) {
      scheduler.shutdown();
      scheduler.fire(HOUR);
      assertThat(log.messages())
          .singleElement()
          .asString()
          .contains("shut the reader down before its executor");
    }
    assertThat(reader.forceFlush().isSuccess()).isTrue();
    assertThat(reader.shutdown().isSuccess()).isTrue();
    assertThat(exporter.calls)
        .containsExactly("export m1", "export m2", "flush", "export m3", "flush", "shutdown");
  }
}
