package io.glint.spring;

import io.glint.sdk.GlintMeterProviderBuilder;

/**
 * A bean of this type changes the builder of Glint's meter provider after all properties were
 * applied, and before the provider is made: for what has no property, such as views and readers.
 *
 * <pre>{@code
 * @Bean
 * GlintMeterProviderCustomizer views() {
 *   return builder -> builder.registerView(selector, view);
 * }
 * }</pre>
 *
 * <p>Several are called in the order of {@code @Order}. They are made while the {@code
 * OpenTelemetry} bean is, so they must not need that.
 */
@FunctionalInterface
public interface GlintMeterProviderCustomizer {
  /**
   * Changes the builder. Called once for each application context, in the thread that starts it. If
   * it throws, metrics are not recorded by Glint, which is logged.
   *
   * @param builder not null
   */
  void customize(GlintMeterProviderBuilder builder);
}
