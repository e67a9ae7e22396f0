package io.glint.sdk.internal.histogram;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.AbstractList;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * Counts of buckets as the list that the data interfaces ask for. Copies what it shows, each count
 * in as many bytes, 1, 2, 4 or 8, as the largest one needs: a reader with reusable data keeps these
 * lists for every series, and most counts are small. An array that has been needed once is kept.
 */
public final class BucketCounts extends AbstractList<Long> implements RandomAccess {
  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.nativeOrder());
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private static final byte[] NONE = {};

  /** The highest bit of each byte of a word. */
  private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

  private byte[] packed = NONE;

  /** Number of counts times 4, plus the binary logarithm of their width: one field for both. */
  private int form;

  /** Takes over {@code length} counts from {@code source}, beginning with that at {@code from}. */
  public void copy(long[] source, int from, int length) {
    long bits = 0;
    for (int i = from; i < from + length; i++) {
      bits |= source[i];
    }
    final int log2Width = log2Width(bits);
    if (packed.length < length << log2Width) {
      packed = new byte[length << log2Width];
    }
    form = length << 2 | log2Width;
    final byte[] packed = this.packed;
    switch (log2Width) {
      case 0 -> {
        for (int i = 0; i < length; i++) {
          packed[i] = (byte) source[from + i];
        }
      }
      case 1 -> {
        for (int i = 0; i < length; i++) {
          SHORTS.set(packed, i << 1, (short) source[from + i]);
        }
      }
      case 2 -> {
        for (int i = 0; i < length; i++) {
          INTS.set(packed, i << 2, (int) source[from + i]);
        }
      }
      default -> {
        for (int i = 0; i < length; i++) {
          LONGS.set(packed, i << 3, source[from + i]);
        }
      }
    }
  }

  /** Of the bytes that hold all these bits; a count that has wrapped around needs all 8. */
  private static int log2Width(long bits) {
    if (bits >>> Byte.SIZE == 0) {
      return 0;
    }
    if (bits >>> Short.SIZE == 0) {
      return 1;
    }
    return bits >>> Integer.SIZE == 0 ? 2 : 3;
  }

  private long count(int index) {
    return switch (form & 3) {
      case 0 -> packed[index] & 0xFFL;
      case 1 -> (short) SHORTS.get(packed, index << 1) & 0xFFFFL;
      case 2 -> (int) INTS.get(packed, index << 2) & 0xFFFF_FFFFL;
      default -> (long) LONGS.get(packed, index << 3);
    };
  }

  @Override
  public Long get(int index) {
    return getLong(index);
  }

  /** As {@link #get}, without an object. */
  public long getLong(int index) {
    return count(Objects.checkIndex(index, size()));
  }

  /** An upper bound of the room in front of the end that {@link #writeVarints} asks for. */
  public int varintRoom() {
    final int bytesOfOne = (Byte.SIZE * (1 << (form & 3)) + 6) / 7;
    return Math.addExact(Math.multiplyExact(size(), bytesOfOne), Long.BYTES);
  }

  /**
   * Writes the counts as varints of protobuf, so that the last one ends before {@code end}.
   *
   * <p>Buckets of an exponential histogram are many, and most of them are empty: what needs no
   * conversion is taken by the word. Up to 8 bytes in front of the first varint are overwritten.
   *
   * @param target has {@link #varintRoom} bytes in front of {@code end}
   * @return where the first one begins
   */
  public int writeVarints(byte[] target, int end) {
    final int log2Width = form & 3;
    final int inWord = Long.BYTES >> log2Width;
    int at = end;
    int left = size();
    while (left > 0) {
      if (left >= inWord) {
        final long word = (long) LONGS.get(packed, (left - inWord) << log2Width);
        // A count of one byte below 128 is its varint, and so is 0, of whatever width.
        if (log2Width == 0 ? (word & HIGH_BITS) == 0 : word == 0) {
          LONGS.set(target, at - Long.BYTES, word);
          at -= inWord;
          left -= inWord;
          continue;
        }
      }
      for (final int stop = Math.max(0, left - inWord); left > stop; ) {
        at = writeVarint(target, at, count(--left));
      }
    }
    return at;
  }

  private static int writeVarint(byte[] target, int end, long value) {
    if (value >>> 7 == 0) {
      target[end - 1] = (byte) value;
      return end - 1;
    }
    if (value >>> 14 == 0) {
      target[end - 2] = (byte) (value | 0x80);
      target[end - 1] = (byte) (value >>> 7);
      return end - 2;
    }
    return writeLongVarint(target, end, value);
  }

  private static int writeLongVarint(byte[] target, int end, long value) {
    final int start = end - (70 - Long.numberOfLeadingZeros(value)) / 7;
    long rest = value;
    for (int at = start; at < end - 1; at++) {
      target[at] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    target[end - 1] = (byte) rest;
    return start;
  }

  @Override
  public int size() {
    return form >> 2;
  }

  public long sum() {
    long sum = 0;
    for (int i = 0; i < size(); i++) {
      sum += count(i);
    }
    return sum;
  }
}
