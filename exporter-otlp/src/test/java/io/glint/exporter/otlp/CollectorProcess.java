package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.testing.FreePort;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A Collector that takes OTLP over gRPC and HTTP, and hands everything on to a server. */
final class CollectorProcess implements AutoCloseable {
  static final String PROPERTY = "glint.collector";

  static final String WHY_SKIPPED =
      "no Collector: name the program with -Dglint.collector; .ci/collector/build makes one";

  private final Path configuration;
  private final File log;
  private final int grpcPort = FreePort.find();
  private final int httpPort = FreePort.find();
  private Process process;

  /**
   * Starts one.
   *
   * @param identity for TLS; null for none
   * @param target URL without a path
   */
  CollectorProcess(Path directory, TestIdentity identity, String target) throws Exception {
    String tls = "";
    if (identity != null) {
      Path certificate =
          Files.write(directory.resolve("certificate.pem"), identity.certificatePem());
      Path key = Files.write(directory.resolve("key.pem"), identity.keyPem());
      tls = ", tls: {cert_file: \"%s\", key_file: \"%s\"}".formatted(certificate, key);
    }
    configuration =
        Files.writeString(
            directory.resolve("collector.yaml"),
            """
            receivers:
              otlp:
                protocols:
                  grpc: {endpoint: "127.0.0.1:%d"%s}
                  http: {endpoint: "127.0.0.1:%d"%s}
            exporters:
              otlp_http:
                endpoint: "%s"
                compression: none
                sending_queue: {enabled: false}
            service:
              telemetry:
                metrics: {level: none}
              pipelines:
                metrics: {receivers: [otlp], exporters: [otlp_http]}
            """
                .formatted(grpcPort, tls, httpPort, tls, target));
    log = directory.resolve("collector.log").toFile();
    start();
  }

  String endpoint(String protocol, boolean isTls) {
    String scheme = isTls ? "https" : "http";
    return protocol.equals("grpc")
        ? scheme + "://localhost:" + grpcPort
        : scheme + "://localhost:" + httpPort + "/v1/metrics";
  }

  private void start() throws Exception {
    process =
        new ProcessBuilder(System.getProperty(PROPERTY), "--config=" + configuration)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
            .start();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!(listens(grpcPort) && listens(httpPort))) {
      assertThat(process.isAlive() && System.nanoTime() < end)
          .as("the Collector listens; its log: %s", Files.readString(log.toPath()))
          .isTrue();
      Thread.sleep(50);
    }
  }

  /** Ends it in order, and begins again at the same ports after a while. */
  void restart(long downMillis) throws Exception {
    process.destroy();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    Thread.sleep(downMillis);
    start();
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
