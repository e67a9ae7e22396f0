/**
 * The Glint metrics SDK. {@link io.glint.sdk.GlintMeterProvider} is where to begin, {@link
 * io.glint.sdk.GlintOpenTelemetry} where an application wants an {@code OpenTelemetry}, and {@link
 * io.glint.sdk.GlintPeriodicMetricReader} exports at an interval.
 *
 * <p>{@link io.glint.sdk.GlintView} configures streams, {@link io.glint.sdk.MeterConfigurator}
 * switches meters off. {@code io.glint.sdk.exemplar} is about exemplars. Everything else is below
 * {@code io.glint.sdk.internal}, which is not API.
 */
@NullMarked
package io.glint.sdk;

import org.jspecify.annotations.NullMarked;
