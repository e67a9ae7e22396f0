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
   * <p>Cost: with {@link BucketSelection#UNIFORM} a measurement that is not kept costs one or two
   * nanoseconds; of N measurements of a bucket about ln(N) + 0.58 are kept, and only those read the
   * clock and the span. With {@link BucketSelection#MOST_RECENT} each one does, which costs tens of
   * nanoseconds. Memory of a reservoir: 64 bytes, 20 more for each bucket, and 64 for each bucket
   * that has been hit; with {@code MOST_RECENT} 40 bytes, 4 more for each bucket, and 64 and a span
   * context for each bucket that has been hit.
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
   * SimpleFixedSizeExemplarReservoir.
   *
   * <p>Cost: a measurement that is not kept costs one increment and one comparison; of N
   * measurements about k (1 + ln(N / k)) are kept for k slots, and only those read the clock and
   * the span. Memory of a reservoir: 72 bytes, 4 more for each slot, and 64 for each slot that has
   * been used.
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
   * exponential histogram has an exemplar however rare it is. Values of 0 and below share one slot.
   * Of positive values more than 64 octaves apart, the smaller ones share the lowest octave that
   * there is.
   *
   * <p>Cost: that of {@link #alignedHistogramBucket()}, and some arithmetic to find the slot.
   * Memory of a reservoir: 104 bytes, and 84 for each of at most 64 octaves that has ever been hit;
   * 5.4 KiB at most.
   */
  static ExemplarReservoirFactory octaveAligned() {
    return NamedReservoirFactory.OCTAVE_ALIGNED;
  }

  /**
   * The largest of the eligible measurements since the last collection, so that for instance the
   * slowest request of each interval can be looked up.
   *
   * <p>Of equal values the earlier is kept. NaN is not kept. Slot 0 is the largest, slot 1 the
   * second largest, and so on. Where a format has room for one exemplar, it is the largest of the
   * latest interval that has one.
   *
   * <p>Cost: a measurement that is not kept costs a subtraction and a comparison. If values come in
   * random order, about k (1 + ln(N / k)) of N are kept for k slots; if they only rise, each one
   * is, and is put in its place among the k: use tens rather than thousands. Memory of a reservoir:
   * 64 bytes; from the first measurement on 56 more, 4 for each slot, and 64 for each slot that has
   * been used.
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
   * measurement that is among both counts as one of the largest. The smallest have the slots behind
   * those of the largest. The rest is as with {@link #extremes(int)}.
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
