package io.glint.reservoir;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;

/**
 * One slot for each histogram bucket; each holds a uniform choice among the measurements offered
 * for its bucket since the last collection, so that every bucket which was hit has an exemplar.
 * Implements AlignedHistogramBucketExemplarReservoir of the SDK specification. Threading is that of
 * {@link ExemplarReservoir}.
 *
 * <p>A measurement that is not kept costs one decrement and one comparison. Of N measurements of a
 * bucket about ln(N) + 0.58 are kept, 14 in a million, and only those read the clock and the span.
 *
 * <p>Reservoirs join to the sample that one would have drawn from the measurements of both.
 *
 * <p>Memory: 64 bytes and 20 more for each bucket, and 64 for each bucket that has been hit.
 */
final class AlignedHistogramBucketExemplarReservoir extends UniformSlots {

  /**
   * Makes an empty reservoir.
   *
   * @param settings say how many buckets there are; never null
   */
  AlignedHistogramBucketExemplarReservoir(ReservoirSettings settings) {
    super(settings.bucketCount(), settings);
  }

  @Override
  public boolean offerDouble(double value, int bucket, Attributes attributes, Context context) {
    if (!isNext(bucket)) {
      return false;
    }
    keep(bucket, Double.doubleToRawLongBits(value), attributes, context);
    return true;
  }

  @Override
  public boolean offerLong(long value, int bucket, Attributes attributes, Context context) {
    if (!isNext(bucket)) {
      return false;
    }
    keep(bucket, value, attributes, context);
    return true;
  }

  /**
   * {@inheritDoc}
   *
   * <p>In each bucket, the sample of one of the two is taken with a chance in proportion to the
   * measurements that each has been offered.
   */
  @Override
  public void mergeFrom(ExemplarReservoir reservoir) {
    final AlignedHistogramBucketExemplarReservoir other =
        (AlignedHistogramBucketExemplarReservoir) reservoir;
    for (int bucket = 0; bucket < slotCount(); bucket++) {
      mergeFrom(bucket, other, bucket);
    }
  }

  @Override
  public void collect(ExemplarVisitor visitor) {
    for (int bucket = 0; bucket < slotCount(); bucket++) {
      collect(bucket, bucket, visitor);
    }
  }
}
