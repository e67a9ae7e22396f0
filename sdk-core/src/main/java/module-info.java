/**
 * The Glint metrics SDK. What is below {@code io.glint.sdk.internal} is not API; of it, Glint's own
 * exporters share the log, the counts of buckets and what is in {@code exporter}, and its
 * auto-configuration the log.
 */
// "module": the exporters are not there when this is compiled. The rest: no jar of OpenTelemetry
// has a module-info, but each has had the same name in its manifest in all versions.
@SuppressWarnings({"module", "requires-automatic", "requires-transitive-automatic"})
module io.glint.sdk {
  requires transitive io.glint.reservoir;
  requires transitive io.opentelemetry.api;
  requires transitive io.opentelemetry.context;
  requires transitive io.opentelemetry.sdk.common;
  requires transitive io.opentelemetry.sdk.metrics;
  // Used if they are there.
  requires static io.opentelemetry.sdk;
  requires static io.opentelemetry.sdk.trace;
  requires static io.opentelemetry.sdk.logs;
  requires static io.opentelemetry.api.incubator;
  requires java.logging;
  // For the compiler only. Not "transitive": then whoever compiles against Glint would need them.
  requires static com.google.errorprone.annotations;
  requires static org.jspecify;

  exports io.glint.sdk;
  exports io.glint.sdk.exemplar;
  exports io.glint.sdk.internal.log to
      io.glint.autoconfigure,
      io.glint.exporter.openmetrics,
      io.glint.exporter.otlp;
  exports io.glint.sdk.internal.histogram to
      io.glint.exporter.otlp;
  exports io.glint.sdk.internal.exporter to
      io.glint.exporter.openmetrics,
      io.glint.exporter.otlp;
}
