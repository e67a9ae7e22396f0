package io.glint.sdk;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What the author of an instrument recommends (API specification, "Instrument advisory
 * parameters"). It is no part of the instrument's identity, and views go before it.
 *
 * @param boundaries of the buckets of a histogram; null if nothing, or nothing usable, was advised
 * @param attributeKeys the keys of the attributes to keep; null for all
 */
record InstrumentAdvice(List<Double> boundaries, Set<String> attributeKeys) {
  static final InstrumentAdvice NONE = new InstrumentAdvice(null, null);

  /** Keeps what is advised; null to keep everything. Equal for equal advice. */
  Predicate<String> attributeFilter() {
    return attributeKeys == null ? null : new KeysToKeep(attributeKeys);
  }

  /** Says in which respects this advice departs from {@code first}; empty if in none. */
  String departureFrom(InstrumentAdvice first) {
    final StringBuilder words = new StringBuilder();
    if (boundaries != null && !boundaries.equals(first.boundaries)) {
      append(words, "bucket boundaries", boundaries, first.boundaries);
    }
    if (attributeKeys != null && !attributeKeys.equals(first.attributeKeys)) {
      append(words, "attribute keys", attributeKeys, first.attributeKeys);
    }
    return words.toString();
  }

  private static void append(StringBuilder words, String what, Object advised, Object first) {
    words
        .append(words.isEmpty() ? "" : "; and with other ")
        .append(what)
        .append(" advised: ")
        .append(advised)
        .append(". It keeps what was advised first: ")
        .append(Objects.requireNonNullElse(first, "none"));
  }

  private record KeysToKeep(Set<String> keys) implements Predicate<String> {
    @Override
    public boolean test(String key) {
      return keys.contains(key);
    }
  }
}
