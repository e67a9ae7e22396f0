package io.glint.javaagent;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.testing.Adoption;
import io.glint.testing.ChildProcess;
import io.glint.testing.FreePort;
import io.glint.testing.OtlpServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A service under the Java agent with Glint's extension, beside the same service without it. */
@Timeout(180)
@Tag("long")
class AdoptionTest {
  private static final String VERSION = System.getProperty("glint.agent.version");

  /** Some times into each of the fifteen lower buckets. */
  private static final int[] ROWS = {
    0, 3, 8, 20, 40, 60, 90, 200, 300, 600, 800, 2_000, 4_000, 6_000, 8_000
  };

  private static final int ORDERS = 10 * ROWS.length;

  private static Map<String, String> variables(String url, int port) {
    return Map.of(
        "OTEL_SERVICE_NAME", "shop",
        "OTEL_METRICS_EXPORTER", "otlp,prometheus",
        "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf",
        "OTEL_EXPORTER_OTLP_ENDPOINT", url,
        "OTEL_EXPORTER_PROMETHEUS_HOST", "localhost",
        "OTEL_EXPORTER_PROMETHEUS_PORT", String.valueOf(port),
        "OTEL_METRIC_EXPORT_INTERVAL", "3600000",
        "OTEL_LOGS_EXPORTER", "none");
  }

  private static List<String> command(boolean isGlint) {
    final List<String> command = new ArrayList<>();
    command.add("-javaagent:" + AgentProcess.agent(VERSION));
    if (isGlint) {
      command.add("-Dotel.javaagent.extensions=" + AgentProcess.EXTENSION);
    }
    command.addAll(List.of("-cp", AgentProcess.classPath(), Service.class.getName()));
    return command;
  }

  private static Adoption run(boolean isGlint) throws Exception {
    final int port = FreePort.find();
    try (OtlpServer receiver = new OtlpServer();
        ChildProcess service =
            new ChildProcess(variables(receiver.url(""), port), command(isGlint))) {
      final String shop = "http://127.0.0.1:" + service.await("port ") + "/order?";
      for (int i = 0; i < ORDERS; i++) {
        final int rows = ROWS[i % ROWS.length];
        assertThat(service.get(shop + rows)).isEqualTo("rows: " + rows);
      }
      final String page = service.get("http://localhost:" + port + "/metrics");
      service.end();
      assertThat(
              service.lines.stream()
                  .anyMatch(line -> line.contains("Metrics are recorded by Glint")))
          .isEqualTo(isGlint);
      return Adoption.of(
              "agent " + VERSION + ", " + (isGlint ? "glint" : "stock"),
              receiver,
              page,
              "shop.rows",
              "shop_rows")
          .print()
          .holds(ORDERS, receiver.traceIds());
    }
  }

  @Test
  void recordsExportsAndIsScrapedWithExemplarsOfExportedTracesAsTheAgentAlone() throws Exception {
    final Adoption stock = run(/* isGlint= */ false);
    final Adoption glint = run(/* isGlint= */ true);
    assertThat(glint.exemplars()).isGreaterThanOrEqualTo(stock.exemplars());
  }
}
