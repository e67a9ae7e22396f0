package io.glint.it.differential;

import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.ViewBuilder;
import java.util.Set;

/**
 * A view of a program; what is null is not set.
 *
 * @param keys attribute keys to keep
 * @param isKeysPredicate whether the keys are given as a predicate, which makes the view unequal to
 *     all others
 */
record ViewSetup(
    SelectorSetup selector,
    String name,
    String description,
    AggregationSetup aggregation,
    Set<String> keys,
    boolean isKeysPredicate,
    Integer limit) {

  static ViewSetup of(SelectorSetup selector) {
    return new ViewSetup(selector, null, null, null, null, false, null);
  }

  ViewSetup withSelector(SelectorSetup other) {
    return new ViewSetup(other, name, description, aggregation, keys, isKeysPredicate, limit);
  }

  ViewSetup withName(String other) {
    return new ViewSetup(selector, other, description, aggregation, keys, isKeysPredicate, limit);
  }

  ViewSetup withDescription(String other) {
    return new ViewSetup(selector, name, other, aggregation, keys, isKeysPredicate, limit);
  }

  ViewSetup withAggregation(AggregationSetup other) {
    return new ViewSetup(selector, name, description, other, keys, isKeysPredicate, limit);
  }

  ViewSetup withKeys(Set<String> others, boolean isPredicate) {
    return new ViewSetup(selector, name, description, aggregation, others, isPredicate, limit);
  }

  ViewSetup withLimit(Integer other) {
    return new ViewSetup(selector, name, description, aggregation, keys, isKeysPredicate, other);
  }

  /** The aggregation, the default one if none is set. */
  AggregationSetup aggregationOrDefault() {
    return aggregation == null ? AggregationSetup.DEFAULT : aggregation;
  }

  /** True if the stock SDK cannot tell this limit from none. */
  boolean isLimitUnset() {
    return limit == null || limit == ReaderSetup.DEFAULT_LIMIT;
  }

  View stock() {
    final ViewBuilder builder = View.builder().setName(name).setDescription(description);
    if (aggregation != null) {
      builder.setAggregation(aggregation.stock());
    }
    if (isKeysPredicate) {
      builder.setAttributeFilter(key -> keys == null || keys.contains(key));
    } else if (keys != null) {
      builder.setAttributeFilter(keys);
    }
    if (limit != null) {
      builder.setCardinalityLimit(limit);
    }
    return builder.build();
  }

  String code() {
    return "registerView("
        + selector.code()
        + ", view"
        + (name == null ? "" : ".setName(" + Code.text(name) + ")")
        + (description == null ? "" : ".setDescription(" + Code.text(description) + ")")
        + (aggregation == null ? "" : ".setAggregation(" + aggregation.code() + ")")
        + filterCode()
        + (limit == null ? "" : ".setCardinalityLimit(" + limit + ")")
        + ")";
  }

  private String filterCode() {
    if (isKeysPredicate) {
      final String condition = keys == null ? "true" : keys + ".contains(key)";
      return ".setAttributeFilter(key -> " + condition + ")";
    }
    return keys == null ? "" : ".setAttributeFilter(" + keys + ")";
  }
}
