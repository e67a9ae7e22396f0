package io.glint.exporter.otlp;

import io.glint.testing.FreePort;
import io.glint.testing.TestIdentity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A Collector that takes OTLP over gRPC and HTTP, and hands everything on to a server. */
final class CollectorProcess implements AutoCloseable {
  static final String PROPERTY = "glint.collector";

  static final String WHY_SKIPPED =
      "no Collector: name the program with -Dglint.collector; .ci/collector/build makes one";

  private final int grpcPort = FreePort.find();
  private final int httpPort = FreePort.find();
  private final ServerProcess process;

  /**
   * Starts one.
   *
   * @param identity for TLS; null for none
   * @param target URL without a path
   */
  CollectorProcess(Path directory, TestIdentity identity, String target) throws Exception {
    String tls = "";
    if (identity != null) {
      final Path certificate =
          Files.write(directory.resolve("certificate.pem"), identity.certificatePem());
      final Path key = Files.write(directory.resolve("key.pem"), identity.keyPem());
      tls = ", tls: {cert_file: \"%s\", key_file: \"%s\"}".formatted(certificate, key);
    }
    final Path configuration =
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
    process =
        new ServerProcess(
            List.of(System.getProperty(PROPERTY), "--config=" + configuration),
            directory.resolve("collector.log"),
            grpcPort,
            httpPort);
  }

  String endpoint(String protocol, boolean isTls) {
    final String scheme = isTls ? "https" : "http";
    return protocol.equals("grpc")
        ? scheme + "://localhost:" + grpcPort
        : scheme + "://localhost:" + httpPort + "/v1/metrics";
  }

  /** Ends it in order, and begins again at the same ports after a while. */
  void restart(long downMillis) throws Exception {
    process.restart(downMillis);
  }

  @Override
  public void close() {
    process.close();
  }
}
