/**
 * The points and metrics that readers are handed, and the pool in which they are used again.
 *
 * <p>They implement the data interfaces of the stock SDK.
 *
 * <p><b>This package is not API.</b> Its classes are public for each other only. Anything in it may
 * change or vanish in any release.
 */
@NullMarked
package io.glint.sdk.internal.data;

import org.jspecify.annotations.NullMarked;
