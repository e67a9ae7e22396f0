/**
 * The identity of a metric, and what is missing from it: name and advice of its instrument, and the
 * counts and reports of measurements that could not be recorded.
 *
 * <p><b>This package is not API.</b> Its classes are public for each other only. Anything in it may
 * change or vanish in any release.
 */
@NullMarked
package io.glint.sdk.internal.metric;

import org.jspecify.annotations.NullMarked;
