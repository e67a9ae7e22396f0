package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.testing.Await;
import io.glint.testing.FreePort;
import io.glint.testing.OtlpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Collector runs with {@code deploy/collector/core.yaml}, and hands on what the demo sends.
 * Runs where the system property {@code glint.collector} names the program; {@code
 * .ci/collector/build} makes one.
 */
@EnabledIfSystemProperty(
    named = "glint.collector",
    matches = ".+",
    disabledReason = "no Collector: name the program with -Dglint.collector")
@Timeout(120)
class DeployedCollectorTest {
  private static final Pattern TRACE_ID = Pattern.compile("trace_id=\"([0-9a-f]{32})\"");

  @Test
  void theTraceOfEachExemplarGetsToTheTraceStore(@TempDir Path directory) throws Exception {
    final int port = FreePort.find();
    try (OtlpServer tempo = new OtlpServer();
        OtlpServer mimir = new OtlpServer()) {
      final Path configuration =
          Files.writeString(
              directory.resolve("core.yaml"),
              Deployment.text(Deployment.FOLDER.resolve("collector/core.yaml"))
                  .replace("0.0.0.0:4318", "127.0.0.1:" + port)
                  .replace("0.0.0.0:4317", "127.0.0.1:" + FreePort.find())
                  .replace("http://tempo:4318", tempo.url(""))
                  .replace("http://mimir:9009", mimir.url(""))
                  // By default its own metrics are at a port that another one may have.
                  .replace("service:\n", "service:\n  telemetry: {metrics: {level: none}}\n"));
      final Process collector =
          new ProcessBuilder(System.getProperty("glint.collector"), "--config=" + configuration)
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("collector.log").toFile())
              .start();
      try {
        Await.until(() -> !collector.isAlive() || accepts(port));
        assertThat(collector.isAlive())
            .as(Files.readString(directory.resolve("collector.log")))
            .isTrue();
        final Set<String> linked = new HashSet<>();
        try (WebstoreProcess webstore =
            WebstoreProcess.start(
                Map.of(), "--otlp=http://127.0.0.1:" + port, "--rate=100", "--interval=1")) {
          webstore.await("a report with a trace", () -> webstore.output().contains("/traces/"));
          TRACE_ID
              .matcher(WebstoreProcess.get(webstore.metrics(), WebstoreTest.OPEN_METRICS).body())
              .results()
              .forEach(found -> linked.add(found.group(1)));
        }
        assertThat(linked).hasSizeGreaterThan(20);
        Await.until(() -> tempo.traceIds().containsAll(linked));
        Await.until(() -> mimir.metrics().containsKey("webstore.payment.duration"));
      } finally {
        collector.destroy();
        if (!collector.waitFor(20, TimeUnit.SECONDS)) {
          collector.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
        }
      }
    }
  }

  private static boolean accepts(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
