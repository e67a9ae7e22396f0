/** OTLP metric exporter. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module io.glint.exporter.otlp {
  requires transitive io.glint.sdk;
  requires java.logging;
  requires java.net.http;
  // For the compiler only. Not "transitive": then whoever compiles against Glint would need them.
  requires static com.google.errorprone.annotations;
  requires static org.jspecify;

  exports io.glint.exporter.otlp;

  // Senders of HTTP and gRPC libraries. OpenTelemetry has these interfaces since 1.59.
  uses io.opentelemetry.sdk.common.export.GrpcSenderProvider;
  uses io.opentelemetry.sdk.common.export.HttpSenderProvider;
}
