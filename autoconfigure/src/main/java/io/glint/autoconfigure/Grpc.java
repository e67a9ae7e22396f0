package io.glint.autoconfigure;

import io.glint.exporter.otlp.OtlpMetricExporter;
import org.jspecify.annotations.Nullable;

/** Whether Glint's OTLP exporter can speak gRPC, for which it needs a sender on the class path. */
final class Grpc {
  private Grpc() {}

  /** Answers null if it can, and otherwise why not, in sentences. */
  static @Nullable String problem() {
    // An exporter opens no connection before it is used.
    try (OtlpMetricExporter exporter = OtlpMetricExporter.builder().setProtocol("grpc").build()) {
      return null;
    } catch (IllegalStateException e) {
      return e.getMessage();
    }
  }
}
