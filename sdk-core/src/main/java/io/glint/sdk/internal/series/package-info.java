/**
 * One attribute set of a stream: third step of the record path. The map in which it is found, how a
 * new one is admitted, and what is beyond the cardinality limit.
 *
 * <p><b>This package is not API.</b> Its classes are public for each other only. Anything in it may
 * change or vanish in any release.
 */
package io.glint.sdk.internal.series;
