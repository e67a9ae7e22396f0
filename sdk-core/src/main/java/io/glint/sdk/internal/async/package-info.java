/**
 * Asynchronous instruments: callbacks, what they observe, and the streams that turn observations
 * into points.
 *
 * <p><b>This package is not API.</b> Its classes are public for each other only. Anything in it may
 * change or vanish in any release.
 */
@NullMarked
package io.glint.sdk.internal.async;

import org.jspecify.annotations.NullMarked;
