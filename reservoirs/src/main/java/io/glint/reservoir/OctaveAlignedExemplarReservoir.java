package io.glint.reservoir;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;

/**
 * One slot for each octave of the measured value; each holds a uniform choice among the
 * measurements offered for it since the last collection. Made for base-2 exponential histograms,
 * whose buckets are not known in advance: however rare the slowest requests are, their octave has
 * an exemplar. Threading is that of {@link ExemplarReservoir}.
 *
 * <p><b>Octaves.</b> Octave k is the interval (2<sup>k</sup>, 2<sup>k+1</sup>], upper bound
 * included as in base-2 exponential buckets: at every scale of 0 or more each bucket lies in one
 * octave. It is exact at every power of two, being read from the bits of the value. Subnormal
 * values count as the smallest normal one, infinity as the largest. All values that are not
 * positive share one further slot. {@code long} values are converted to {@code double} to find
 * their octave.
 *
 * <p><b>Slots.</b> The visitor is told slot 0 for values that are not positive, and {@code 1 +
 * floorMod(k, 64)} for octave k. So an octave has the same slot in every interval, and two octaves
 * share a slot only if they are 64 or more apart. The octaves of one interval never are: they are
 * the 64 up to and including the highest one that was hit. Values below them, by then more than
 * 2<sup>63</sup> times smaller than the largest, count to the lowest of them: the low octaves fold
 * together, without bias, and the high ones never.
 *
 * <p>A measurement that is not kept costs some arithmetic to find the slot, one decrement and two
 * or three comparisons. Of N measurements of an octave about ln(N) + 0.58 are kept, and only those
 * read the clock and the span.
 *
 * <p>Reservoirs join to the sample that one would have drawn from the measurements of both.
 *
 * <p>Memory: 104 bytes, and 84 for each of at most 64 octaves that has ever been hit: about 950 for
 * latencies between a millisecond and a second, 5.4 KiB at most.
 */
final class OctaveAlignedExemplarReservoir extends UniformSlots {
  private static final int MAX_OCTAVES = 64;
  private static final int SIGNIFICAND_BITS = 52;

  /** Below every octave, by enough that the window below it does not overflow. */
  private static final int NONE = -2 * Double.MAX_EXPONENT;

  private static final int NOT_POSITIVE = 0;

  /**
   * Bit {@code floorMod(k, 64)} is set if octave k has a slot in the superclass: the number of bits
   * set below it, and 1 for the slot of values that are not positive. A slot that was added stays,
   * for any octave of its bit.
   */
  private long hit;

  /** Highest octave since the last collection. */
  private int top = NONE;

  /**
   * Makes an empty reservoir.
   *
   * @param settings never null
   */
  OctaveAlignedExemplarReservoir(ReservoirSettings settings) {
    super(1, settings);
  }

  @Override
  public boolean offerDouble(double value, int bucket, Attributes attributes, Context context) {
    final int slot = slotOf(value);
    if (!isNext(slot)) {
      return false;
    }
    keep(slot, Double.doubleToRawLongBits(value), attributes, context);
    return true;
  }

  @Override
  public boolean offerLong(long value, int bucket, Attributes attributes, Context context) {
    final int slot = slotOf((double) value);
    if (!isNext(slot)) {
      return false;
    }
    keep(slot, value, attributes, context);
    return true;
  }

  private int slotOf(double value) {
    if (!(value > 0)) {
      return NOT_POSITIVE;
    }
    final int octave = octave(value);
    if (octave > top) {
      raiseTop(octave);
    }
    return slotOf(Math.max(octave, lowest(top)));
  }

  /** Of a positive value. One less, so that a power of two has the exponent of those below it. */
  static int octave(double value) {
    final long below = Double.doubleToRawLongBits(value) - 1;
    return (int) (below >>> SIGNIFICAND_BITS) - Double.MAX_EXPONENT;
  }

  /** The lowest octave that is told from those below it, if {@code top} is the highest. */
  private static int lowest(int top) {
    return top - (MAX_OCTAVES - 1);
  }

  /** The slot of an octave of the window, which is added if it is missing. */
  private int slotOf(int octave) {
    final long bit = bit(octave);
    final int slot = 1 + Long.bitCount(hit & (bit - 1));
    if ((hit & bit) == 0) {
      insertSlot(slot);
      hit |= bit;
    }
    return slot;
  }

  /** A shift takes its distance modulo 64, also of a negative one. */
  private static long bit(int octave) {
    return 1L << octave;
  }

  private void raiseTop(int newTop) {
    if (top == NONE) {
      top = newTop;
      return;
    }
    final int newLowest = lowest(newTop);
    final int lastFolded = Math.min(top, newLowest - 1);
    for (int octave = lowest(top); octave <= lastFolded; octave++) {
      fold(octave, newLowest);
    }
    top = newTop;
  }

  private void fold(int octave, int into) {
    // Of the same bit if the window moves by more than its width: then it is in its place already.
    if ((hit & bit(octave)) != 0 && bit(octave) != bit(into) && isKept(slotOf(octave))) {
      final int target = slotOf(into);
      mergeFrom(target, this, slotOf(octave));
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>In each octave, the sample of one of the two is taken with a chance in proportion to the
   * measurements that each has been offered.
   */
  @Override
  public void mergeFrom(ExemplarReservoir reservoir) {
    final OctaveAlignedExemplarReservoir other = (OctaveAlignedExemplarReservoir) reservoir;
    if (other.top > top) {
      raiseTop(other.top);
    }
    mergeFrom(NOT_POSITIVE, other, NOT_POSITIVE);
    int otherSlot = NOT_POSITIVE;
    for (long rest = other.hit; rest != 0; rest &= rest - 1) {
      otherSlot++;
      if (other.isKept(otherSlot)) {
        final int octave = other.octaveOfBit(Long.numberOfTrailingZeros(rest));
        mergeFrom(slotOf(Math.max(octave, lowest(top))), other, otherSlot);
      }
    }
    other.top = NONE;
  }

  /** The octave of the window that has this bit. */
  private int octaveOfBit(int bit) {
    return top - Math.floorMod(top - bit, MAX_OCTAVES);
  }

  @Override
  public void collect(ExemplarVisitor visitor) {
    collect(NOT_POSITIVE, 0, visitor);
    int slot = NOT_POSITIVE;
    for (long rest = hit; rest != 0; rest &= rest - 1) {
      slot++;
      collect(slot, 1 + Long.numberOfTrailingZeros(rest), visitor);
    }
    top = NONE;
  }
}
