package io.glint.sdk.internal.collect;

import io.glint.reservoir.Exemplar;
import io.glint.sdk.internal.exemplar.ExemplarLines;
import io.glint.sdk.internal.exemplar.FrontPadding;
import io.glint.sdk.internal.exemplar.MeasurementClock;
import io.glint.sdk.internal.exemplar.MutableExemplarData;
import io.glint.sdk.internal.exemplar.RetainedExemplars;
import io.opentelemetry.api.common.Attributes;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * The change of a series' exemplars by a collection: from those of the point before, and those that
 * the reservoir has kept in the interval that ends, to those that the point shows. Belongs to a
 * stream, which uses it for one series after the other, and is guarded by its collection lock.
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
 * MutableExemplarData#isOutranked outranked}. Of several intervals the latest of those that are
 * not.
 */
class ExemplarUpdate extends FrontPadding {

  /** Of those that are not shown any more and can be used again: 256 KiB. */
  private static final int MAX_SPARES = 1 << 12;

  private final ExemplarLines lines;
  private final Supplier<MutableExemplarData> maker;
  private final MeasurementClock clock;

  /** By slot; null where nothing was kept. */
  private MutableExemplarData[] kept = {};

  /** The lines of those, which {@link #rankKept} finds. Each look-up searches the boundaries. */
  private int[] keptLines = {};

  /** Those behind are null in {@link #kept}. */
  private int slots;

  /** What is to be shown on each line, in so far as it has been looked at. */
  private MutableExemplarData[] shownOnLine = {};

  /** Those behind are null in {@link #shownOnLine}. */
  private int linesUsed;

  private MutableExemplarData[] merged = {};

  /** The lines of those. */
  private int[] mergedLines = {};

  private int mergedSize;

  /** Those behind are null in {@link #merged}. */
  private int mergedUsed;

  /** Those from before that are not shown any more and can be used again. */
  private MutableExemplarData[] gone = {};

  private int goneCount;

  private MutableExemplarData[] spares = {};
  private int spareCount;

  /**
   * An update that is used for one series after the other.
   *
   * @param maker of exemplars of the type of the stream's points
   * @param clock that the exemplars are dated by
   */
  ExemplarUpdate(ExemplarLines lines, Supplier<MutableExemplarData> maker, MeasurementClock clock) {
    this.lines = lines;
    this.maker = maker;
    this.clock = clock;
  }

  /**
   * As the constructor makes; and no other object shares a line with it, see {@link FrontPadding}.
   */
  static ExemplarUpdate padded(
      ExemplarLines lines, Supplier<MutableExemplarData> maker, MeasurementClock clock) {
    return new Padded(lines, maker, clock);
  }

  @SuppressWarnings("UnusedVariable")
  private static final class Padded extends ExemplarUpdate {
    long back01, back02, back03, back04, back05, back06, back07, back08;
    long back09, back10, back11, back12, back13, back14, back15, back16;

    Padded(ExemplarLines lines, Supplier<MutableExemplarData> maker, MeasurementClock clock) {
      super(lines, maker, clock);
    }
  }

  /** The reservoir has kept this; it is copied. */
  final void keep(int slot, Exemplar exemplar, Attributes filteredAttributes) {
    if (slot >= kept.length) {
      final int length = Math.max(slot + 1, Math.min(2 * kept.length, 1 << 16));
      keptLines = Arrays.copyOf(keptLines, length);
      kept = Arrays.copyOf(kept, length);
    }
    final MutableExemplarData before = kept[slot];
    kept[slot] =
        (before != null ? before : takeSpare())
            .set(slot, exemplar, clock.onPresentLine(exemplar.epochNanos()), filteredAttributes);
    slots = Math.max(slots, slot + 1);
  }

  private MutableExemplarData takeSpare() {
    if (spareCount == 0) {
      return maker.get();
    }
    final MutableExemplarData spare = spares[--spareCount];
    spares[spareCount] = null;
    return spare;
  }

  /**
   * The exemplars of the point. Which list that is, and what becomes of the one before:
   *
   * <table>
   *   <caption>The four modes</caption>
   *   <tr><th></th><th>points are made new</th><th>points are reused</th></tr>
   *   <tr><td>cumulative</td>
   *     <td>a new list, which has those from before that stay as well; the same list if nothing was
   *     kept</td>
   *     <td>the list from before, changed; what goes is used again</td></tr>
   *   <tr><td>delta</td>
   *     <td>a new list, and the series keeps none</td>
   *     <td>the list from before, with others; what was in it is used again</td></tr>
   * </table>
   *
   * @param shown those of the point before; of a delta stream only if they are reused
   * @param isReused true if no reader looks any more at {@code shown}, which can be changed
   * @param prefersLargest what the reservoir says
   */
  final RetainedExemplars applyTo(
      RetainedExemplars shown, boolean isDelta, boolean isReused, boolean prefersLargest) {
    final RetainedExemplars before = isDelta ? shown : onPresentLine(shown);
    if (slots == 0 && (!isDelta || before.isEmpty())) {
      return before;
    }
    mergedUsed = before.size() + slots;
    if (merged.length < mergedUsed) {
      final MutableExemplarData[] longer = new MutableExemplarData[mergedUsed];
      gone = new MutableExemplarData[mergedUsed];
      mergedLines = new int[mergedUsed];
      merged = longer;
    }
    final RetainedExemplars now = isReused && !before.isNone() ? before : new RetainedExemplars();
    rankKept(prefersLargest);
    addStaying(before, isDelta, isReused);
    addKept();
    if (!isSorted()) {
      sort();
    }
    now.set(merged, mergedSize);
    // Not before, for up to here something may be thrown, and all stays as it was.
    addSpares();
    return now;
  }

