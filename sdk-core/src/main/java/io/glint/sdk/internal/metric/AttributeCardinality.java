package io.glint.sdk.internal.metric;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The attribute key that has the most different values among the series of a metric, which is the
 * one to look at when there are too many series.
 *
 * @param key null if no series has attributes
 */
public record AttributeCardinality(@Nullable AttributeKey<?> key, int values) {

  /** Looks at all attribute sets that are there now. */
  public static AttributeCardinality of(Iterable<Attributes> attributeSets) {
    final Map<AttributeKey<?>, Set<Object>> valuesByKey = new HashMap<>();
    for (final Attributes attributes : attributeSets) {
      attributes.forEach(
          (key, value) -> valuesByKey.computeIfAbsent(key, any -> new HashSet<>()).add(value));
    }
    AttributeCardinality most = new AttributeCardinality(null, 0);
    for (final Map.Entry<AttributeKey<?>, Set<Object>> entry : valuesByKey.entrySet()) {
      if (entry.getValue().size() > most.values) {
        most = new AttributeCardinality(entry.getKey(), entry.getValue().size());
      }
    }
    return most;
  }
}
