package io.glint.sdk.internal.exemplar;

/**
 * What became of the measurements of a stream on their way to exemplars, up to what the reservoirs
 * have kept. Guarded by whoever has it; what it counts is counted in the cells by recorders, and
 * moved here by collections.
 */
public class ExemplarCounts extends FrontPadding {
  /** All measurements that were counted. */
  public long measurements;

  /** Of these, made outside of a span. */
  public long noSpan;

  /** Of these, in a span that is not sampled, or refused by a filter of the user's own. */
  public long refused;

  /** Exemplars that the reservoirs handed to a collection. */
  public long kept;

  /** Of a histogram with the default boundaries: in the first bucket above zero. */
  public long lowest;

  /** Of a histogram with the default boundaries: in the last bucket, beyond all of them. */
  public long highest;

  /** Measurements that the filter admitted, unless exemplars are off. */
  public final long eligible() {
    return Math.max(0, measurements - noSpan - refused);
  }

  /** Adds what the exemplar filter said to {@code other}, and forgets it. */
  public final void moveFilterResultsTo(ExemplarCounts other) {
    other.noSpan += noSpan;
    other.refused += refused;
    noSpan = 0;
    refused = 0;
  }

  public final ExemplarCounts copy() {
    final ExemplarCounts copy = new ExemplarCounts();
    copy.measurements = measurements;
    copy.noSpan = noSpan;
    copy.refused = refused;
    copy.kept = kept;
    copy.lowest = lowest;
    copy.highest = highest;
    return copy;
  }
}
