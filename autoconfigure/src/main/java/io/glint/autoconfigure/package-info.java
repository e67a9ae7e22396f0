/**
 * Configuration of Glint by environment variables and system properties.
 *
 * <p>With this artifact on the class path, {@code AutoConfiguredOpenTelemetrySdk} gets Glint's
 * metrics without any code. {@link io.glint.autoconfigure.GlintAutoConfiguration} is the way in for
 * code. The other public classes are public for the stock auto-configuration, which finds them by
 * name.
 */
@NullMarked
package io.glint.autoconfigure;

import org.jspecify.annotations.NullMarked;
