package io.glint.sdk;

import io.opentelemetry.sdk.metrics.data.ExemplarData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The exemplars that the points of a cumulative series show: in each slot the newest one, until a
 * later interval fills the slot again. So every scraper of a reader sees them, however many there
 * are. Immutable.
 */
final class VisibleExemplars {
  static final VisibleExemplars NONE = new VisibleExemplars(new ExemplarData[0]);

  private final ExemplarData[] slots;
  private final List<ExemplarData> list;

  private VisibleExemplars(ExemplarData[] slots) {
    this.slots = slots;
    final List<ExemplarData> present = new ArrayList<>(slots.length);
    for (final ExemplarData exemplar : slots) {
      if (exemplar != null) {
        present.add(exemplar);
      }
    }
    this.list = Collections.unmodifiableList(present);
  }

  /** These exemplars, with those of {@code newer} in the slots that are not null there. */
  VisibleExemplars replacedBy(ExemplarData[] newer) {
    final ExemplarData[] merged = Arrays.copyOf(slots, Math.max(slots.length, newer.length));
    boolean changed = false;
    for (int i = 0; i < newer.length; i++) {
      if (newer[i] != null) {
        merged[i] = newer[i];
        changed = true;
      }
    }
    return changed ? new VisibleExemplars(merged) : this;
  }

  List<ExemplarData> list() {
    return list;
  }
}
