package io.glint.reservoir;

/** Which of the eligible measurements of a histogram bucket becomes its exemplar. */
public enum BucketSelection {
  /**
   * Each with the same chance, at almost no cost: {@link AlignedHistogramBucketExemplarReservoir}.
   */
  UNIFORM,

  /**
   * The last one, for which every eligible measurement reads the clock: {@link
   * MostRecentBucketExemplarReservoir}.
   */
  MOST_RECENT
}
