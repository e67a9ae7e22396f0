package io.glint.sdk.internal.histogram;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds the bucket of a value among explicit boundaries in constant time, and exactly. Buckets
 * exclude their lower and include their upper boundary (SDK specification, "Explicit Bucket
 * Histogram Aggregation").
 *
 * <p>The fields are for the stream to copy: what has to be loaded one after the other before a cell
 * is taken is much of what a recording costs, and an index that is a step away costs it a tenth.
 *
 * <p>The bits of a positive double, read as an integer, are in the order of the values. Their upper
 * part, the exponent and a few bits of the fraction, divides the number line into cells. If no cell
 * contains two boundaries, the cell tells the bucket but for one comparison: {@code starts[cell]}
 * is the number of boundaries below the cell, and one more lies below the value if the value is
 * above the next boundary. The default boundaries need 25 cells. Binary search is used where
 * boundaries would need more than {@value #MAX_CELLS}, as two negative ones do, or where two differ
 * in the last bit only.
 */
public final class BucketIndex {
  private static final int MAX_CELLS = 4096;
  private static final int FRACTION_BITS = 52;

  /** The boundaries, then infinity, which no value is above. */
  private final double[] limits;

  /** Number of boundaries below each cell; null if binary search is used. */
  public final short @Nullable [] starts;

  /**
   * The boundary to compare with in each cell: {@code limits[starts[cell]]}, at hand without
   * waiting for {@code starts[cell]}. Null if binary search is used.
   */
  public final double @Nullable [] limitsOfCells;

  /** Bits of a value below those that are the key of its cell; one at least, where it is used. */
  public final int shift;

  /** The key of the first cell. */
  public final long lowestKey;

  /**
   * Makes an index.
   *
   * @param boundaries finite and strictly increasing; may be empty
   */
  public BucketIndex(double[] boundaries) {
    this.limits = Arrays.copyOf(boundaries, boundaries.length + 1);
    this.limits[boundaries.length] = Double.POSITIVE_INFINITY;
    for (int i = 0; i < boundaries.length; i++) {
      limits[i] += 0.0; // -0.0 has the bits of the lowest number, but is 0.
    }
    final double[] ordered = Arrays.copyOf(limits, boundaries.length);
    final int firstPositive = firstPositive(ordered);
    for (int shift = FRACTION_BITS; shift > 0 && firstPositive <= 1; shift--) {
      final short[] starts = cells(ordered, firstPositive, shift);
      if (starts != null) {
        this.starts = starts;
        this.limitsOfCells = limitsOfCells(starts);
        this.shift = shift;
        this.lowestKey = lowestKey(ordered, firstPositive, shift);
        return;
      }
    }
    this.starts = null;
    this.limitsOfCells = null;
    this.shift = 0;
    this.lowestKey = 0;
  }

  /** Number of buckets, one more than there are boundaries. */
  public int bucketCount() {
    return limits.length;
  }

  /** Bucket of {@code value}, which must not be NaN. */
  @SuppressWarnings("NullAway") // Starts and limits are there together, or neither is.
  public int indexOf(double value) {
    return starts == null ? search(value) : indexOf(value, starts, limitsOfCells, shift, lowestKey);
  }

  /** The same by the fields of an index that does not use binary search. */
  public static int indexOf(
      double value, short[] starts, double[] limitsOfCells, int shift, long lowestKey) {
    // Negative values, and values below the first positive boundary, are in cell 0. By branches, as
    // JDK 25 turns Math.max and Math.min into data dependencies. Subtracting first is faster, too,
    // and does not overflow, as a key is shorter than a long.
    final long key = (Double.doubleToRawLongBits(value) >> shift) - lowestKey;
    final int last = starts.length - 1;
    final int cell = key < 0 ? 0 : key > last ? last : (int) key;
    final int start = starts[cell];
    return value > limitsOfCells[cell] ? start + 1 : start;
  }

  private double[] limitsOfCells(short[] starts) {
    final double[] ofCells = new double[starts.length];
    for (int cell = 0; cell < starts.length; cell++) {
      ofCells[cell] = limits[starts[cell]];
    }
    return ofCells;
  }

  private int search(double value) {
    final double[] limits = this.limits;
    int low = 0;
    int high = limits.length - 1;
    while (low < high) {
      final int middle = (low + high) >>> 1;
      if (value > limits[middle]) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static int firstPositive(double[] boundaries) {
    int i = 0;
    while (i < boundaries.length && !(boundaries[i] > 0)) {
      i++;
    }
    return i;
  }

  /** Cell 0 lies below the cell of the first positive boundary. */
  private static long lowestKey(double[] boundaries, int firstPositive, int shift) {
    return firstPositive == boundaries.length
        ? 0
        : (Double.doubleToRawLongBits(boundaries[firstPositive]) >> shift) - 1;
  }

  /** The cells at this resolution, or null if they are too many or too coarse. */
  private static short @Nullable [] cells(double[] boundaries, int firstPositive, int shift) {
    if (firstPositive == boundaries.length) {
      return new short[] {0};
    }
    final long lowest = lowestKey(boundaries, firstPositive, shift);
    final long highest = Double.doubleToRawLongBits(boundaries[boundaries.length - 1]) >> shift;
    if (highest - lowest + 2 > MAX_CELLS) {
      return null;
    }
    final short[] starts = new short[(int) (highest - lowest) + 2];
    int below = 0;
    for (int cell = 0; cell < starts.length; cell++) {
      starts[cell] = (short) below;
      int inside = 0;
      while (below < boundaries.length
          && (Double.doubleToRawLongBits(boundaries[below]) >> shift) - lowest <= cell) {
        below++;
        inside++;
      }
      if (inside > 1) {
        return null;
      }
    }
    return starts;
  }
}
