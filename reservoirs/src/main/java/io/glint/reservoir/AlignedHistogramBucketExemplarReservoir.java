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
 * m replaces the sample is n/m. So a measurement that is not kept costs one decrement and one
 * comparison, and of N measurements about ln(N) + 0.58 are kept: 14 in a million. Only those read
 * the clock and the span.
 */
public final class AlignedHistogramBucketExemplarReservoir implements ExemplarReservoir {

  /**
   * How many more measurements to pass over in each bucket, then for each bucket the number of the
   * next one to keep, 0 until one has been kept.
   */
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
    return --counters[bucket] < 0;
  }

  private void keep(int bucket, long valueBits, Attributes attributes, Context context) {
    Exemplar slot = slots[bucket];
    if (slot == null) {
      slot = new Exemplar();
      slots[bucket] = slot;
    }
    slot.set(valueBits, epochNanoClock.getAsLong(), attributes, context);
    // After the slot, so that whatever threw above leaves the next measurement to be tried.
    final long seen = seen(bucket);
    setCounters(bucket, seen, nextKept(seen));
  }

  /** Number of measurements offered for the bucket. */
  private long seen(int bucket) {
    return Math.max(1, next(bucket)) - 1 - counters[bucket];
  }

  /** Number of the measurement to keep next; 0 if none has been kept. */
  private long next(int bucket) {
    return counters[slots.length + bucket];
  }

  private void setCounters(int bucket, long seen, long next) {
    counters[bucket] = next - 1 - seen;
    counters[slots.length + bucket] = next;
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
      final long added = other.seen(bucket);
      final long seen = seen(bucket) + added;
      if (!isKept(bucket) || randomUnit() * seen <= added) {
        final Exemplar spare = slots[bucket];
        slots[bucket] = other.slots[bucket];
        other.slots[bucket] = spare;
      }
      setCounters(bucket, seen, Long.MAX_VALUE);
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
    return next(bucket) != 0;
  }

  private void reset(int bucket) {
    counters[bucket] = 0;
    counters[slots.length + bucket] = 0;
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
