/**
 * Collection of metric streams: from a stream through its cells to points, under the lock of a
 * collection. A collector knows its stream, and no stream knows its collector.
 *
 * <p><b>This package is not API.</b> Its classes are public for each other only. Anything in it may
 * change or vanish in any release.
 */
@NullMarked
package io.glint.sdk.internal.collect;

import org.jspecify.annotations.NullMarked;
