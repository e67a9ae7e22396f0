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
