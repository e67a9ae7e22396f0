/**
 * Metric streams of synchronous instruments: second step of the record path. A stream finds the
 * series of a measurement. Its subclasses are the aggregations.
 *
 * <p><b>This package is not API.</b> Its classes are public for each other only. Anything in it may
 * change or vanish in any release.
 */
@NullMarked
package io.glint.sdk.internal.stream;

import org.jspecify.annotations.NullMarked;
