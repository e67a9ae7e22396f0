package io.glint.sdk.internal.collect;

import io.glint.reservoir.Exemplar;
import io.glint.reservoir.ExemplarReservoir;
import io.glint.reservoir.ExemplarVisitor;
import io.glint.sdk.internal.data.AbstractPoint;
import io.glint.sdk.internal.exemplar.ExemplarAttributeFilter;
import io.glint.sdk.internal.exemplar.ExemplarCounts;
import io.glint.sdk.internal.exemplar.ExemplarSampling;
import io.glint.sdk.internal.exemplar.FrontPadding;
import io.glint.sdk.internal.exemplar.RetainedExemplars;
import io.glint.sdk.internal.series.Series;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Turns what the reservoirs of a series' cells have kept into the exemplars of its point. Belongs
 * to a collector and is guarded by its lock. What reservoirs, or the filter of attributes, throw
 * costs exemplars only.
 */
class ExemplarCollector extends FrontPadding {

  private final ExemplarSampling sampling;
  private final ExemplarAttributeFilter attributeFilter;
  private final ExemplarCounts tally;
  private final ExemplarUpdate update;
  private final FailureSink failed;
  private final ExemplarVisitor keeper = this::keep;

  /** Takes over what the reservoirs of the cells hold; null until there is one. */
  private @Nullable ExemplarReservoir merged;

  /** True if {@link #merged} holds what cells of the current series have kept. */
  private boolean isFilled;

  /** Of the series whose reservoir is being collected; null in between. */
  private @Nullable Attributes pointAttributes;

  /** Is told what was thrown. Called while a cell is owned, so it runs no foreign code. */
  interface FailureSink {
    void failed(Throwable cause);
  }

  private ExemplarCollector(
      ExemplarSampling sampling,
      ExemplarAttributeFilter attributeFilter,
      ExemplarUpdate update,
      ExemplarCounts tally,
      FailureSink failed) {
    this.sampling = sampling;
    this.attributeFilter = attributeFilter;
    this.update = update;
    this.tally = tally;
    this.failed = failed;
  }

  /**
   * Makes one that no other object shares a cache line with, see {@link FrontPadding}.
   *
   * @param update that belongs to this one
   * @param tally told what the reservoirs have kept
   * @param failed told what was thrown
   */
  static ExemplarCollector padded(
      ExemplarSampling sampling,
      ExemplarAttributeFilter attributeFilter,
      ExemplarUpdate update,
      ExemplarCounts tally,
      FailureSink failed) {
    return new Padded(sampling, attributeFilter, update, tally, failed);
  }

  @SuppressWarnings("UnusedVariable")
  private static final class Padded extends ExemplarCollector {
    long back01, back02, back03, back04, back05, back06, back07, back08;
    long back09, back10, back11, back12, back13, back14, back15, back16;

    Padded(
        ExemplarSampling sampling,
        ExemplarAttributeFilter attributeFilter,
        ExemplarUpdate update,
        ExemplarCounts tally,
        FailureSink failed) {
      super(sampling, attributeFilter, update, tally, failed);
    }
  }

  /**
   * Empties a cell's reservoir. The caller owns the cell.
   *
   * @param reservoir null if the cell has none yet
   */
  final void merge(@Nullable ExemplarReservoir reservoir) {
    if (reservoir == null) {
      return;
    }
    try {
      if (merged == null) {
        merged = sampling.newReservoir();
      }
      if (merged == reservoir) {
        throw new IllegalStateException(
            "The exemplar reservoir factory returned the same reservoir twice; make a new one at"
                + " each call");
      }
      isFilled = true;
      merged.mergeFrom(reservoir);
    } catch (Throwable t) {
      merged = null;
      empty(reservoir);
      failed.failed(t);
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
   * The exemplars of the series' point, after all its cells were {@linkplain #merge merged}. For
   * the next series everything starts over. Never throws.
   *
   * @param isReused true if no reader looks any more at those that were taken before
   */
  final List<ExemplarData> take(Series series, boolean isDelta, boolean isReused) {
    // None under delta if points are not used again, and that does not change for a stream.
    final RetainedExemplars before = series.retainedExemplars;
    if (!isFilled && (!isDelta || before.isEmpty())) {
      return before;
    }
    // Whatever happens, the next interval does not get those of a delta point.
    RetainedExemplars next = isDelta ? RetainedExemplars.NONE : before;
    RetainedExemplars now = next;
    try {
      final boolean prefersLargest = isFilled && collectMerged(series);
      now = update.applyTo(before, isDelta, isReused, prefersLargest);
      if (!isDelta || isReused) {
        next = now;
      }
    } catch (Throwable t) {
      failed.failed(t);
    }
    startOver();
    show(series, next);
    return now;
  }

  /** Returns what the reservoir says of its exemplars, which are kept in the update. */
  private boolean collectMerged(Series series) {
    // Null if it has thrown.
    if (merged == null) {
      return false;
    }
    try {
      pointAttributes = series.attributes;
      merged.collect(keeper);
      return merged.prefersLargest();
    } catch (Throwable t) {
      merged = null;
      failed.failed(t);
      return false;
    } finally {
      pointAttributes = null;
    }
  }

  /**
   * Lets go of what was merged and not {@linkplain #take taken}, as the series cannot be collected:
   * the next one gets none of it.
   */
  final void forget(Throwable cause) {
    if (isFilled) {
      merged = null;
      failed.failed(cause);
    }
    startOver();
  }

  private void startOver() {
    isFilled = false;
    update.clear();
  }

  /**
   * Written if it is another list, see {@link AbstractPoint#setCommonFields}; besides, threads that
   * record read what lies beside it.
   */
  @SuppressWarnings("ReferenceEquality") // Lists are overwritten in place.
  private static void show(Series series, RetainedExemplars exemplars) {
    if (series.retainedExemplars != exemplars) {
      series.retainedExemplars = exemplars;
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
