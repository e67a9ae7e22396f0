package io.glint.sdk.internal.exemplar;

import io.opentelemetry.sdk.metrics.data.ExemplarData;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * The exemplars that the points of a series show, in the order in which they hand them out; it is
 * itself the list that the points hand out. {@code ExemplarUpdate} says which they are.
 *
 * <p>Not changed once a point shows it, except for the one reader of a stream that lets its points
 * be reused: for it a collection changes the list that the one before has shown.
 */
public final class RetainedExemplars extends AbstractList<ExemplarData> implements RandomAccess {
  private static final MutableExemplarData[] EMPTY = {};

  /** Of a series that has none. Never changed. */
  public static final RetainedExemplars NONE = new RetainedExemplars();

  private MutableExemplarData[] exemplars = EMPTY;
  private int size;

  /** True of {@link #NONE}, and of no other empty one. */
  @SuppressWarnings("ReferenceEquality")
  public boolean isNone() {
    return this == NONE;
  }

  /** Shows the first {@code newSize} of these, and none else. */
  public void set(MutableExemplarData[] shown, int newSize) {
    if (exemplars.length < newSize) {
      exemplars = new MutableExemplarData[newSize];
    }
    System.arraycopy(shown, 0, exemplars, 0, newSize);
    if (newSize < size) {
      Arrays.fill(exemplars, newSize, size, null);
    }
    size = newSize;
  }

  @Override
  public MutableExemplarData get(int index) {
    return exemplars[Objects.checkIndex(index, size)];
  }

  @Override
  public int size() {
    return size;
  }
}
