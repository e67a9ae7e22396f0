package io.glint.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.testing.Adoption;
import io.glint.testing.ChildProcess;
import io.glint.testing.FreePort;
import io.glint.testing.OtlpServer;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The ways to adopt Glint in plain Java, each a process of its own, beside the stock SDK that was
 * set up in the same way. Spring Boot and the Java agent have tests of this name in their modules,
 * with the same assertions.
 */
@Timeout(180)
@Tag("long")
class AdoptionTest {
  @TempDir private Path directory;

  /** All but Glint's auto-configuration, which is found if it is there. */
  private static String classPathOfStock() {
    final String own =
        Path.of(
                GlintAutoConfiguration.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .getPath())
            .toString();
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(place -> !Path.of(place).toString().equals(own))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static Map<String, String> variables(String url, int port) {
    final Map<String, String> variables = new HashMap<>();
    variables.put("OTEL_SERVICE_NAME", "shop");
    variables.put("OTEL_METRICS_EXPORTER", "otlp,prometheus");
    variables.put("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
    variables.put("OTEL_EXPORTER_OTLP_ENDPOINT", url);
    variables.put("OTEL_EXPORTER_PROMETHEUS_HOST", "localhost");
    variables.put("OTEL_EXPORTER_PROMETHEUS_PORT", String.valueOf(port));
    variables.put("OTEL_METRIC_EXPORT_INTERVAL", "3600000");
    variables.put("OTEL_LOGS_EXPORTER", "none");
    return variables;
  }

  private Map<String, String> file(String url, int port) throws Exception {
    final Path file =
        Files.writeString(
            directory.resolve("otel.yaml"),
            """
            file_format: "1.0"
            tracer_provider:
              processors:
                - batch: {exporter: {otlp_http: {endpoint: "%1$s/v1/traces"}}}
            meter_provider:
              readers:
                - periodic:
                    interval: 3600000
                    exporter: {otlp_http: {endpoint: "%1$s/v1/metrics"}}
                - pull: {exporter: {prometheus/development: {host: localhost, port: %2$d}}}
            """
                .formatted(url, port));
    return Map.of("OTEL_CONFIG_FILE", file.toString());
  }

  private Adoption run(String way, boolean isGlint) throws Exception {
    final int port = FreePort.find();
    try (OtlpServer receiver = new OtlpServer()) {
      final Map<String, String> environment =
          switch (way) {
            case "plain" -> Map.of();
            case "autoconfigure" -> variables(receiver.url(""), port);
            default -> file(receiver.url(""), port);
          };
      final String sdk = isGlint ? "glint" : "stock";
      final List<String> arguments =
          List.of(
              "-cp",
              isGlint ? System.getProperty("java.class.path") : classPathOfStock(),
              AdoptedService.class.getName(),
              way.equals("plain") ? sdk : "global",
              receiver.url(""),
              String.valueOf(port));
      try (ChildProcess service = new ChildProcess(environment, arguments)) {
        assertThat(service.await("recorded with ").startsWith("GlintMeterProvider"))
            .isEqualTo(isGlint);
        final String page = service.get("http://localhost:" + port + "/metrics");
        service.end();
        return Adoption.of(
                way + ", " + sdk,
                receiver,
                page,
                "checkout.duration",
                "checkout_duration_milliseconds")
            .print()
            .holds(AdoptedService.RECORDED, receiver.traceIds());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "autoconfigure", "yaml"})
  void recordsExportsAndIsScrapedWithExemplarsOfExportedTracesAsTheStockSdk(String way)
      throws Exception {
    final Adoption stock = run(way, /* isGlint= */ false);
    final Adoption glint = run(way, /* isGlint= */ true);
    assertThat(glint.exemplars()).isGreaterThanOrEqualTo(stock.exemplars());
  }
}
