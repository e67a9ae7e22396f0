package io.glint.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.internal.log.LoggedFailure;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableMetricData;
import io.opentelemetry.sdk.resources.Resource;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A failed export is one line in the log, by whoever knows most of it. */
class FailedExportLogTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final ManualScheduler scheduler = new ManualScheduler();
  private final FakeExporter exporter = new FakeExporter();
  private final FakeSource source = new FakeSource(exporter);
  private final LogCapture log = new LogCapture();
  private final GlintPeriodicMetricReader reader =
      GlintPeriodicMetricReader.builder(exporter).setInterval(HOUR).setExecutor(scheduler).build();

  @AfterEach
  void close() {
    log.close();
  }

  private void export(CompletableResultCode result) {
    reader.register(source);
    exporter.onExport = () -> result;
    scheduler.fire(HOUR);
    assertThat(exporter.calls).hasSize(1);
  }

  @Test
  void whatTheExporterHasLoggedIsNotLoggedAgain() {
    export(CompletableResultCode.ofExceptionalFailure(new LoggedFailure("said already")));
    assertThat(log.records()).isEmpty();
  }

  @Test
  void exporterThatSaysNothingIsReportedOnceAndInShort() {
    export(CompletableResultCode.ofFailure());
    assertThat(log.messages())
        .singleElement()
        .asString()
        .contains("FakeExporter", "failed to export 1 data point: it gives no reason")
        .contains("no total is lost", "GlintPeriodicMetricReader")
        .doesNotContain("dropped", "{")
        .hasSizeLessThan(400);
    assertThat(log.records().get(0).getThrown()).isNull();
  }

  @Test
  void reasonOfAForeignExporterIsOnTheLineWithoutAStackTrace() {
    export(
        CompletableResultCode.ofExceptionalFailure(
            new IOException("HTTP 503\nWARNING: forged by the server.")));
    assertThat(log.messages())
        .singleElement()
        .asString()
        .contains(": HTTP 503 WARNING: forged by the server. The points may have arrived");
    assertThat(log.records().get(0).getThrown()).isNull();
  }

  @Test
  void exporterThatThrowsIsReportedWithItsStackTrace() {
    reader.register(source);
    exporter.onExport =
        () -> {
          throw new AssertionError("broken");
        };
    scheduler.fire(HOUR);
    assertThat(log.messages()).singleElement().asString().contains("FakeExporter threw", "broken");
    assertThat(log.records().get(0).getThrown()).isInstanceOf(AssertionError.class);
  }

  @Test
  void deltaPointsOfAForeignExporterAreCounted() {
    source.metrics =
        n -> List.of(sum(AggregationTemporality.DELTA), sum(AggregationTemporality.CUMULATIVE));
    export(CompletableResultCode.ofFailure());
    assertThat(log.messages())
        .singleElement()
        .asString()
        .contains("2 data points", "what the 1 delta point counted is lost");
  }

  private static MetricData sum(AggregationTemporality temporality) {
    return ImmutableMetricData.createLongSum(
        Resource.empty(),
        InstrumentationScopeInfo.create("scope"),
        "sum",
        "",
        "1",
        SumData.createLongSumData(
            true, temporality, List.of(LongPointData.create(0, 1, Attributes.empty(), 1))));
  }
}
