package io.glint.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.testing.OtlpServer;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Scope;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Processes of their own that are configured by environment variables only, and end by themselves.
 */
@Timeout(120)
@Tag("long")
class ProcessTest {

  /** Run by the process; prints the meter provider and the trace. */
  public static final class Application {
    private Application() {}

    /**
     * Records once.
     *
     * @param arguments how OpenTelemetry is had
     */
    public static void main(String[] arguments) {
      final OpenTelemetry openTelemetry =
          switch (arguments[0]) {
            case "fromEnvironment" -> GlintAutoConfiguration.fromEnvironment();
            case "initialize" -> {
              final var unused = AutoConfiguredOpenTelemetrySdk.initialize();
              yield GlobalOpenTelemetry.get();
            }
            default -> throw new IllegalArgumentException(arguments[0]);
          };
      final Span span = openTelemetry.getTracer("application").spanBuilder("request").startSpan();
      try (Scope scope = span.makeCurrent()) {
        openTelemetry.getMeter("application").histogramBuilder("duration").build().record(7);
      } finally {
        span.end();
      }
      System.out.println(openTelemetry.getMeterProvider().getClass().getSimpleName());
      System.out.println(span.getSpanContext().getTraceId());
    }
  }

  private static List<String> run(String how, Map<String, String> environment) throws Exception {
    final ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Application.class.getName(),
            how);
    builder.environment().keySet().removeIf(name -> name.startsWith("OTEL_"));
    builder.environment().putAll(environment);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    final Process process = builder.start();
    final String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    return output.lines().toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"fromEnvironment", "initialize"})
  void whatVariablesSayIsRecordedByGlintAndExportedAtTheEndOfTheProcess(String how)
      throws Exception {
    try (OtlpServer receiver = new OtlpServer()) {
      final List<String> printed =
          run(
              how,
              Map.of(
                  "OTEL_SERVICE_NAME", "shop",
                  "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf",
                  "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", receiver.url("") + "/v1/metrics",
                  "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "DELTA",
                  "OTEL_TRACES_EXPORTER", "console",
                  "OTEL_LOGS_EXPORTER", "none"));
      assertThat(printed.get(0)).isEqualTo("GlintMeterProvider");
      final var histogram = receiver.metrics().get("duration").getHistogram();
      assertThat(histogram.getAggregationTemporalityValue()).isEqualTo(1);
      final HistogramDataPoint point = histogram.getDataPoints(0);
      assertThat(HexFormat.of().formatHex(point.getExemplars(0).getTraceId().toByteArray()))
          .isEqualTo(printed.get(1));
      assertThat(receiver.requests().get(0).getResourceMetrics(0).getResource().getAttributesList())
          .anyMatch(attribute -> attribute.getValue().getStringValue().equals("shop"));
    }
  }

  @Test
  void aMalformedVariableCostsNeitherMetricsNorTraces() throws Exception {
    try (OtlpServer receiver = new OtlpServer()) {
      final List<String> printed =
          run(
              "initialize",
              Map.of(
                  "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf",
                  "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", receiver.url("") + "/v1/metrics",
                  "OTEL_METRIC_EXPORT_INTERVAL", "often",
                  "OTEL_METRICS_EXPORTER", "otlp,oltp",
                  "OTEL_TRACES_EXPORTER", "console",
                  "OTEL_LOGS_EXPORTER", "none"));
      assertThat(printed.get(0)).isEqualTo("GlintMeterProvider");
      assertThat(receiver.metrics()).containsKey("duration");
      assertThat(printed.get(1)).isNotEqualTo("00000000000000000000000000000000");
    }
  }
}
