package io.glint.sdk;

import io.glint.reservoir.Exemplar;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * The exemplars that the points of a series show. Under cumulative temporality that is in each slot
 * the newest one, until a later interval fills the slot again, so that every scraper of a reader
 * sees them, however many there are. It is itself the list that the points hand out.
 *
 * <p>Immutable, except for the one reader of a stream that lets its points be reused: for it the
 * exemplar of a slot is {@linkplain #overwrite overwritten}, so that a collection allocates nothing
 * once each slot has been filled. Its delta points share one such list as well, which then also
 * keeps those that are {@linkplain #showFresh not shown}.
 */
final class VisibleExemplars extends AbstractList<ExemplarData> implements RandomAccess {
  static final VisibleExemplars NONE = new VisibleExemplars(new ShownExemplar[0], null);

  /** In the order of their slots. */
  private final ShownExemplar[] exemplars;

  /** The slot of each, ascending; null if all slots up to the last one are filled. */
  private final char[] slots;

  /** None that is shown is later. */
  private long latest;

  /** Indexes of those that are shown, ascending; null if all are. */
  private char[] shown;

  private int size;

  private VisibleExemplars(ShownExemplar[] exemplars, char[] slots) {
    this.exemplars = exemplars;
    this.slots = slots;
    this.size = exemplars.length;
    findLatest();
  }

  /** These exemplars, with those of {@code newer} in the slots that are not null there. */
  VisibleExemplars replacedBy(ShownExemplar[] newer) {
    int added = 0;
    for (final ShownExemplar exemplar : newer) {
      added += exemplar == null ? 0 : 1;
    }
    if (added == 0) {
      return this;
    }
    final ShownExemplar[] merged = new ShownExemplar[exemplars.length + added];
    final char[] mergedSlots = new char[merged.length];
    int size = 0;
    int mine = 0;
    for (int slot = 0; slot < newer.length || mine < exemplars.length; slot++) {
      final ShownExemplar old =
          mine < exemplars.length && slot(mine) == slot ? exemplars[mine++] : null;
      final ShownExemplar its = slot < newer.length ? newer[slot] : null;
      if (old == null && its == null) {
        continue;
      }
      mergedSlots[size] = (char) slot;
      merged[size++] = its == null ? old : its;
    }
    final boolean isDense = mergedSlots[size - 1] == size - 1;
    return new VisibleExemplars(
        Arrays.copyOf(merged, size), isDense ? null : Arrays.copyOf(mergedSlots, size));
  }

  private int slot(int index) {
    return slots == null ? index : slots[index];
  }

  /**
   * Puts a newer exemplar into a slot, in place of the one that is there.
   *
   * @return false if none is there, and nothing was done
   */
  boolean overwrite(int slot, Exemplar exemplar, Attributes filteredAttributes, long epochNanos) {
    final int index = slots == null ? slot : Arrays.binarySearch(slots, (char) slot);
    if (index < 0 || index >= exemplars.length) {
      return false;
    }
    exemplars[index].set(exemplar, filteredAttributes, epochNanos);
    latest = Math.max(latest, epochNanos);
    return true;
  }

  /** Shows those only that were set since this was last called, and forgets the others. */
  void showFresh() {
    if (exemplars.length == 0) {
      return;
    }
    if (shown == null) {
      shown = new char[exemplars.length];
    }
    size = 0;
    for (int i = 0; i < exemplars.length; i++) {
      if (exemplars[i].isFresh) {
        exemplars[i].isFresh = false;
        shown[size++] = (char) i;
      } else {
        exemplars[i].clear();
      }
    }
  }

  /**
   * The exemplars, for a point that ends then. A measurement made while the collection ran is
   * counted in the point although it is later than its end; the point then says its end instead of
   * the true time, which later points say.
   */
  List<ExemplarData> until(long end) {
    if (latest <= end || findLatest() <= end) {
      return this;
    }
    final ShownExemplar[] moved = new ShownExemplar[size];
    for (int i = 0; i < moved.length; i++) {
      final ShownExemplar exemplar = exemplar(i);
      moved[i] = exemplar.getEpochNanos() <= end ? exemplar : exemplar.at(end);
    }
    return Collections.unmodifiableList(Arrays.asList(moved));
  }

  private long findLatest() {
    latest = Long.MIN_VALUE;
    for (int i = 0; i < size; i++) {
      latest = Math.max(latest, exemplar(i).getEpochNanos());
    }
    return latest;
  }

  private ShownExemplar exemplar(int index) {
    return exemplars[shown == null ? index : shown[index]];
  }

  @Override
  public ExemplarData get(int index) {
    return exemplar(Objects.checkIndex(index, size));
  }

  @Override
  public int size() {
    return size;
  }
}
