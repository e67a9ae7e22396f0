package io.glint.sdk;

import io.glint.reservoir.Exemplar;
import io.glint.reservoir.ExemplarReservoir;
import io.glint.reservoir.ExemplarVisitor;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Turns what the reservoirs of a series' cells have kept into the exemplars of its point. Belongs
 * to a stream and is guarded by its collection lock.
 */
final class ExemplarCollector {

  /**
   * Bounds what a reservoir that numbers its slots by mistake can make the collector allocate: the
   * array of slots is as long as the highest number. Far more than a histogram has buckets.
   */
  private static final int MAX_SLOTS = 1 << 16;

  private final ExemplarSampling sampling;
  private final Supplier<ShownExemplar> maker;
  private final ExemplarAttributeFilter attributeFilter;
  private final ExemplarTally tally;

  /** Takes over what the reservoirs of the cells hold; null until there is one. */
  private ExemplarReservoir joined;

  private final ExemplarVisitor keeper = this::keep;

  /** Of the series whose reservoir is being collected; null in between. */
  private Attributes pointAttributes;

  /** Of these it takes over the slots that they have; the others are {@link #kept}. */
  private VisibleExemplars overwritten = VisibleExemplars.NONE;

  /** Of the point that will show them. */
  private long start;

  private ShownExemplar[] kept = new ShownExemplar[0];

  /**
   * Makes it.
   *
   * @param maker of exemplars of the type of the stream's points
   * @param tally told what the reservoirs have kept
   */
  ExemplarCollector(
      ExemplarSampling sampling,
      ExemplarAttributeFilter attributeFilter,
      Supplier<ShownExemplar> maker,
      ExemplarTally tally) {
    this.sampling = sampling;
    this.attributeFilter = attributeFilter;
    this.maker = maker;
    this.tally = tally;
  }

  /**
   * Empties a cell's reservoir. The caller owns the cell.
   *
   * @param reservoir null if the cell has none yet
   * @return what the reservoir threw, to be reported when the cell has been released, or null
   */
  Throwable join(ExemplarReservoir reservoir) {
    if (reservoir == null) {
      return null;
    }
    try {
      if (joined == null) {
        joined = sampling.newReservoir();
      }
      if (joined == reservoir) {
        throw new IllegalStateException(
            "The exemplar reservoir factory returned the same reservoir twice; make a new one at"
                + " each call");
      }
      joined.absorb(reservoir);
      return null;
    } catch (Throwable t) {
      joined = null;
      empty(reservoir);
      return t;
    }
  }

  /** What could not be taken over must not turn up in a later interval, which does not count it. */
  private static void empty(ExemplarReservoir reservoir) {
    try {
      reservoir.collect((slot, exemplar) -> {});
    } catch (Throwable t) {
      // It is being reported that this reservoir fails.
    }
  }

  /**
   * The exemplars of the series' point, after all its cells were {@linkplain #join joined}. For the
   * next series everything starts over.
   *
   * @param isReused true if nobody looks any more at those that were taken before
   */
  List<ExemplarData> take(
      Series series, boolean isDelta, boolean isReused, long start, long epochNanos) {
    // None under delta if points are not used again, and that does not change for a stream.
    final VisibleExemplars before = series.visibleExemplars;
    if (joined != null) {
      try {
        pointAttributes = series.attributes;
        overwritten = isReused ? before : VisibleExemplars.NONE;
        this.start = start;
        joined.collect(keeper);
      } catch (Throwable t) {
        joined = null;
        sampling.reservoirFailed(t);
      } finally {
        pointAttributes = null;
        overwritten = VisibleExemplars.NONE;
      }
    }
    // Whatever happens, the next interval does not get those of a delta point,
    VisibleExemplars next = isDelta ? VisibleExemplars.NONE : before;
    final VisibleExemplars now;
    try {
      now = before.replacedBy(kept);
      if (isDelta && isReused) {
        now.showFresh();
      }
      if (!isDelta || isReused) {
        next = now;
      }
    } finally {
      // and the next series gets none.
      Arrays.fill(kept, null);
      show(series, next);
    }
    return now.until(epochNanos);
  }

  /**
   * Written if it is another list, see {@link AbstractPoint#setFrame}; besides, threads that record
   * read what lies beside it.
   */
  @SuppressWarnings("ReferenceEquality") // Lists are overwritten in place.
  private static void show(Series series, VisibleExemplars exemplars) {
    if (series.visibleExemplars != exemplars) {
      series.visibleExemplars = exemplars;
    }
  }

  private void keep(int slot, Exemplar exemplar) {
    // A visitor that is called later would put the exemplar into the point of another series.
    if (pointAttributes == null) {
      throw new IllegalStateException(
          "The visitor of an exemplar reservoir was used after collect");
    }
    if (slot < 0 || slot >= MAX_SLOTS) {
      throw new IndexOutOfBoundsException(
          "Slot "
              + slot
              + " of an exemplar reservoir; slots are numbered from 0, and there are at most "
              + MAX_SLOTS);
    }
    Objects.requireNonNull(exemplar, "exemplar; a slot that holds none is not visited");
    final Attributes filtered = attributeFilter.apply(exemplar.attributes(), pointAttributes);
    // The clocks of series and of measurements differ by microseconds, and no exemplar may be
    // earlier than its point.
    final long time = Math.max(start, exemplar.epochNanos());
    if (!overwritten.overwrite(slot, exemplar, filtered, time)) {
      if (slot >= kept.length) {
        kept = Arrays.copyOf(kept, slot + 1);
      }
      kept[slot] = maker.get().set(exemplar, filtered, time);
    }
    tally.kept++;
  }
}
