package io.glint.javaagent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.testing.OtlpServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A declarative configuration file, by which the agent asks no customizer. */
@Timeout(300)
@Tag("long")
class ConfigurationFileTest {
  @TempDir private Path directory;

  @Test
  void metricsOfTheFileAreTakenOver() throws Exception {
    try (OtlpServer metrics = new OtlpServer()) {
      final Path file = directory.resolve("otel.yaml");
      final String configuration =
          """
          file_format: "1.0"
          tracer_provider:
            processors: []
          meter_provider:
            exemplar_filter: always_on
            views:
              - selector: {instrument_name: shop.orders}
                stream: {name: renamed, attribute_keys: {excluded: [country]}}
            readers:
              - periodic:
                  interval: 3600000
                  exporter:
                    otlp_http: {endpoint: "%s"}
          """;
      Files.writeString(file, configuration.formatted(metrics.url("/v1/metrics")), UTF_8);
      try (AgentProcess service =
          new AgentProcess(
              System.getProperty("glint.agent.version"),
              AgentProcess.EXTENSION,
              Map.of("otel.config.file", file.toString()))) {
        service.ask("/order");
        service.ask("/order");
        // At the end of the process, the agent removes its callbacks of the JVM's metrics.
        service.ask("/flush");
        assertThat(service.end()).isZero();
        assertThat(service.linesOfGlint())
            .singleElement()
            .asString()
            .contains("Metrics are recorded by Glint", "for GlintPeriodicMetricReader");
      }
      final var point = metrics.metrics().get("renamed").getSum().getDataPoints(0);
      assertThat(point.getAsInt()).isEqualTo(2);
      assertThat(point.getAttributesCount()).isZero();
      assertThat(point.getExemplarsCount()).isPositive();
      assertThat(metrics.metrics()).containsKeys("http.server.request.duration", "jvm.memory.used");
    }
  }
}
