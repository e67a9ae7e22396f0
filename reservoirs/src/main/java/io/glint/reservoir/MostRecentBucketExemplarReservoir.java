package io.glint.reservoir;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import java.util.function.LongSupplier;

/**
 * One slot for each histogram bucket; each holds the last measurement offered for its bucket since
 * the last collection, so that every bucket which was hit has an exemplar. Threading is that of
 * {@link ExemplarReservoir}.
 *
 * <p>Every measurement is kept until the next one of its bucket, so <b>every</b> one reads the
 * clock and the span, which on most machines costs more than all the rest of a recording call: some
 * tens of nanoseconds, where {@link AlignedHistogramBucketExemplarReservoir} costs one or two. The
 * choice is not fair either: it shows what happened shortly before the collection. Use it where the
 * exporter or the reader of a dashboard expects the newest exemplar, at moderate rates.
 *
 * <p>Of two reservoirs that are joined, each bucket keeps the measurement with the later time; of
 * the same time, that of the first.
 *
 * <p>Memory: 40 bytes and 4 more for each bucket, and 64 for each bucket that has been hit. It
 * keeps span contexts as they are, which come on top: to take their ids as numbers would cost each
 * recording call some tens of nanoseconds more.
 */
final class MostRecentBucketExemplarReservoir implements ExemplarReservoir {
  private final Exemplar[] slots;
  private final LongSupplier epochNanoClock;

  /**
   * Makes an empty reservoir.
   *
   * @param settings say how many buckets there are; never null
   */
  MostRecentBucketExemplarReservoir(ReservoirSettings settings) {
    this.slots = new Exemplar[settings.bucketCount()];
    this.epochNanoClock = settings.epochNanoClock();
  }

  @Override
  public boolean offerDouble(double value, int bucket, Attributes attributes, Context context) {
    keep(bucket, Double.doubleToRawLongBits(value), attributes, context);
    return true;
  }

  @Override
  public boolean offerLong(long value, int bucket, Attributes attributes, Context context) {
    keep(bucket, value, attributes, context);
    return true;
  }

  private void keep(int bucket, long valueBits, Attributes attributes, Context context) {
    Exemplar slot = slots[bucket];
    if (slot == null) {
      slot = new Exemplar();
      slots[bucket] = slot;
    }
    slot.set(valueBits, epochNanoClock.getAsLong(), attributes, context);
  }

  @Override
  public void mergeFrom(ExemplarReservoir reservoir) {
    final MostRecentBucketExemplarReservoir other = (MostRecentBucketExemplarReservoir) reservoir;
    for (int bucket = 0; bucket < slots.length; bucket++) {
      final Exemplar theirs = other.slots[bucket];
      if (theirs == null || !theirs.isSet()) {
        continue;
      }
      final Exemplar mine = slots[bucket];
      if (mine == null || !mine.isSet() || theirs.epochNanos() > mine.epochNanos()) {
        slots[bucket] = theirs;
        other.slots[bucket] = mine;
      }
      if (other.slots[bucket] != null) {
        other.slots[bucket].clear();
      }
    }
  }

  @Override
  public void collect(ExemplarVisitor visitor) {
    for (int bucket = 0; bucket < slots.length; bucket++) {
      final Exemplar slot = slots[bucket];
      if (slot != null && slot.isSet()) {
        visitor.visit(bucket, slot);
        slot.clear();
      }
    }
  }
}
