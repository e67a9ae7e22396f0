package io.glint.reservoir;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import java.util.function.LongSupplier;

/**
 * One slot for each histogram bucket; each holds a uniform choice among the measurements offered
 * for its bucket since the last collection. Implements AlignedHistogramBucketExemplarReservoir of
 * the SDK specification. Threading is that of {@link ExemplarReservoir}.
 *
 * <p>The first measurement is kept. After the n-th has been kept, the next to be kept is number
 * {@code floor(n / u) + 1} with u uniform in (0, 1], for the chance that none of the numbers n+1 to
 * m replaces the sample is n/m. So a measurement that is not kept costs one increment and one
 * comparison, and of N measurements about ln(N) + 0.58 are kept: 14 in a million. Only those read
 * the clock and the span.
 */
public final class AlignedHistogramBucketExemplarReservoir implements ExemplarReservoir {

  /** Two entries for each bucket: measurements seen, and the number of the next one to keep. */
  private final long[] counters;

  private final Exemplar[] slots;
  private final LongSupplier epochNanoClock;
  private long randomState;

  /**
   * Makes an empty reservoir.
   *
   * @param settings say how many buckets there are; never null
   */
  public AlignedHistogramBucketExemplarReservoir(ReservoirSettings settings) {
    this.counters = new long[2 * settings.bucketCount()];
    this.slots = new Exemplar[settings.bucketCount()];
    this.epochNanoClock = settings.epochNanoClock();
    this.randomState = settings.nextSeed();
  }

  @Override
  public void offerDouble(double value, int bucket, Attributes attributes, Context context) {
    if (isNext(bucket)) {
      keep(bucket, Double.doubleToRawLongBits(value), attributes, context);
    }
  }

  @Override
  public void offerLong(long value, int bucket, Attributes attributes, Context context) {
    if (isNext(bucket)) {
      keep(bucket, value, attributes, context);
    }
  }

  private boolean isNext(int bucket) {
    final long[] counters = this.counters;
    final long seen = ++counters[2 * bucket];
    return seen >= counters[2 * bucket + 1];
  }

  private void keep(int bucket, long valueBits, Attributes attributes, Context context) {
    Exemplar slot = slots[bucket];
    if (slot == null) {
      slot = new Exemplar();
      slots[bucket] = slot;
    }
    slot.set(valueBits, epochNanoClock.getAsLong(), attributes, context);
    // After the slot, so that whatever threw above leaves the next measurement to be tried.
    counters[2 * bucket + 1] = nextKept(counters[2 * bucket]);
  }

  private long nextKept(long seen) {
    final long lastSkipped = (long) (seen / randomUnit());
    return lastSkipped == Long.MAX_VALUE ? Long.MAX_VALUE : lastSkipped + 1;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Two uniform samples of n and m measurements join to one of n + m if the second is taken with
   * probability m / (n + m).
   */
  @Override
  public void absorb(ExemplarReservoir reservoir) {
    final AlignedHistogramBucketExemplarReservoir other =
        (AlignedHistogramBucketExemplarReservoir) reservoir;
    for (int bucket = 0; bucket < slots.length; bucket++) {
      if (!other.isKept(bucket)) {
        continue;
      }
      final long added = other.counters[2 * bucket];
      final long seen = counters[2 * bucket] + added;
      if (!isKept(bucket) || randomUnit() * seen <= added) {
        final Exemplar spare = slots[bucket];
        slots[bucket] = other.slots[bucket];
        other.slots[bucket] = spare;
      }
      counters[2 * bucket] = seen;
      counters[2 * bucket + 1] = Long.MAX_VALUE;
      other.reset(bucket);
    }
  }

  @Override
  public void collect(ExemplarVisitor visitor) {
    for (int bucket = 0; bucket < slots.length; bucket++) {
      if (isKept(bucket)) {
        visitor.visit(bucket, slots[bucket]);
        reset(bucket);
      }
    }
  }

  /** True once a measurement is in the slot: from then on the number of the next one is known. */
  private boolean isKept(int bucket) {
    return counters[2 * bucket + 1] != 0;
  }

  private void reset(int bucket) {
    counters[2 * bucket] = 0;
    counters[2 * bucket + 1] = 0;
    final Exemplar slot = slots[bucket];
    if (slot != null) {
      slot.clear();
    }
  }

  private double randomUnit() {
    randomState = RandomNumbers.nextState(randomState);
    return RandomNumbers.toUnitInterval(randomState);
  }
}
