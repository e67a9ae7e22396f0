/**
 * Reports of Glint on itself: why metrics have no exemplars, which views are unused, and its own
 * metrics.
 *
 * <p><b>This package is not API.</b> Its classes are public for each other only. Anything in it may
 * change or vanish in any release.
 */
@NullMarked
package io.glint.sdk.internal.diagnostics;

import org.jspecify.annotations.NullMarked;
