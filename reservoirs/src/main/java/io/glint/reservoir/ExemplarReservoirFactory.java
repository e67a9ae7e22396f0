package io.glint.reservoir;

import java.util.Objects;

/**
 * Makes the reservoirs of a stream: one for each time series, and one more for each further cell of
 * a series that several threads record into at once, called the first time a measurement is
 * eligible, by the recording thread. One more joins them in collections, called by the collecting
 * thread. So it must be thread-safe and quick.
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
   * A factory under a name that reports and log messages show, where a lambda would be called after
   * the class that it is written in. A factory that is a class of its own may override {@code
   * toString} instead.
   *
   * @param name as short as those of the built-in ones, for instance {@code "newest(3)"}; not null
   * @param factory makes the reservoirs; not null
   */
  static ExemplarReservoirFactory named(String name, ExemplarReservoirFactory factory) {
    return new NamedReservoirFactory(
        Objects.requireNonNull(name, "name"), Objects.requireNonNull(factory, "factory"));
  }

  /** As {@link #alignedHistogramBucket(BucketSelection)}, each measurement with the same chance. */
  static ExemplarReservoirFactory alignedHistogramBucket() {
    return alignedHistogramBucket(BucketSelection.UNIFORM);
  }

  /**
   * One slot for each histogram bucket, which holds one of the eligible measurements that fell into
   * its bucket since the last collection. So every bucket that was hit by an eligible measurement
   * has an exemplar. The specification's default for explicit-bucket histograms
   * (AlignedHistogramBucketExemplarReservoir). On a stream without buckets it keeps one
   * measurement.
   *
   * <p>Cost and memory are those of {@link AlignedHistogramBucketExemplarReservoir} and {@link
   * MostRecentBucketExemplarReservoir}.
   *
   * @param selection which of the measurements of a bucket to keep; never null
   */
  static ExemplarReservoirFactory alignedHistogramBucket(BucketSelection selection) {
    return switch (Objects.requireNonNull(selection, "selection")) {
      case UNIFORM -> NamedReservoirFactory.ALIGNED_UNIFORM;
      case MOST_RECENT -> NamedReservoirFactory.ALIGNED_MOST_RECENT;
    };
  }

  /**
   * {@code size} slots that hold a uniform choice among all eligible measurements since the last
   * collection; all of them while they are at most {@code size}. The specification's
   * SimpleFixedSizeExemplarReservoir. Cost and memory: {@link SimpleFixedSizeExemplarReservoir}.
   *
   * @param size number of slots, from 1 to {@link ExemplarVisitor#MAX_SLOTS}
   * @throws IllegalArgumentException if {@code size} is out of range
   */
  static ExemplarReservoirFactory fixedSize(int size) {
    SimpleFixedSizeExemplarReservoir.requireCapacity(size);
    return new NamedReservoirFactory(
        "fixedSize(" + size + ")",
        settings -> new SimpleFixedSizeExemplarReservoir(size, settings));
  }

  /**
   * One slot for each octave of the value, (2<sup>k</sup>, 2<sup>k+1</sup>], which holds a uniform
   * choice among the eligible measurements in it since the last collection. So the tail of a base-2
   * exponential histogram has an exemplar however rare it is. Cost, memory and what becomes of
   * values more than 64 octaves apart: {@link OctaveAlignedExemplarReservoir}.
   */
  static ExemplarReservoirFactory octaveAligned() {
    return NamedReservoirFactory.OCTAVE_ALIGNED;
  }

  /**
   * The largest of the eligible measurements since the last collection, so that for instance the
   * slowest request of each interval can be looked up. Cost and memory: {@link
   * ExtremesExemplarReservoir}.
   *
   * @param largest how many to keep, from 1 to {@link ExemplarVisitor#MAX_SLOTS}
   * @throws IllegalArgumentException if {@code largest} is out of range
   */
  static ExemplarReservoirFactory extremes(int largest) {
    ExtremesExemplarReservoir.requireSizes(largest, 0);
    return new NamedReservoirFactory(
        "extremes(" + largest + ")",
        settings -> new ExtremesExemplarReservoir(largest, 0, settings));
  }

  /**
   * The largest and the smallest of the eligible measurements since the last collection. A
   * measurement that is among both counts as one of the largest. Cost and memory: {@link
   * ExtremesExemplarReservoir}.
   *
   * @param largest how many of the largest to keep, at least 0
   * @param smallest how many of the smallest to keep, at least 0
   * @throws IllegalArgumentException if one of the numbers is negative, both are 0, or they are
   *     more than {@link ExemplarVisitor#MAX_SLOTS} together
   */
  static ExemplarReservoirFactory extremes(int largest, int smallest) {
    ExtremesExemplarReservoir.requireSizes(largest, smallest);
    return new NamedReservoirFactory(
        "extremes(" + largest + ", " + smallest + ")",
        settings -> new ExtremesExemplarReservoir(largest, smallest, settings));
  }
}
