/**
 * One metric stream of a synchronous instrument, which finds the series of a measurement: second
 * step of the record path. The subclasses are the aggregations.
 *
 * <p><b>This package is not API.</b> Its classes are public for each other only. Anything in it may
 * change or vanish in any release.
 */
package io.glint.sdk.internal.stream;
