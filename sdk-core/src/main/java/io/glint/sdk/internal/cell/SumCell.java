package io.glint.sdk.internal.cell;

/** Cell of a sum: the sum, as a long or the bits of a double, and the number of measurements. */
public final class SumCell extends Cell {
  private static final int SUM = FIRST_STATE_WORD;
  private static final int COUNT = SUM + 1;

  public SumCell(boolean padded) {
    super(2, padded);
  }

  /** Adds a measurement, wrapping around beyond the range of a long. For the owner. */
  public void addLong(long value) {
    final long[] words = this.words;
    words[SUM] += value;
    words[COUNT]++;
  }

  /** Adds a measurement. For the owner. */
  public void addDouble(double value) {
    final long[] words = this.words;
    words[SUM] = Double.doubleToRawLongBits(Double.longBitsToDouble(words[SUM]) + value);
    words[COUNT]++;
  }

  public long longSum() {
    return words[SUM];
  }

  public double doubleSum() {
    return Double.longBitsToDouble(words[SUM]);
  }

  @Override
  public Cell newStripe() {
    return new SumCell(/* padded= */ true);
  }

  @Override
  public long measurements() {
    return words[COUNT];
  }

  @Override
  public boolean isEmpty() {
    return words[COUNT] == 0;
  }

  @Override
  public void clear() {
    words[SUM] = 0;
    words[COUNT] = 0;
  }
}
