/** A pull endpoint for metrics: OpenMetrics and Prometheus text over HTTP. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module io.glint.exporter.openmetrics {
  requires transitive io.glint.sdk;
  requires java.logging;
  // For the compiler only. Not "transitive": then whoever compiles against Glint would need them.
  requires static com.google.errorprone.annotations;
  requires static org.jspecify;

  exports io.glint.exporter.openmetrics;
}
