/**
 * Glint in Spring Boot. Nothing has to be called: {@link
 * io.glint.spring.GlintMetricsAutoConfiguration} says what it does. {@link
 * io.glint.spring.GlintMeterProviderCustomizer} is for what has no property.
 */
package io.glint.spring;
