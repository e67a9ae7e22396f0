/**
 * Time series: third step of the record path. A series is one attribute set of a stream. Here are
 * the map in which it is found, how a new one is admitted, and the series beyond the cardinality
 * limit.
 *
 * <p><b>This package is not API.</b> Its classes are public for each other only. Anything in it may
 * change or vanish in any release.
 */
@NullMarked
package io.glint.sdk.internal.series;

import org.jspecify.annotations.NullMarked;
