package io.glint.sdk;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.util.function.Predicate;

/** Removes the attributes that a view does not keep. Thread-safe. */
final class AttributeFilter {
  private final Predicate<String> keysToKeep;

  AttributeFilter(Predicate<String> keysToKeep) {
    this.keysToKeep = keysToKeep;
  }

  boolean keeps(String key) {
    return keysToKeep.test(key);
  }

  /** The attributes whose keys are kept; the same object if all are. */
  Attributes apply(Attributes attributes) {
    for (final AttributeKey<?> key : attributes.asMap().keySet()) {
      if (!keysToKeep.test(key.getKey())) {
        return attributes.toBuilder().removeIf(any -> !keysToKeep.test(any.getKey())).build();
      }
    }
    return attributes;
  }
}
