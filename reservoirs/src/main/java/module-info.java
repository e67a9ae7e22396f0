/** Exemplar reservoirs and the interface for reservoirs of one's own. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module io.glint.reservoir {
  requires transitive io.opentelemetry.api;
  requires transitive io.opentelemetry.context;

  exports io.glint.reservoir;
}
