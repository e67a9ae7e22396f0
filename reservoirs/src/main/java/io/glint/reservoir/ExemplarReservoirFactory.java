package io.glint.reservoir;

/**
 * Makes the reservoirs of a stream: one for each time series, and one more for each further cell of
 * a series that several threads record into at once. Called the first time a measurement is
 * eligible, from the recording thread: it must be thread-safe and quick.
 */
@FunctionalInterface
public interface ExemplarReservoirFactory {

  /**
   * Makes a reservoir.
   *
   * @param settings what is known of the stream; never null
   * @return a new reservoir, never null and never shared
   */
  ExemplarReservoir create(ReservoirSettings settings);

  /**
   * One slot for each histogram bucket; each holds a uniform choice among the eligible measurements
   * that fell into its bucket since the last collection. So every bucket that was hit by an
   * eligible measurement has an exemplar. The specification's default for explicit-bucket
   * histograms (AlignedHistogramBucketExemplarReservoir). On a stream without buckets it keeps one
   * measurement.
   *
   * <p>Memory: about 60 bytes and 16 more for each bucket, and 40 for each bucket that has been
   * hit.
   */
  static ExemplarReservoirFactory alignedHistogramBucket() {
    return AlignedHistogramBucketExemplarReservoir::new;
  }

  /**
   * {@code size} slots that hold a uniform choice among all eligible measurements since the last
   * collection; all of them while they are at most {@code size}. The specification's
   * SimpleFixedSizeExemplarReservoir.
   *
   * <p>Memory: about 90 bytes and 4 more for each slot, and 40 for each slot that has been used.
   *
   * @param size number of slots, at least 1
   * @throws IllegalArgumentException if {@code size} is below 1
   */
  static ExemplarReservoirFactory fixedSize(int size) {
    SimpleFixedSizeExemplarReservoir.requireCapacity(size);
    return settings -> new SimpleFixedSizeExemplarReservoir(size, settings);
  }
}
