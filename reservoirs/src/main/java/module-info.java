/**
 * Exemplar reservoirs and the interface for reservoirs of one's own. What is below {@code
 * io.glint.reservoir.internal} is not API.
 */
// "module": those that "internal" is for are not there when this is compiled.
@SuppressWarnings({"module", "requires-automatic", "requires-transitive-automatic"})
module io.glint.reservoir {
  requires transitive io.opentelemetry.api;
  requires transitive io.opentelemetry.context;
  // For the compiler only. Not "transitive": then whoever compiles against Glint would need it.
  requires static org.jspecify;

  exports io.glint.reservoir;
  exports io.glint.reservoir.internal to
      io.glint.sdk,
      io.glint.exporter.openmetrics,
      io.glint.exporter.otlp;
}
