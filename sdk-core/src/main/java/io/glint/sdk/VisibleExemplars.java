package io.glint.sdk;

import io.opentelemetry.sdk.metrics.data.ExemplarData;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;

/**
 * The exemplars that the points of a series show. Under cumulative temporality that is in each slot
 * the newest one, until a later interval fills the slot again, so that every scraper of a reader
 * sees them, however many there are. Immutable, and itself the list that the points hand out.
 */
final class VisibleExemplars extends AbstractList<ExemplarData> implements RandomAccess {
  static final VisibleExemplars NONE = new VisibleExemplars(new ShownExemplar[0], null);

  /** In the order of their slots. */
  private final ShownExemplar[] exemplars;

  /** The slot of each, ascending; null if all slots up to the last one are filled. */
  private final char[] slots;

  private final long latest;

  private VisibleExemplars(ShownExemplar[] exemplars, char[] slots) {
    this.exemplars = exemplars;
    this.slots = slots;
    long latest = Long.MIN_VALUE;
    for (final ShownExemplar exemplar : exemplars) {
      latest = Math.max(latest, exemplar.getEpochNanos());
    }
    this.latest = latest;
  }

  /**
   * These exemplars, with those of {@code newer} in the slots that are not null there.
   *
   * @param start of the points that will show them. The clocks of series and of measurements differ
   *     by microseconds, and no exemplar may be earlier than its point
   */
  VisibleExemplars replacedBy(ShownExemplar[] newer, long start) {
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
      merged[size++] = its == null ? old : its.getEpochNanos() < start ? its.at(start) : its;
    }
    final boolean isDense = mergedSlots[size - 1] == size - 1;
    return new VisibleExemplars(
        Arrays.copyOf(merged, size), isDense ? null : Arrays.copyOf(mergedSlots, size));
  }

  private int slot(int index) {
    return slots == null ? index : slots[index];
  }

  /**
   * The exemplars, for a point that ends then. A measurement made while the collection ran is
   * counted in the point although it is later than its end; the point then says its end instead of
   * the true time, which later points say.
   */
  List<ExemplarData> until(long end) {
    if (latest <= end) {
      return this;
    }
    final ShownExemplar[] moved = new ShownExemplar[exemplars.length];
    for (int i = 0; i < moved.length; i++) {
      moved[i] = exemplars[i].getEpochNanos() <= end ? exemplars[i] : exemplars[i].at(end);
    }
    return new VisibleExemplars(moved, slots);
  }

  @Override
  public ExemplarData get(int index) {
    return exemplars[index];
  }

  @Override
  public int size() {
    return exemplars.length;
  }
}
