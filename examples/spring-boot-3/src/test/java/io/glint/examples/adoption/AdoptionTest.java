package io.glint.examples.adoption;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.spring.GlintMetricsAutoConfiguration;
import io.glint.testing.Adoption;
import io.glint.testing.ChildProcess;
import io.glint.testing.FreePort;
import io.glint.testing.OtlpServer;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringBootVersion;

/**
 * An application of Spring Boot with Glint's starter, beside the same one with the stock SDK. The
 * Spring Boot is that of the module that runs this.
 */
@Timeout(180)
@Tag("long")
class AdoptionTest {
  /** Some times into each of the fifteen lower buckets. */
  private static final int[] MILLIS = {
    0, 3, 8, 20, 40, 60, 90, 200, 300, 600, 800, 900, 2_000, 4_000, 6_000
  };

  private static final int ORDERS = 10 * MILLIS.length;

  @TempDir private Path directory;

  /** With the starter, or all but it. */
  private static String classPath(boolean isGlint) throws Exception {
    final Path starter =
        Path.of(
            GlintMetricsAutoConfiguration.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(place -> isGlint || !Path.of(place).equals(starter))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private List<String> command(String url, int port, boolean isGlint) throws Exception {
    final List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            "-cp",
            classPath(isGlint),
            AdoptedShop.class.getName(),
            "--server.port=0",
            "--server.address=127.0.0.1",
            "--server.tomcat.basedir=" + directory,
            "--management.endpoints.web.exposure.include=openmetrics",
            "--management.tracing.sampling.probability=1.0",
            // Of Spring Boot 3, then of Spring Boot 4.
            "--management.otlp.tracing.endpoint=" + url + "/v1/traces",
            "--management.opentelemetry.tracing.export.otlp.endpoint=" + url + "/v1/traces",
            // Of Spring Boot 4; see docs/spring-boot.md.
            "--management.otlp.metrics.export.enabled=false",
            "--otel.exporter.otlp.endpoint=" + url,
            "--otel.metric.export.interval=1h",
            "--otel.exporter.prometheus.port=" + port));
    if (!isGlint) {
      command.add("--spring.profiles.active=stock");
    }
    return command;
  }

  private Adoption run(boolean isGlint) throws Exception {
    final int port = FreePort.find();
    try (OtlpServer receiver = new OtlpServer();
        ChildProcess service =
            new ChildProcess(Map.of(), command(receiver.url(""), port, isGlint))) {
      final String shop = "http://127.0.0.1:" + service.await("port ");
      for (int i = 0; i < ORDERS; i++) {
        assertThat(service.get(shop + "/checkout?millis=" + MILLIS[i % MILLIS.length]))
            .isEqualTo("paid");
      }
      final String page =
          service.get(
              isGlint ? shop + "/actuator/openmetrics" : "http://localhost:" + port + "/metrics");
      service.end();
      assertThat(
              service.lines.stream()
                  .anyMatch(line -> line.contains("Metrics are recorded by Glint")))
          .isEqualTo(isGlint);
      return Adoption.of(
              "Spring Boot "
                  + SpringBootVersion.getVersion()
                  + ", "
                  + (isGlint ? "glint" : "stock"),
              receiver,
              page,
              "checkout.duration",
              "checkout_duration_milliseconds")
          .print()
          .holds(ORDERS, receiver.traceIds());
    }
  }

  @Test
  void recordsExportsAndIsScrapedWithExemplarsOfExportedTracesAsTheStockSdk() throws Exception {
    final Adoption stock = run(/* isGlint= */ false);
    final Adoption glint = run(/* isGlint= */ true);
    assertThat(glint.exemplars()).isGreaterThanOrEqualTo(stock.exemplars());
  }
}
