package io.glint.reservoir;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The largest measurements offered since the last collection, and if wanted the smallest: the
 * slowest request of an interval always has an exemplar. Threading is that of {@link
 * ExemplarReservoir}.
 *
 * <p>Of N measurements the {@code largest} largest are kept, and of the others the {@code smallest}
 * smallest; so min(N, {@code largest + smallest}) different ones. Of equal values the earlier is
 * kept and comes first. NaN is not kept. {@code long} measurements are compared as such.
 *
 * <p>Slot 0 is the largest, slot 1 the second largest and so on; slot {@code largest} is the
 * smallest, the slot after it the second smallest and so on. Under cumulative temporality, where a
 * slot shows what filled it last, a point shows the extremes of the latest interval, not of all.
 *
 * <p>Where a format has room for one exemplar, it is the largest of the latest interval that has
 * one; if only the smallest are kept, it is the latest of them.
 *
 * <p>A measurement that is not kept costs a subtraction and a comparison. If values come in random
 * order, about k (1 + ln(N / k)) of N are kept at an end of k; if they only rise, or fall, each one
 * is. Only those that are kept read the clock and the span, and are then put in their place among
 * the k, one after the other: an end should be tens of measurements rather than thousands.
 *
 * <p>Reservoirs join to what one would have kept of the measurements of both, where "earlier" means
 * the time of the measurements.
 *
 * <p>Memory: 64 bytes; from the first measurement on 56 more, 4 for each slot, and 64 for each slot
 * that has been used.
 */
final class ExtremesExemplarReservoir implements ExemplarReservoir {
  private static final Exemplar[] NO_SLOTS = {};

  private final int largest;
  private final int smallest;
  private final LongSupplier epochNanoClock;

  /**
   * The largest, in descending order, from 0 on; the smallest, in ascending order, from {@code
   * largest} on. In between and behind are unused objects, or null.
   */
  private Exemplar[] slots = NO_SLOTS;

  private int largestKept;
  private int smallestKept;

  /** The object that the next measurement is written to; null if there is none. */
  private @Nullable Exemplar spare;

  private boolean isOfDoubles;

  /**
   * Keys from {@code low} on are passed over, this many of them, as an unsigned number. None while
   * there is room.
   */
  private long passedOver;

  private long low;

  /**
   * Makes an empty reservoir.
   *
   * @param largest how many of the largest measurements to keep, at least 0
   * @param smallest how many of the smallest measurements to keep, at least 0
   * @param settings never null
   * @throws IllegalArgumentException if one of the numbers is negative, both are 0, or they are
   *     more than {@link ExemplarVisitor#MAX_SLOTS} together
   */
  ExtremesExemplarReservoir(int largest, int smallest, ReservoirSettings settings) {
    requireSizes(largest, smallest);
    this.largest = largest;
    this.smallest = smallest;
    this.epochNanoClock = settings.epochNanoClock();
  }

  static void requireSizes(int largest, int smallest) {
    if (largest < 0 || smallest < 0) {
      throw new IllegalArgumentException(
          "An exemplar reservoir cannot keep a negative number of measurements (largest: "
              + largest
              + ", smallest: "
              + smallest
              + "); use 0 where none of them are wanted");
    }
    if (largest + (long) smallest < 1) {
      throw new IllegalArgumentException(
          "An exemplar reservoir of the 0 largest and the 0 smallest measurements cannot keep"
              + " anything; use 1 or more of either, or ExemplarFilter.alwaysOff() for no"
              + " exemplars");
    }
    if (largest + (long) smallest > ExemplarVisitor.MAX_SLOTS) {
      throw new IllegalArgumentException(
          "An exemplar reservoir cannot keep as many measurements (largest: "
              + largest
              + ", smallest: "
              + smallest
              + "): there are at most "
              + ExemplarVisitor.MAX_SLOTS
              + " slots; use tens rather than thousands");
    }
  }

  @Override
  public boolean offerDouble(double value, int bucket, Attributes attributes, Context context) {
    // NaN has the key of something very large or very small.
    if (isPassedOver(key(value)) || Double.isNaN(value)) {
      return false;
    }
    isOfDoubles = true;
    return keep(Double.doubleToRawLongBits(value), attributes, context);
  }

  @Override
  public boolean offerLong(long value, int bucket, Attributes attributes, Context context) {
    if (isPassedOver(value)) {
      return false;
    }
    isOfDoubles = false;
    return keep(value, attributes, context);
  }

