package io.glint.reservoir;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import java.util.function.LongSupplier;

/**
 * A uniform sample of the measurements offered since the last collection, of a fixed size; all of
 * them while they are fewer. Implements SimpleFixedSizeExemplarReservoir of the SDK specification.
 * Threading is that of {@link ExemplarReservoir}.
 *
 * <p>The sample of k is drawn by Algorithm L (Li: Reservoir-sampling algorithms of time complexity
 * O(n(1+log(N/n))), ACM TOMS 20(4), 1994).
 *
 * <p>The first k measurements fill the slots in order. From then on {@code w} is distributed as the
 * largest of the k smallest of all the uniform numbers the measurements would have drawn; the
 * number of measurements to skip before one is small enough to enter is geometric with parameter
 * {@code w}, so a measurement that is not kept costs one increment and one comparison, and of N
 * measurements about k (1 + ln(N / k)) are kept. Only those read the clock and the span.
 *
 * <p>Reservoirs join to the sample that one would have drawn from the measurements of both: {@link
 * #mergeFrom}.
 *
 * <p>Memory: 72 bytes and 4 more for each slot, and 64 for each slot that has been used.
 */
final class SimpleFixedSizeExemplarReservoir implements ExemplarReservoir {
  private final Exemplar[] slots;
  private final LongSupplier epochNanoClock;
  private long randomState;

  /** Measurements offered since the last collection. */
  private long seen;

  /** Number of the next measurement to keep; while the slots fill, every one. */
  private long next = 1;

  /** Slots in use, from 0 on. */
  private int size;

  private double w;

  /**
   * Makes an empty reservoir.
   *
   * @param capacity number of measurements it can keep, from 1 to {@link ExemplarVisitor#MAX_SLOTS}
   * @param settings never null
   * @throws IllegalArgumentException if {@code capacity} is out of range
   */
  SimpleFixedSizeExemplarReservoir(int capacity, ReservoirSettings settings) {
    requireCapacity(capacity);
    this.slots = new Exemplar[capacity];
    this.epochNanoClock = settings.epochNanoClock();
    this.randomState = settings.nextSeed();
  }

  @Override
  public boolean offerDouble(double value, int bucket, Attributes attributes, Context context) {
    if (++seen < next) {
      return false;
    }
    keep(Double.doubleToRawLongBits(value), attributes, context);
    return true;
  }

  @Override
  public boolean offerLong(long value, int bucket, Attributes attributes, Context context) {
    if (++seen < next) {
      return false;
    }
    keep(value, attributes, context);
    return true;
  }

  static void requireCapacity(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException(
          "An exemplar reservoir of size "
              + capacity
              + " cannot keep anything; use a size of 1 or more, or ExemplarFilter.alwaysOff() for"
              + " no exemplars");
    }
    if (capacity > ExemplarVisitor.MAX_SLOTS) {
      throw new IllegalArgumentException(
          "An exemplar reservoir of size "
              + capacity
              + " is too large: there are at most "
              + ExemplarVisitor.MAX_SLOTS
              + " slots; use tens rather than thousands");
    }
  }

  private void keep(long valueBits, Attributes attributes, Context context) {
    // If anything throws, the measurement was never offered, and the next one takes its place.
    seen--;
    final long epochNanos = epochNanoClock.getAsLong();
    final int slot = size < slots.length ? size : randomBelow(slots.length);
    if (slots[slot] == null) {
      slots[slot] = new Exemplar();
    }
    slots[slot].setPacked(valueBits, epochNanos, attributes, context);
    seen++;
    if (size < slots.length) {
      size++;
      if (size < slots.length) {
        next = seen + 1;
        return;
      }
      w = 1;
    }
    w *= Math.exp(Math.log(randomUnit()) / slots.length);
    final double skip = Math.floor(Math.log(randomUnit()) / Math.log1p(-w));
    next = skip >= Long.MAX_VALUE - seen - 1 ? Long.MAX_VALUE : seen + (long) skip + 1;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Draws without replacement from both streams at once: each slot of the result comes from one
   * of the two with a chance in proportion to the measurements of it that are not yet drawn.
   */
  @Override
  public void mergeFrom(ExemplarReservoir reservoir) {
    final SimpleFixedSizeExemplarReservoir other = (SimpleFixedSizeExemplarReservoir) reservoir;
    if (other.size == 0) {
      return;
    }
    shuffle();
    other.shuffle();
    long mineLeft = seen;
    long othersLeft = other.seen;
    int mine = 0;
    int others = 0;
    while (mine + others < slots.length && mine + others < size + other.size) {
      final boolean takeOther =
          mine == size
              || (others < other.size && randomUnit() * (mineLeft + othersLeft) <= othersLeft);
      if (takeOther) {
        others++;
        othersLeft--;
      } else {
        mine++;
        mineLeft--;
      }
    }
    // Mine occupy the first slots; swapping gives the other one its spare objects back.
    for (int i = 0; i < others; i++) {
      final Exemplar spare = slots[mine + i];
      slots[mine + i] = other.slots[i];
      other.slots[i] = spare;
    }
    clearFrom(mine + others);
    size = mine + others;
    seen += other.seen;
    next = Long.MAX_VALUE;
    other.reset();
  }

  @Override
  public void collect(ExemplarVisitor visitor) {
    for (int i = 0; i < size; i++) {
      visitor.visit(i, slots[i]);
    }
    reset();
  }

  private void reset() {
    clearFrom(0);
    seen = 0;
    next = 1;
    size = 0;
  }

  private void clearFrom(int from) {
    for (int i = from; i < slots.length; i++) {
      if (slots[i] != null) {
        slots[i].clear();
      }
    }
  }

  /** Puts the kept ones in random order, so that any prefix of them is a random choice. */
  private void shuffle() {
    for (int i = size - 1; i > 0; i--) {
      final int j = randomBelow(i + 1);
      final Exemplar swapped = slots[i];
      slots[i] = slots[j];
      slots[j] = swapped;
    }
  }

  private int randomBelow(int bound) {
    randomState = RandomNumbers.nextState(randomState);
    return RandomNumbers.toBelow(randomState, bound);
  }

  private double randomUnit() {
    randomState = RandomNumbers.nextState(randomState);
    return RandomNumbers.toUnitInterval(randomState);
  }
}
