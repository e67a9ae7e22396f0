package io.glint.sdk;

/** Cell of a sum: the sum, as a long or the bits of a double, and the number of measurements. */
final class SumCell extends Cell {
  private static final int SUM = FIRST_STATE_WORD;
  private static final int COUNT = SUM + 1;

  SumCell(boolean padded) {
    super(2, padded);
  }

  /** Adds a measurement, wrapping around beyond the range of a long. For the owner. */
  void addLong(long value) {
    final long[] words = this.words;
    words[SUM] += value;
    words[COUNT]++;
  }

  /** Adds a measurement. For the owner. */
  void addDouble(double value) {
    final long[] words = this.words;
    words[SUM] = Double.doubleToRawLongBits(Double.longBitsToDouble(words[SUM]) + value);
    words[COUNT]++;
  }

  long longSum() {
    return words[SUM];
  }

  double doubleSum() {
    return Double.longBitsToDouble(words[SUM]);
  }

  @Override
  Cell newStripe() {
    return new SumCell(/* padded= */ true);
  }

  @Override
  long measurements() {
    return words[COUNT];
  }

  @Override
  boolean isEmpty() {
    return words[COUNT] == 0;
  }

  @Override
  void clear() {
    words[SUM] = 0;
    words[COUNT] = 0;
  }
}
