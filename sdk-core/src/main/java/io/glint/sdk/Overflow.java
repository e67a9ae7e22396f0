package io.glint.sdk;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;

/** The series beyond the cardinality limit (SDK specification, "Overflow attribute"). */
final class Overflow {
  static final Attributes ATTRIBUTES =
      Attributes.of(AttributeKey.booleanKey("otel.metric.overflow"), true);

  private Overflow() {}

  /** The attributes of a measurement that its point does not carry, for its exemplar. */
  static Attributes filtered(Attributes measured, Attributes ofPoint) {
    if (measured.equals(ofPoint)) {
      return Attributes.empty();
    }
    return measured.toBuilder().removeIf(key -> ofPoint.get(key) != null).build();
  }
}
