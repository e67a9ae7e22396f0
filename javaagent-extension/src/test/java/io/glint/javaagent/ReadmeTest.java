package io.glint.javaagent;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.testing.FreePort;
import io.glint.testing.ReadmeCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command that the first page has for the Java agent does what it says. */
@Timeout(300)
@Tag("long")
class ReadmeTest {
  private static final String VERSION = System.getProperty("glint.agent.version");

  @TempDir private Path folder;

  @Test
  void theCommandHasGlintRecordTheMetricsOfTheAgentAndOfTheApplication() throws Exception {
    Files.createSymbolicLink(
        folder.resolve("opentelemetry-javaagent.jar"),
        AgentProcess.agent(VERSION).toAbsolutePath());
    Files.createSymbolicLink(
        folder.resolve("glint-javaagent-extension.jar"), AgentProcess.EXTENSION.toAbsolutePath());
    ReadmeCommand.writeJar(folder.resolve("app.jar"), Service.class, AgentProcess.classPath());
    final int port = FreePort.find();
    final ProcessBuilder command = ReadmeCommand.in(folder, "java -javaagent:");
    // What the command leaves to the environment, with another port than 9464, which may be taken.
    command
        .environment()
        .putAll(
            Map.of(
                "OTEL_METRICS_EXPORTER", "prometheus",
                "OTEL_EXPORTER_PROMETHEUS_PORT", String.valueOf(port),
                "OTEL_TRACES_EXPORTER", "none",
                "OTEL_LOGS_EXPORTER", "none"));
    try (AgentProcess service = new AgentProcess(command, port)) {
      service.ask("/order");
      assertThat(service.scrape())
          .contains("shop_orders_total", "http_server_request_duration_seconds_bucket");
      assertThat(service.linesOfGlint())
          .singleElement()
          .asString()
          .contains("Metrics are recorded by Glint");
      assertThat(service.end()).isZero();
    }
  }
}
