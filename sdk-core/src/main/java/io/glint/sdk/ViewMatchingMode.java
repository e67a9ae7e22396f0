package io.glint.sdk;

/**
 * What becomes of an instrument that several views match (SDK specification, "Measurement
 * processing").
 */
public enum ViewMatchingMode {
  /** Each matching view makes a stream of its own. The default. */
  INDEPENDENT,

  /**
   * The matching views are put together, in the order they were registered: one stream for each
   * name that a view sets, or a single one under the instrument's name if none does. Views without
   * a name take part in every stream. Of description, aggregation, cardinality limit and exemplar
   * reservoir the last setting wins; an aggregation that makes no sense for the instrument is
   * reported and passed over. An attribute has to be kept by every view that filters.
   */
  COMPOSABLE
}