  /** True of keys between the smallest and the largest, in one comparison for both ends. */
  private boolean isPassedOver(long key) {
    return Long.compareUnsigned(key - low, passedOver) < 0;
  }

  /** Orders doubles as longs; the sum makes a negative zero the same as the other one. */
  private static long key(double value) {
    final long bits = Double.doubleToRawLongBits(value + 0.0);
    return bits ^ ((bits >> 63) & Long.MAX_VALUE);
  }

  private long key(Exemplar exemplar) {
    return isOfDoubles ? key(exemplar.doubleValue()) : exemplar.longValue();
  }

  /** False if it turns out to be as large as, or as small as, one that was there before. */
  private boolean keep(long valueBits, Attributes attributes, Context context) {
    ensureSlots();
    if (spare == null) {
      spare = new Exemplar();
    }
    // Before anything is moved: if this throws, nothing was offered.
    spare.setPacked(valueBits, epochNanoClock.getAsLong(), attributes, context);
    final Exemplar offered = spare;
    spare = add(offered);
    updatePassedOver();
    return spare != offered;
  }

  private void ensureSlots() {
    if (slots == NO_SLOTS) {
      slots = new Exemplar[largest + smallest];
    }
  }

  /**
   * Puts a measurement in its place. What is no longer among the largest may be among the smallest
   * of the rest.
   *
   * @return an object that is not used any more, or null
   */
  @SuppressWarnings("NullAway") // Where all slots are in use, what is overwritten is an exemplar.
  private @Nullable Exemplar add(Exemplar added) {
    final Exemplar out = insert(added, 0, largest, largestKept, 1);
    if (largestKept < largest) {
      largestKept++;
      return out;
    }
    final Exemplar unused = insert(out, largest, smallest, smallestKept, -1);
    if (smallestKept < smallest) {
      smallestKept++;
    }
    return unused;
  }

  /**
   * Inserts into the sorted slots from {@code from} on.
   *
   * @param order 1 for descending, -1 for ascending
   * @return what was in the slot that was overwritten: if all were kept the last of them, which may
   *     be {@code added} itself; else an unused object or null
   */
  private @Nullable Exemplar insert(Exemplar added, int from, int size, int kept, int order) {
    if (kept == size && (size == 0 || !precedes(added, slots[from + size - 1], order))) {
      return added;
    }
    int slot = from + Math.min(kept, size - 1);
    final Exemplar overwritten = slots[slot];
    while (slot > from && precedes(added, slots[slot - 1], order)) {
      slots[slot] = slots[slot - 1];
      slot--;
    }
    slots[slot] = added;
    return overwritten;
  }

  private boolean precedes(Exemplar one, Exemplar two, int order) {
    final int comparison = order * Long.compare(key(one), key(two));
    return comparison != 0 ? comparison > 0 : one.epochNanos() < two.epochNanos();
  }

  private void updatePassedOver() {
    if (largestKept + smallestKept < slots.length) {
      return;
    }
    low = smallest == 0 ? Long.MIN_VALUE : key(slots[slots.length - 1]);
    final long high = largest == 0 ? Long.MAX_VALUE : key(slots[largest - 1]);
    // 0 if all keys there are: then all are looked at, and none is kept.
    passedOver = high - low + 1;
  }

  @Override
  public void mergeFrom(ExemplarReservoir reservoir) {
    final ExtremesExemplarReservoir other = (ExtremesExemplarReservoir) reservoir;
    if (other.largestKept + other.smallestKept > 0) {
      ensureSlots();
      isOfDoubles = other.isOfDoubles;
      mergeFrom(other, 0, other.largestKept);
      mergeFrom(other, largest, largest + other.smallestKept);
      updatePassedOver();
    }
    other.reset();
  }

  private void mergeFrom(ExtremesExemplarReservoir other, int from, int to) {
    for (int slot = from; slot < to; slot++) {
      other.slots[slot] = add(other.slots[slot]);
    }
  }

  @Override
  public boolean prefersLargest() {
    return largest > 0;
  }

  @Override
  public void collect(ExemplarVisitor visitor) {
    for (int slot = 0; slot < largestKept; slot++) {
      visitor.visit(slot, slots[slot]);
    }
    for (int slot = largest; slot < largest + smallestKept; slot++) {
      visitor.visit(slot, slots[slot]);
    }
    reset();
  }

  private void reset() {
    for (final Exemplar exemplar : slots) {
      if (exemplar != null) {
        exemplar.clear();
      }
    }
    if (spare != null) {
      spare.clear();
    }
    largestKept = 0;
    smallestKept = 0;
    passedOver = 0;
    low = 0;
  }
}
