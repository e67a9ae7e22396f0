package io.glint.autoconfigure;

import io.glint.sdk.GlintMeterProviderBuilder;
import io.glint.sdk.GlintView;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.View;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What a declarative configuration file says of views that the stock SDK has no settings for. An
 * extension belongs to the views that have the same selector. Not thread-safe.
 */
final class ViewExtensions {
  private final Map<InstrumentSelector, Consumer<GlintView.Builder>> extensions =
      new LinkedHashMap<>();
  private final Set<InstrumentSelector> unused = new LinkedHashSet<>();

  /**
   * Adds one.
   *
   * @return false, and it is left out, if there is one for this selector
   */
  boolean add(InstrumentSelector selector, Consumer<GlintView.Builder> extension) {
    unused.add(selector);
    return extensions.putIfAbsent(selector, extension) == null;
  }

  /** A view of the stock SDK, with what is said of its selector. */
  GlintView extended(InstrumentSelector selector, View stock) {
    unused.remove(selector);
    return extended(selector, GlintView.builder(stock));
  }

  /** Registers views for those that belong to no other. */
  void registerRest(GlintMeterProviderBuilder builder) {
    unused.forEach(
        selector -> builder.registerView(selector, extended(selector, GlintView.builder())));
  }

  private GlintView extended(InstrumentSelector selector, GlintView.Builder builder) {
    extensions.getOrDefault(selector, unchanged -> {}).accept(builder);
    return builder.build();
  }
}
