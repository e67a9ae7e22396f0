package io.glint.exporter.otlp;

import java.util.concurrent.ExecutorService;

/**
 * Chooses the transport of an exporter. It names none of the classes that came with OpenTelemetry
 * 1.59, so that it works with older versions.
 */
final class Transports {
  private static final String SENDER = "io.opentelemetry.sdk.common.export.GrpcSender";

  private Transports() {}

  /**
   * Makes the transport that a builder describes.
   *
   * @param threads of the exporter
   * @throws IllegalStateException if something that it needs is not on the class path, or was set
   *     that it cannot do
   */
  static Transport of(OtlpMetricExporterBuilder builder, ExecutorService threads) {
    if (builder.protocol.isHttp() && builder.senderProvider == null) {
      return new HttpTransport(builder, threads);
    }
    requireSenders(builder);
    return builder.protocol.isHttp()
        ? new HttpSenderTransport(builder, threads)
        : new GrpcTransport(builder, threads);
  }

  private static void requireSenders(OtlpMetricExporterBuilder builder) {
    try {
      Class.forName(SENDER, false, Transports.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      throw new IllegalStateException(
          (builder.protocol.isHttp()
                  ? "Another HTTP client than that of the JDK"
                  : "OTLP over gRPC")
              + " needs OpenTelemetry 1.59.0 or newer, and the opentelemetry-sdk-common on the class"
              + " path is older. "
              + (builder.protocol.isHttp()
                  ? "Leave out setSenderProvider, or use a newer OpenTelemetry."
                  : "Use a newer OpenTelemetry, or OTLP over HTTP: setProtocol(\"http/protobuf\"),"
                      + " with the port of the server for that, usually 4318."));
    }
  }
}
