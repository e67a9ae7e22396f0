package io.glint.it.differential;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.incubator.metrics.ExtendedDoubleGaugeBuilder;
import io.opentelemetry.api.incubator.metrics.ExtendedLongCounterBuilder;
import io.opentelemetry.api.incubator.metrics.ExtendedLongUpDownCounterBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Advises instruments which attributes to keep. Needs the incubating API. */
final class AttributesAdvice {
  private AttributesAdvice() {}

  /**
   * Advises keys of long values.
   *
   * @param builder of a counter, an up-down counter or a gauge, before its type of value is chosen
   */
  static void give(Object builder, Set<String> keys) {
    final List<AttributeKey<?>> advice = new ArrayList<>();
    keys.forEach(key -> advice.add(AttributeKey.longKey(key)));
    if (builder instanceof ExtendedLongCounterBuilder counter) {
      counter.setAttributesAdvice(advice);
    } else if (builder instanceof ExtendedLongUpDownCounterBuilder upDownCounter) {
      upDownCounter.setAttributesAdvice(advice);
    } else {
      ((ExtendedDoubleGaugeBuilder) builder).setAttributesAdvice(advice);
    }
  }
}
