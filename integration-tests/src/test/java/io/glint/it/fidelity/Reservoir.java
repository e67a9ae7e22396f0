package io.glint.it.fidelity;

import io.glint.reservoir.BucketSelection;
import io.glint.reservoir.ExemplarReservoirFactory;

/** The reservoir that a view sets. */
enum Reservoir {
  /** That of the SDK. */
  DEFAULT,
  ALIGNED_UNIFORM,
  ALIGNED_MOST_RECENT,
  FIXED_1,
  FIXED_4,
  OCTAVES,
  EXTREMES_1,
  EXTREMES_2_1;

  /** Null for that of the SDK. */
  ExemplarReservoirFactory factory() {
    return switch (this) {
      case DEFAULT -> null;
      case ALIGNED_UNIFORM ->
          ExemplarReservoirFactory.alignedHistogramBucket(BucketSelection.UNIFORM);
      case ALIGNED_MOST_RECENT ->
          ExemplarReservoirFactory.alignedHistogramBucket(BucketSelection.MOST_RECENT);
      case FIXED_1 -> ExemplarReservoirFactory.fixedSize(1);
      case FIXED_4 -> ExemplarReservoirFactory.fixedSize(4);
      case OCTAVES -> ExemplarReservoirFactory.octaveAligned();
      case EXTREMES_1 -> ExemplarReservoirFactory.extremes(1);
      case EXTREMES_2_1 -> ExemplarReservoirFactory.extremes(2, 1);
    };
  }
}
