package io.glint.sdk.internal.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the author of an instrument recommends (API specification, "Instrument advisory
 * parameters"). It is no part of the instrument's identity, and views go before it.
 *
 * @param boundaries of the buckets of a histogram; null if nothing, or nothing usable, was advised
 * @param attributeKeys the keys of the attributes to keep; null for all
 */
public record InstrumentAdvice(
    @Nullable List<Double> boundaries, @Nullable Set<String> attributeKeys) {
  public static final InstrumentAdvice NONE = new InstrumentAdvice(null, null);

  /** Keeps what is advised; null to keep everything. */
  public @Nullable Predicate<String> attributeFilter() {
    return attributeKeys == null ? null : attributeKeys::contains;
  }

  /** In which respects, and how, this advice departs from {@code first}; empty if in none. */
  public List<AdviceConflict> conflictsWith(InstrumentAdvice first) {
    final List<AdviceConflict> departures = new ArrayList<>();
    if (boundaries != null && !boundaries.equals(first.boundaries)) {
      departures.add(new AdviceConflict("bucket boundaries", boundaries, first.boundaries));
    }
    if (attributeKeys != null && !attributeKeys.equals(first.attributeKeys)) {
      departures.add(new AdviceConflict("attribute keys", attributeKeys, first.attributeKeys));
    }
    return departures;
  }

  /**
   * What is advised in one respect, and what was advised first.
   *
   * @param first null if nothing was
   */
  public record AdviceConflict(String respect, Object advised, @Nullable Object first) {}
}
