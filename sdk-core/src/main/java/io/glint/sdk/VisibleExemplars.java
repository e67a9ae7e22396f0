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
  private final long earliest;
  private final long latest;

  private VisibleExemplars(ExemplarData[] slots) {
    this.slots = slots;
    final List<ExemplarData> present = new ArrayList<>(slots.length);
    long earliest = Long.MAX_VALUE;
    long latest = Long.MIN_VALUE;
    for (final ExemplarData exemplar : slots) {
      if (exemplar != null) {
        present.add(exemplar);
        earliest = Math.min(earliest, exemplar.getEpochNanos());
        latest = Math.max(latest, exemplar.getEpochNanos());
      }
    }
    this.list = Collections.unmodifiableList(present);
    this.earliest = earliest;
    this.latest = latest;
  }

  /** These exemplars, with those of {@code newer} in the slots that are not null there. */
  VisibleExemplars replacedBy(ExemplarData[] newer) {
    ExemplarData[] merged = null;
    for (int i = 0; i < newer.length; i++) {
      if (newer[i] != null) {
        if (merged == null) {
          merged = Arrays.copyOf(slots, Math.max(slots.length, newer.length));
        }
        merged[i] = newer[i];
      }
    }
    return merged == null ? this : new VisibleExemplars(merged);
  }

  /**
   * The exemplars, for a point of this window. A measurement made while the collection ran is
   * counted in the point although it is later than its end; the point then says its end instead of
   * the true time, which later points say.
   */
  List<ExemplarData> within(long start, long end) {
    if (list.isEmpty() || (start <= earliest && latest <= end)) {
      return list;
    }
    final List<ExemplarData> moved = new ArrayList<>(list.size());
    for (final ExemplarData exemplar : list) {
      final long time = Math.max(start, Math.min(exemplar.getEpochNanos(), end));
      moved.add(time == exemplar.getEpochNanos() ? exemplar : at(time, exemplar));
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
