package io.glint.sdk;

import io.glint.reservoir.Exemplar;
import io.glint.reservoir.ExemplarReservoir;
import io.glint.reservoir.ExemplarVisitor;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import java.util.List;
import java.util.Objects;

/**
 * Turns what the reservoirs of a series' cells have kept into the exemplars of its point. Belongs
 * to a stream and is guarded by its collection lock.
 */
final class ExemplarCollector {
  private final ExemplarSampling sampling;
  private final ExemplarAttributeFilter attributeFilter;
  private final ExemplarTally tally;
  private final ExemplarUpdate update;

  /** Takes over what the reservoirs of the cells hold; null until there is one. */
  private ExemplarReservoir joined;

  private final ExemplarVisitor keeper = this::keep;

  /** Of the series whose reservoir is being collected; null in between. */
  private Attributes pointAttributes;

  /**
   * Makes it.
   *
   * @param update that belongs to this one
   * @param tally told what the reservoirs have kept
   */
  ExemplarCollector(
      ExemplarSampling sampling,
      ExemplarAttributeFilter attributeFilter,
      ExemplarUpdate update,
      ExemplarTally tally) {
    this.sampling = sampling;
    this.attributeFilter = attributeFilter;
    this.update = update;
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
      joined.mergeFrom(reservoir);
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
  List<ExemplarData> take(Series series, boolean isDelta, boolean isReused) {
    boolean prefersLargest = false;
    if (joined != null) {
      try {
        pointAttributes = series.attributes;
        joined.collect(keeper);
        prefersLargest = joined.prefersLargest();
      } catch (Throwable t) {
        joined = null;
        sampling.reservoirFailed(t);
      } finally {
        pointAttributes = null;
      }
    }
    // None under delta if points are not used again, and that does not change for a stream.
    final VisibleExemplars before = series.visibleExemplars;
    // Whatever happens, the next interval does not get those of a delta point,
    VisibleExemplars next = isDelta ? VisibleExemplars.NONE : before;
    try {
      final VisibleExemplars now = update.applyTo(before, isDelta, isReused, prefersLargest);
      if (!isDelta || isReused) {
        next = now;
      }
      return now;
    } finally {
      // and the next series gets none.
      update.clear();
      show(series, next);
    }
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
    // Bounds what a reservoir that numbers its slots by mistake can make the collector allocate.
    if (slot < 0 || slot >= ExemplarVisitor.MAX_SLOTS) {
      throw new IndexOutOfBoundsException(
          "Slot "
              + slot
              + " of an exemplar reservoir; slots are numbered from 0, and there are at most "
              + ExemplarVisitor.MAX_SLOTS);
    }
    Objects.requireNonNull(exemplar, "exemplar; a slot that holds none is not visited");
    update.keep(slot, exemplar, attributeFilter.apply(exemplar.attributes(), pointAttributes));
    tally.kept++;
  }
}
