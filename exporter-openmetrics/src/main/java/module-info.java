/** A pull endpoint for metrics: OpenMetrics and Prometheus text over HTTP. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module io.glint.exporter.openmetrics {
  requires transitive io.glint.sdk;
  requires java.logging;

  exports io.glint.exporter.openmetrics;
}
