package io.glint.autoconfigure;

import io.glint.sdk.GlintMeterProviderBuilder;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Consumer;

/**
 * What is to be done with the builder of Glint's meter provider, by the auto-configuration that it
 * is for. The service loader makes the object that takes metrics over, so nothing can be handed to
 * that; the auto-configuration is what both sides have.
 */
final class Customizers {
  private static final Map<
          AutoConfigurationCustomizer, List<Consumer<? super GlintMeterProviderBuilder>>>
      CUSTOMIZERS = new WeakHashMap<>();

  private Customizers() {}

  static void add(
      AutoConfigurationCustomizer autoConfiguration,
      Consumer<? super GlintMeterProviderBuilder> customizer) {
    synchronized (CUSTOMIZERS) {
      CUSTOMIZERS.computeIfAbsent(autoConfiguration, unused -> new ArrayList<>()).add(customizer);
    }
  }

  /** In the order in which they were added; empty if there are none. */
  static List<Consumer<? super GlintMeterProviderBuilder>> of(
      AutoConfigurationCustomizer autoConfiguration) {
    synchronized (CUSTOMIZERS) {
      return List.copyOf(CUSTOMIZERS.getOrDefault(autoConfiguration, List.of()));
    }
  }
}
