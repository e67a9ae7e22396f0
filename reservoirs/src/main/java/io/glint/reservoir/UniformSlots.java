package io.glint.reservoir;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import java.util.function.LongSupplier;

/**
 * Slots, each of which holds a uniform choice among the measurements offered to it since the last
 * collection. Which slot a measurement is offered to is for the subclass to say.
 *
 * <p>The first measurement is kept. After the n-th has been kept, the next to be kept is number
 * {@code floor(n / u) + 1} with u uniform in (0, 1], for the chance that none of the numbers n+1 to
 * m replaces the sample is n/m. So a measurement that is not kept costs one decrement and one
 * comparison, and of N measurements about ln(N) + 0.58 are kept: 14 in a million. Only those read
 * the clock and the span.
 *
 * <p>A superclass rather than a field: a recording call would have to load that field first.
 */
abstract class UniformSlots implements ExemplarReservoir {

  /**
   * How many more measurements to pass over in each slot, then for each slot the number of the next
   * one to keep, 0 until one has been kept.
   */
  private long[] counters;

  private Exemplar[] slots;
  private final LongSupplier epochNanoClock;
  private long randomState;

  UniformSlots(int slotCount, ReservoirSettings settings) {
    this.counters = new long[2 * slotCount];
    this.slots = new Exemplar[slotCount];
    this.epochNanoClock = settings.epochNanoClock();
    this.randomState = settings.nextSeed();
  }

  final int slotCount() {
    return slots.length;
  }

  /** Adds an empty slot at {@code index}; those from there on move up by one. */
  final void insertSlot(int index) {
    final int count = slots.length;
    final long[] moreCounters = new long[2 * count + 2];
    final Exemplar[] moreSlots = new Exemplar[count + 1];
    System.arraycopy(counters, 0, moreCounters, 0, index);
    System.arraycopy(counters, index, moreCounters, index + 1, count);
    System.arraycopy(counters, count + index, moreCounters, count + index + 2, count - index);
    System.arraycopy(slots, 0, moreSlots, 0, index);
    System.arraycopy(slots, index, moreSlots, index + 1, count - index);
    counters = moreCounters;
    slots = moreSlots;
  }

  /** Counts a measurement; if this returns true, it is the one to {@link #keep}. */
  final boolean isNext(int slot) {
    return --counters[slot] < 0;
  }

  final void keep(int slot, long valueBits, Attributes attributes, Context context) {
    // If anything below throws, the measurement was never offered, and the next takes its place.
    counters[slot] = 0;
    Exemplar exemplar = slots[slot];
    if (exemplar == null) {
      exemplar = new Exemplar();
      slots[slot] = exemplar;
    }
    exemplar.setPacked(valueBits, epochNanoClock.getAsLong(), attributes, context);
    setSeen(slot, Math.max(1, next(slot)));
  }

  /** True once a measurement is in the slot: from then on the number of the next one is known. */
  final boolean isKept(int slot) {
    return next(slot) != 0;
  }

  /**
   * Joins another slot, which may be one of this reservoir, to {@code slot} and empties it.
   *
   * <p>Two uniform samples of n and m measurements join to one of n + m if the second is taken with
   * probability m / (n + m).
   */
  final void mergeFrom(int slot, UniformSlots other, int otherSlot) {
    if (!other.isKept(otherSlot)) {
      return;
    }
    final long added = other.seen(otherSlot);
    final long seen = seen(slot) + added;
    if (!isKept(slot) || randomUnit() * seen <= added) {
      final Exemplar spare = slots[slot];
      slots[slot] = other.slots[otherSlot];
      other.slots[otherSlot] = spare;
    }
    // What is offered to the joined slot has the chance it always has: what the slots had drawn of
    // the future is forgotten, as the chance of n/m above does not depend on the past.
    setSeen(slot, seen);
    other.reset(otherSlot);
  }

  /** Hands over what the slot has kept, if anything, as {@code number}, and empties the slot. */
  final void collect(int slot, int number, ExemplarVisitor visitor) {
    if (isKept(slot)) {
      visitor.visit(number, slots[slot]);
      reset(slot);
    }
  }

  private void reset(int slot) {
    counters[slot] = 0;
    counters[slots.length + slot] = 0;
    final Exemplar exemplar = slots[slot];
    if (exemplar != null) {
      exemplar.clear();
    }
  }

  /** Number of measurements offered to the slot. */
  private long seen(int slot) {
    return Math.max(1, next(slot)) - 1 - counters[slot];
  }

  /** Number of the measurement to keep next; 0 if none has been kept. */
  private long next(int slot) {
    return counters[slots.length + slot];
  }

  /** Draws the number of the next measurement to keep after {@code seen} ones. */
  private void setSeen(int slot, long seen) {
    final long lastSkipped = (long) (seen / randomUnit());
    final long next = lastSkipped == Long.MAX_VALUE ? Long.MAX_VALUE : lastSkipped + 1;
    counters[slot] = next - 1 - seen;
    counters[slots.length + slot] = next;
  }

  private double randomUnit() {
    randomState = RandomNumbers.nextState(randomState);
    return RandomNumbers.toUnitInterval(randomState);
  }
}
