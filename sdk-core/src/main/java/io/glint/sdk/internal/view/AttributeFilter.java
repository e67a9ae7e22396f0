package io.glint.sdk.internal.view;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.util.function.Predicate;

/** Removes the attributes that a view does not keep. Thread-safe. */
public final class AttributeFilter {
  private final Predicate<String> keysToKeep;

  public AttributeFilter(Predicate<String> keysToKeep) {
    this.keysToKeep = keysToKeep;
  }

  public boolean keeps(String key) {
    return keysToKeep.test(key);
  }

  /** The attributes whose keys are kept; the same object if all are. */
  public Attributes apply(Attributes attributes) {
    for (final AttributeKey<?> key : attributes.asMap().keySet()) {
      if (!keysToKeep.test(key.getKey())) {
        return attributes.toBuilder().removeIf(any -> !keysToKeep.test(any.getKey())).build();
      }
    }
    return attributes;
  }
}