  /**
   * The same list; or, where the clock was set back and some of it would lie in the future, one
   * with their true times. Otherwise these would never make way for newer ones.
   */
  private RetainedExemplars onPresentLine(RetainedExemplars shown) {
    if (shown.isEmpty() || !clock.wasSetBack()) {
      return shown;
    }
    final long now = clock.getAsLong();
    if (!isAnyAfter(now, shown)) {
      return shown;
    }
    final MutableExemplarData[] dated = new MutableExemplarData[shown.size()];
    for (int i = 0; i < dated.length; i++) {
      final MutableExemplarData exemplar = shown.get(i);
      dated[i] =
          exemplar.getEpochNanos() > now
              ? exemplar.copy(clock.onPresentLine(exemplar.getEpochNanos()))
              : exemplar;
    }
    Arrays.sort(dated, this::compare);
    final RetainedExemplars present = new RetainedExemplars();
    present.set(dated, dated.length);
    return present;
  }

  private static boolean isAnyAfter(long epochNanos, RetainedExemplars exemplars) {
    for (int i = 0; i < exemplars.size(); i++) {
      if (exemplars.get(i).getEpochNanos() > epochNanos) {
        return true;
      }
    }
    return false;
  }

  private void rankKept(boolean prefersLargest) {
    for (int slot = 0; slot < slots; slot++) {
      final MutableExemplarData one = kept[slot];
      if (one == null) {
        continue;
      }
      final int line = line(one);
      keptLines[slot] = line;
      final MutableExemplarData other = shownOnLine[line];
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
  private int line(MutableExemplarData exemplar) {
    final int line = lines.of(exemplar.doubleValue());
    if (line >= shownOnLine.length) {
      shownOnLine = Arrays.copyOf(shownOnLine, line + 1);
    }
    linesUsed = Math.max(linesUsed, line + 1);
    return line;
  }

  /** From the last to the first: of a line that is from the latest to the oldest. */
  private void addStaying(RetainedExemplars before, boolean isDelta, boolean isReused) {
    int first = before.size();
    for (int i = before.size() - 1; i >= 0; i--) {
      final MutableExemplarData exemplar = before.get(i);
      final int line = isDelta ? 0 : line(exemplar);
      if (!isDelta && stays(exemplar, line)) {
        merged[--first] = exemplar;
        mergedLines[first] = line;
      } else if (isReused) {
        gone[goneCount++] = exemplar;
      }
    }
    mergedSize = before.size() - first;
    System.arraycopy(merged, first, merged, 0, mergedSize);
    System.arraycopy(mergedLines, first, mergedLines, 0, mergedSize);
  }

  private boolean stays(MutableExemplarData exemplar, int line) {
    final MutableExemplarData other = shownOnLine[line];
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
        mergedLines[mergedSize] = keptLines[slot];
        merged[mergedSize++] = kept[slot];
      }
    }
  }

  /** So it is where a reservoir with a slot for each bucket has filled the same slots again. */
  private boolean isSorted() {
    for (int i = 1; i < mergedSize; i++) {
      if (isBefore(merged[i], mergedLines[i], i - 1)) {
        return false;
      }
    }
    return true;
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
        final MutableExemplarData exemplar = merged[i];
        final int line = mergedLines[i];
        int place = i;
        while (place >= gap && isBefore(exemplar, line, place - gap)) {
          merged[place] = merged[place - gap];
          mergedLines[place] = mergedLines[place - gap];
          place -= gap;
        }
        merged[place] = exemplar;
        mergedLines[place] = line;
      }
    }
  }

  private boolean isBefore(MutableExemplarData exemplar, int line, int place) {
    final int otherLine = mergedLines[place];
    if (lines.comeFirst() && line != otherLine) {
      return line < otherLine;
    }
    return compareTimes(exemplar, merged[place]) < 0;
  }

  private int compare(MutableExemplarData one, MutableExemplarData other) {
    final int comparison =
        lines.comeFirst()
            ? Integer.compare(lines.of(one.doubleValue()), lines.of(other.doubleValue()))
            : 0;
    return comparison != 0 ? comparison : compareTimes(one, other);
  }

  /** Of one time by value: Prometheus refuses the smaller one after the larger. */
  private static int compareTimes(MutableExemplarData one, MutableExemplarData other) {
    final int comparison = Long.compare(one.getEpochNanos(), other.getEpochNanos());
    return comparison != 0 ? comparison : one.compareValue(other);
  }

  /** Makes it ready for the next series, whatever has happened. */
  final void clear() {
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
