package io.glint.sdk;

import io.glint.reservoir.Exemplar;
import io.opentelemetry.api.common.Attributes;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * What the reservoir of a series has kept in the interval that ends, and what of it and of the
 * exemplars from before the point shows. Belongs to a stream, which uses it for one series after
 * the other, and is guarded by its collection lock.
 *
 * <p>A delta point shows what was kept in its interval. A cumulative point shows in each slot of
 * the reservoir what was kept last, so that every scraper of a reader sees it, however many there
 * are. An exemplar whose slot is filled again stays nevertheless as long as it is the one to be
 * shown on its line ({@link ExemplarLines}): until one that is not older has been kept for this
 * line. So what a line shows never goes back in time, also if its latest exemplar loses its slot to
 * one of another line, if a thread was stopped between the reading of the clock and the end of its
 * recording, or if the clock was set back. At most as many as there are slots and lines are shown.
 *
 * <p>Which one is shown on a line: of those that one interval has kept the latest, or the largest
 * if the reservoir prefers that; the others are then marked as {@linkplain
 * ShownExemplar#isOutranked outranked}. Of several intervals the latest of those that are not.
 */
final class ExemplarUpdate {

  /** Of those that are not shown any more and can be used again: 256 KiB. */
  private static final int MAX_SPARES = 1 << 12;

  private final ExemplarLines lines;
  private final Supplier<ShownExemplar> maker;
  private final MeasurementClock clock;

  /** By slot; null where nothing was kept. */
  private ShownExemplar[] kept = {};

  /** Those behind are null in {@link #kept}. */
  private int slots;

  /** What is to be shown on each line, in so far as it has been looked at. */
  private ShownExemplar[] shownOnLine = {};

  /** Those behind are null in {@link #shownOnLine}. */
  private int linesUsed;

  private ShownExemplar[] merged = {};
  private int mergedSize;

  /** Those behind are null in {@link #merged}. */
  private int mergedUsed;

  /** Those from before that are not shown any more and can be used again. */
  private ShownExemplar[] gone = {};

  private int goneCount;

  private ShownExemplar[] spares = {};
  private int spareCount;

  /**
   * Makes it.
   *
   * @param maker of exemplars of the type of the stream's points
   * @param clock that the exemplars are dated by
   */
  ExemplarUpdate(ExemplarLines lines, Supplier<ShownExemplar> maker, MeasurementClock clock) {
    this.lines = lines;
    this.maker = maker;
    this.clock = clock;
  }

  /** The reservoir has kept this; it is copied. */
  void keep(int slot, Exemplar exemplar, Attributes filteredAttributes) {
    if (slot >= kept.length) {
      kept = Arrays.copyOf(kept, Math.max(slot + 1, Math.min(2 * kept.length, 1 << 16)));
    }
    final ShownExemplar before = kept[slot];
    kept[slot] =
        (before != null ? before : takeSpare())
            .set(slot, exemplar, clock.onPresentLine(exemplar.epochNanos()), filteredAttributes);
    slots = Math.max(slots, slot + 1);
  }

  private ShownExemplar takeSpare() {
    if (spareCount == 0) {
      return maker.get();
    }
    final ShownExemplar spare = spares[--spareCount];
    spares[spareCount] = null;
    return spare;
  }

  /**
   * The exemplars of the point.
   *
   * @param shown those of the point before; of a delta stream only if they are reused
   * @param isReused true if nobody looks any more at {@code shown}, which can be changed
   * @param prefersLargest what the reservoir says
   */
  VisibleExemplars applyTo(
      VisibleExemplars shown, boolean isDelta, boolean isReused, boolean prefersLargest) {
    final VisibleExemplars before = isDelta ? shown : onPresentLine(shown);
    if (slots == 0 && (!isDelta || before.isEmpty())) {
      return before;
    }
    mergedUsed = before.size() + slots;
    if (merged.length < mergedUsed) {
      merged = new ShownExemplar[mergedUsed];
      gone = new ShownExemplar[mergedUsed];
    }
    final VisibleExemplars now = isReused && !before.isNone() ? before : new VisibleExemplars();
    rankKept(prefersLargest);
    addStaying(before, isDelta, isReused);
    addKept();
    sort();
    now.set(merged, mergedSize);
    // Not before, for up to here something may be thrown, and all stays as it was.
    addSpares();
    return now;
  }

  /**
   * The same list; or, where the clock was set back and some of it would lie in the future, one
   * with their true times. Otherwise these would never make way for newer ones.
   */
  private VisibleExemplars onPresentLine(VisibleExemplars shown) {
    if (shown.isEmpty() || !clock.wasSetBack()) {
      return shown;
    }
    final long now = clock.getAsLong();
    final ShownExemplar[] dated = new ShownExemplar[shown.size()];
    boolean isAnyAhead = false;
    for (int i = 0; i < dated.length; i++) {
      final ShownExemplar exemplar = shown.get(i);
      final boolean isAhead = exemplar.getEpochNanos() > now;
      isAnyAhead |= isAhead;
      dated[i] = isAhead ? exemplar.copy(clock.onPresentLine(exemplar.getEpochNanos())) : exemplar;
    }
    if (!isAnyAhead) {
      return shown;
    }
    Arrays.sort(dated, (one, other) -> isBefore(one, other) ? -1 : isBefore(other, one) ? 1 : 0);
    final VisibleExemplars present = new VisibleExemplars();
    present.set(dated, dated.length);
    return present;
  }

  private void rankKept(boolean prefersLargest) {
    for (int slot = 0; slot < slots; slot++) {
      final ShownExemplar one = kept[slot];
      if (one == null) {
        continue;
      }
      final int line = line(one);
      final ShownExemplar other = shownOnLine[line];
      if (other == null) {
        shownOnLine[line] = one;
        continue;
      }
      final int comparison = prefersLargest ? one.compareValue(other) : 0;
      final boolean isShown =
          comparison != 0 ? comparison > 0 : one.getEpochNanos() > other.getEpochNanos();
      if (isShown) {
        shownOnLine[line] = one;
      }
      if (prefersLargest) {
        (isShown ? other : one).outrank();
      }
    }
  }

  /** The line of an exemplar, for which there is room then. */
  private int line(ShownExemplar exemplar) {
    final int line = lines.of(exemplar.doubleValue());
    if (line >= shownOnLine.length) {
      shownOnLine = Arrays.copyOf(shownOnLine, line + 1);
    }
    linesUsed = Math.max(linesUsed, line + 1);
    return line;
  }

  /** From the last to the first: of a line that is from the latest to the oldest. */
  private void addStaying(VisibleExemplars before, boolean isDelta, boolean isReused) {
    int first = before.size();
    for (int i = before.size() - 1; i >= 0; i--) {
      final ShownExemplar exemplar = before.get(i);
      if (!isDelta && stays(exemplar)) {
        merged[--first] = exemplar;
      } else if (isReused) {
        gone[goneCount++] = exemplar;
      }
    }
    mergedSize = before.size() - first;
    System.arraycopy(merged, first, merged, 0, mergedSize);
  }

  private boolean stays(ShownExemplar exemplar) {
    final int line = line(exemplar);
    final ShownExemplar other = shownOnLine[line];
    final boolean isShown =
        !exemplar.isOutranked()
            && (other == null || exemplar.getEpochNanos() > other.getEpochNanos());
    if (isShown) {
      shownOnLine[line] = exemplar;
    }
    final boolean hasSlot =
        exemplar.hasSlot() && (exemplar.slot() >= slots || kept[exemplar.slot()] == null);
    if (isShown && !hasSlot) {
      exemplar.loseSlot();
    }
    return isShown || hasSlot;
  }

  private void addSpares() {
    final int wanted = Math.min(MAX_SPARES, spareCount + goneCount);
    if (wanted > spares.length) {
      spares = Arrays.copyOf(spares, Math.min(MAX_SPARES, 2 * wanted));
    }
    for (int i = 0; i < goneCount; i++) {
      gone[i].clear();
      if (spareCount < spares.length) {
        spares[spareCount++] = gone[i];
      }
    }
  }

  private void addKept() {
    for (int slot = 0; slot < slots; slot++) {
      if (kept[slot] != null) {
        merged[mergedSize++] = kept[slot];
      }
    }
  }

  /**
   * Shell's sort: in place, for a collection allocates nothing, and quick where most is in order,
   * as exemplars from before are.
   */
  private void sort() {
    int gap = 1;
    while (gap < mergedSize / 3) {
      gap = 3 * gap + 1;
    }
    for (; gap > 0; gap /= 3) {
      for (int i = gap; i < mergedSize; i++) {
        final ShownExemplar exemplar = merged[i];
        int place = i;
        while (place >= gap && isBefore(exemplar, merged[place - gap])) {
          merged[place] = merged[place - gap];
          place -= gap;
        }
        merged[place] = exemplar;
      }
    }
  }

  private boolean isBefore(ShownExemplar one, ShownExemplar other) {
    if (lines.comeFirst()) {
      final int comparison =
          Integer.compare(lines.of(one.doubleValue()), lines.of(other.doubleValue()));
      if (comparison != 0) {
        return comparison < 0;
      }
    }
    // Of one time by value: Prometheus refuses the smaller one after the larger.
    return one.getEpochNanos() != other.getEpochNanos()
        ? one.getEpochNanos() < other.getEpochNanos()
        : one.compareValue(other) < 0;
  }

  /** Makes it ready for the next series, whatever has happened. */
  void clear() {
    Arrays.fill(kept, 0, slots, null);
    slots = 0;
    Arrays.fill(shownOnLine, 0, linesUsed, null);
    linesUsed = 0;
    Arrays.fill(merged, 0, Math.min(mergedUsed, merged.length), null);
    Arrays.fill(gone, 0, goneCount, null);
    goneCount = 0;
    mergedUsed = 0;
    mergedSize = 0;
  }
}
