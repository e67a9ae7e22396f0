/**
 * Periodic export, and flush and shutdown of all readers: threads, timeouts, batches.
 *
 * <p><b>This package is not API.</b> Its classes are public for each other only. Anything in it may
 * change or vanish in any release.
 */
@NullMarked
package io.glint.sdk.internal.export;

import org.jspecify.annotations.NullMarked;
