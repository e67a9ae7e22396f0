package io.glint.reservoir;

/** Which of the eligible measurements of a histogram bucket becomes its exemplar. */
public enum BucketSelection {
  /** Each with the same chance, at almost no cost. */
  UNIFORM,

  /**
   * The last one, for which every eligible measurement reads the clock. It shows what happened
   * shortly before the collection, which is no fair choice.
   */
  MOST_RECENT
}
