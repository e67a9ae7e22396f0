package io.glint.sdk.internal.exemplar;

import io.glint.sdk.exemplar.ExemplarAttributes;
import io.glint.sdk.internal.view.AttributeFilter;
import io.opentelemetry.api.common.Attributes;
import org.jspecify.annotations.Nullable;

/**
 * Says which attributes of a measurement are on its exemplar: those that its point does not carry,
 * without those that a view or the advice has removed, if they are not wanted. Thread-safe.
 */
public final class ExemplarAttributeFilter {
  /** Null if nothing is removed. */
  private final @Nullable AttributeFilter ofPoint;

  private final ExemplarAttributes wanted;

  public ExemplarAttributeFilter(@Nullable AttributeFilter ofPoint, ExemplarAttributes wanted) {
    this.ofPoint = ofPoint;
    this.wanted = wanted;
  }

  public Attributes apply(Attributes measured, Attributes point) {
    if (measured.equals(point)) {
      return Attributes.empty();
    }
    return measured.toBuilder()
        .removeIf(key -> point.get(key) != null || !isAllowed(key.getKey()))
        .build();
  }

  private boolean isAllowed(String key) {
    return ofPoint == null || wanted.retains(key) || ofPoint.keeps(key);
  }
}
