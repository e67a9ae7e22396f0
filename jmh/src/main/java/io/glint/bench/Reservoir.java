package io.glint.bench;

import io.glint.reservoir.BucketSelection;
import io.glint.reservoir.ExemplarReservoirFactory;

/** Where exemplars are kept. */
public enum Reservoir {
  /** What the specification says for the aggregation. */
  DEFAULT,
  MOST_RECENT,
  FIXED_SIZE,
  OCTAVE_ALIGNED,
  EXTREMES;

  /** Null for the default. */
  ExemplarReservoirFactory factory() {
    return switch (this) {
      case DEFAULT -> null;
      case MOST_RECENT ->
          ExemplarReservoirFactory.alignedHistogramBucket(BucketSelection.MOST_RECENT);
      case FIXED_SIZE -> ExemplarReservoirFactory.fixedSize(4);
      case OCTAVE_ALIGNED -> ExemplarReservoirFactory.octaveAligned();
      case EXTREMES -> ExemplarReservoirFactory.extremes(2, 1);
    };
  }
}
