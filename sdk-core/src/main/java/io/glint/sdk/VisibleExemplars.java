package io.glint.sdk;

import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.LongExemplarData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The exemplars that the points of a series show. Under cumulative temporality that is in each slot
 * the newest one, until a later interval fills the slot again, so that every scraper of a reader
 * sees them, however many there are. Immutable.
 */
final class VisibleExemplars {
  static final VisibleExemplars NONE = new VisibleExemplars(new ExemplarData[0]);

  private final ExemplarData[] slots;
  private final List<ExemplarData> list;
  private final long latest;

  private VisibleExemplars(ExemplarData[] slots) {
    this.slots = slots;
    final List<ExemplarData> present = new ArrayList<>(slots.length);
    long latest = Long.MIN_VALUE;
    for (final ExemplarData exemplar : slots) {
      if (exemplar != null) {
        present.add(exemplar);
        latest = Math.max(latest, exemplar.getEpochNanos());
      }
    }
    this.list = Collections.unmodifiableList(present);
    this.latest = latest;
  }

  /**
   * These exemplars, with those of {@code newer} in the slots that are not null there.
   *
   * @param start of the points that will show them. The clocks of series and of measurements differ
   *     by microseconds, and no exemplar may be earlier than its point
   */
  VisibleExemplars replacedBy(ExemplarData[] newer, long start) {
    ExemplarData[] merged = null;
    for (int i = 0; i < newer.length; i++) {
      if (newer[i] != null) {
        if (merged == null) {
          merged = Arrays.copyOf(slots, Math.max(slots.length, newer.length));
        }
        merged[i] = newer[i].getEpochNanos() < start ? at(start, newer[i]) : newer[i];
      }
    }
    return merged == null ? this : new VisibleExemplars(merged);
  }

  /**
   * The exemplars, for a point that ends then. A measurement made while the collection ran is
   * counted in the point although it is later than its end; the point then says its end instead of
   * the true time, which later points say.
   */
  List<ExemplarData> until(long end) {
    if (latest <= end) {
      return list;
    }
    final List<ExemplarData> moved = new ArrayList<>(list.size());
    for (final ExemplarData exemplar : list) {
      moved.add(exemplar.getEpochNanos() <= end ? exemplar : at(end, exemplar));
    }
    return Collections.unmodifiableList(moved);
  }

  private static ExemplarData at(long time, ExemplarData exemplar) {
    return exemplar instanceof LongExemplarData longExemplar
        ? LongExemplarData.create(
            exemplar.getFilteredAttributes(),
            time,
            exemplar.getSpanContext(),
            longExemplar.getValue())
        : DoubleExemplarData.create(
            exemplar.getFilteredAttributes(),
            time,
            exemplar.getSpanContext(),
            ((DoubleExemplarData) exemplar).getValue());
  }
}
