/**
 * Glint from environment variables and system properties. {@link
 * io.glint.autoconfigure.GlintAutoConfiguration} is the way in for code; with this artifact on the
 * class path, {@code AutoConfiguredOpenTelemetrySdk} gets Glint's metrics without any.
 *
 * <p>{@code Settings} reads and checks what is configured, {@code Takeover} puts Glint's meter
 * provider in place of the stock one.
 */
package io.glint.autoconfigure;
