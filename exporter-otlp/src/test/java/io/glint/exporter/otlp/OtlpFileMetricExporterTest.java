package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.glint.testing.LogCapture;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class OtlpFileMetricExporterTest {
  private static final List<MetricData> METRICS = TestMetrics.everyKind();

  @Test
  void eachCollectionIsALineThatIsAppended(@TempDir Path directory) throws IOException {
    final Path file = directory.resolve("metrics.jsonl");
    for (int i = 0; i < 2; i++) {
      try (OtlpFileMetricExporter exporter =
          OtlpFileMetricExporter.builder().setOutput(file).build()) {
        assertThat(exporter.export(METRICS).isSuccess()).isTrue();
        assertThat(exporter.export(List.of()).isSuccess()).isTrue();
        assertThat(exemplars(exporter, Outcome.EXPORTED)).isEqualTo(5);
      }
    }
    final List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSize(2);
    assertThat(Files.readString(file)).endsWith("}\n");
    final JsonObject resource =
        JsonParser.parseString(lines.get(1))
            .getAsJsonObject()
            .getAsJsonArray("resourceMetrics")
            .get(0)
            .getAsJsonObject();
    final JsonObject sum =
        resource
            .getAsJsonArray("scopeMetrics")
            .get(0)
            .getAsJsonObject()
            .getAsJsonArray("metrics")
            .get(2)
            .getAsJsonObject()
            .getAsJsonObject("sum");
    assertThat(sum.get("aggregationTemporality").getAsInt()).isEqualTo(2);
    final JsonObject point = sum.getAsJsonArray("dataPoints").get(0).getAsJsonObject();
    assertThat(point.get("asInt").getAsString()).isEqualTo("9007199254740993");
    assertThat(point.getAsJsonPrimitive("asInt").isString()).isTrue();
    final JsonObject exemplar = point.getAsJsonArray("exemplars").get(0).getAsJsonObject();
    assertThat(exemplar.get("traceId").getAsString()).isEqualTo(TestMetrics.TRACE_ID);
    assertThat(exemplar.get("spanId").getAsString()).isEqualTo(TestMetrics.SPAN_ID);
  }

  @Test
  void withoutAnOutputItIsStandardOutput() {
    final PrintStream before = System.out;
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    try (OtlpFileMetricExporter exporter = OtlpFileMetricExporter.builder().build()) {
      assertThat(exporter.export(METRICS).isSuccess()).isTrue();
      assertThat(exporter).hasToString(exporter.toString()).asString().contains("standard output");
    } finally {
      System.setOut(before);
    }
    assertThat(out.toString(StandardCharsets.UTF_8))
        .startsWith("{\"resourceMetrics\":[{")
        .endsWith("}\n");
  }

  @Test
  void whatComesAfterABrokenLineIsOnALineOfItsOwnAndTheLossIsSaid() {
    final ByteArrayOutputStream written = new ByteArrayOutputStream();
    final boolean[] isFull = {true};
    final OutputStream disk =
        new OutputStream() {
          @Override
          public void write(int b) {
            written.write(b);
          }

          @Override
          public void write(byte[] bytes, int from, int length) throws IOException {
            written.write(bytes, from, isFull[0] ? 10 : length);
            if (isFull[0]) {
              throw new IOException("No space left on device");
            }
          }
        };
    try (LogCapture log = new LogCapture(OtlpFileMetricExporter.class);
        OtlpFileMetricExporter exporter =
            OtlpFileMetricExporter.builder().setOutput(disk).build()) {
      final CompletableResultCode result = exporter.export(METRICS);
      assertThat(result.isSuccess()).isFalse();
      assertThat(result.getFailureThrowable())
          .hasMessageContainingAll("13 metric points", "No space left on device", "delta point");
      isFull[0] = false;
      assertThat(exporter.export(METRICS).isSuccess()).isTrue();
      assertThat(exporter.export(METRICS).isSuccess()).isTrue();
      assertThat(log.warnings()).hasSize(1);
      assertThat(exemplars(exporter, Outcome.EXPORT_FAILED)).isEqualTo(5);
      assertThat(exporter.deliveryCounts().failedRequests()).isEqualTo(1);
      assertThat(exporter.deliveryCounts().lostDeltaPoints()).isEqualTo(4);
      assertThat(exporter.deliveryCounts().deliveredRequests()).isEqualTo(2);
    }
    final List<String> lines = written.toString(StandardCharsets.UTF_8).lines().toList();
    assertThat(lines).hasSize(3);
    assertThat(lines.get(1)).startsWith("{\"resourceMetrics\"").isEqualTo(lines.get(2));
  }

  @Test
  void aPrintStreamThatSwallowsItsErrorsLosesNothingUnnoticed() {
    final PrintStream broken =
        new PrintStream(
            new OutputStream() {
              @Override
              public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
              }
            });
    try (LogCapture log = new LogCapture(OtlpFileMetricExporter.class);
        OtlpFileMetricExporter exporter =
            OtlpFileMetricExporter.builder().setOutput(broken).build()) {
      assertThat(exporter.export(METRICS).isSuccess()).isFalse();
      assertThat(exporter.export(METRICS).isSuccess()).isFalse();
      assertThat(log.warnings())
          .singleElement()
          .asString()
          .contains("13 metric points", "the stream reports an error", "or of anything");
      assertThat(exporter.deliveryCounts().failedRequests()).isEqualTo(2);
      assertThat(exporter.deliveryCounts().lostDeltaPoints()).isEqualTo(8);
      assertThat(exporter.deliveryCounts().deliveredRequests()).isZero();
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFullDiskIsNamedAndCounted() {
    try (LogCapture log = new LogCapture(OtlpFileMetricExporter.class);
        OtlpFileMetricExporter exporter =
            OtlpFileMetricExporter.builder().setOutput(Path.of("/dev/full")).build()) {
      assertThat(exporter.export(METRICS).isSuccess()).isFalse();
      assertThat(log.warnings())
          .singleElement()
          .asString()
          .contains("No space left on device", "/dev/full");
      assertThat(exporter.deliveryCounts().lostDeltaPoints()).isEqualTo(4);
    }
  }

  @Test
  void exportAfterShutdownFails() {
    final OtlpFileMetricExporter exporter =
        OtlpFileMetricExporter.builder().setOutput(OutputStream.nullOutputStream()).build();
    assertThat(exporter.shutdown().isSuccess()).isTrue();
    assertThat(exporter.shutdown().isSuccess()).isTrue();
    assertThat(exporter.export(METRICS).getFailureThrowable()).hasMessageContaining("shut down");
  }

  @Test
  void aFileThatCannotBeOpenedIsNamed(@TempDir Path directory) {
    final OtlpFileMetricExporterBuilder builder =
        OtlpFileMetricExporter.builder().setOutput(directory.resolve("none/metrics.jsonl"));
    assertThatThrownBy(builder::build)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContainingAll("none", "metrics.jsonl");
  }

  @Test
  void selectorsAreAnsweredToTheReader() {
    try (OtlpFileMetricExporter exporter =
        OtlpFileMetricExporter.builder()
            .setOutput(OutputStream.nullOutputStream())
            .setAggregationTemporalitySelector(AggregationTemporalitySelector.deltaPreferred())
            .build()) {
      assertThat(exporter.getAggregationTemporality(InstrumentType.COUNTER))
          .isEqualTo(AggregationTemporality.DELTA);
      assertThat(exporter.getMemoryMode()).isEqualTo(MemoryMode.REUSABLE_DATA);
    }
  }

  private static long exemplars(OtlpFileMetricExporter exporter, Outcome outcome) {
    return METRICS.stream()
        .mapToLong(
            metric -> exporter.exemplarOutcomes().get(TestMetrics.SCOPE, metric.getName(), outcome))
        .sum();
  }
}
