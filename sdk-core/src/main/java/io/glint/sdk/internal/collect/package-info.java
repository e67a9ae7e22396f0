/**
 * The way out: from a stream through its cells to points, under the lock of a collection.
 *
 * <p><b>This package is not API.</b> Its classes are public for each other only. Anything in it may
 * change or vanish in any release.
 */
package io.glint.sdk.internal.collect;
