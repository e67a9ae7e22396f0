package io.glint.sdk.internal.cell;

/**
 * Cell of a last value: the value, as a long or the bits of a double, and when it was set.
 *
 * <p>While a series has a single cell, the last one to own it has set the last value, and no clock
 * is read. Once a series has stripes, each value is stamped with {@link System#nanoTime}, and the
 * latest stamp wins. A value without a stamp is older than one with: a recorder that has seen no
 * stripes began before the first stripe was used.
 *
 * <p>Two values that were set within one tick of that clock have equal stamps, and count as set at
 * the same time: either may be reported. A tick is 1 ns on Linux, less than it takes one thread to
 * learn that another has set a value; it is 100 ns on Windows and up to 1 us on macOS.
 */
public final class LastValueCell extends Cell {
  private static final int VALUE = FIRST_STATE_WORD;
  private static final int STAMP = VALUE + 1;
  private static final int AGE = STAMP + 1;
  private static final int COUNT = AGE + 1;
  private static final int STATE_WORDS = 4;

  /** Values of the word {@code AGE}, the greater the newer. */
  public static final long NEVER_SET = 0;

  static final long SET_BEFORE_STRIPES = 1;
  public static final long SET_AT_STAMP = 2;

  /** The cells that this one belongs to. */
  private final StripedCells owner;

  public LastValueCell(StripedCells owner, boolean padded) {
    super(STATE_WORDS, padded);
    this.owner = owner;
  }

  /** Sets the value. For the owner. */
  public void set(long valueBits) {
    final long[] words = this.words;
    words[VALUE] = valueBits;
    words[COUNT]++;
    if (owner.isStriped()) {
      words[STAMP] = System.nanoTime();
      words[AGE] = SET_AT_STAMP;
    } else {
      words[AGE] = SET_BEFORE_STRIPES;
    }
  }

  /** True if the value was set at least as late as one with this age and stamp. */
  public boolean isNewerThan(long otherAge, long otherStamp) {
    final long age = words[AGE];
    return age > otherAge || (age == otherAge && words[STAMP] - otherStamp >= 0);
  }

  public long valueBits() {
    return words[VALUE];
  }

  public long stamp() {
    return words[STAMP];
  }

  public long age() {
    return words[AGE];
  }

  @Override
  public Cell newStripe() {
    return new LastValueCell(owner, /* padded= */ true);
  }

  @Override
  public long measurements() {
    return words[COUNT];
  }

  @Override
  public boolean isEmpty() {
    return words[AGE] == NEVER_SET;
  }

  @Override
  public void clear() {
    words[VALUE] = 0;
    words[STAMP] = 0;
    words[AGE] = NEVER_SET;
    words[COUNT] = 0;
  }
}
