/**
 * The choice of exemplars, and the exemplars that points carry: the filter, the time of a
 * measurement, the exemplars that a point shows, the marks on their spans, and the counts of what
 * became of measurements on the way.
 *
 * <p><b>This package is not API.</b> Its classes are public for each other only. Anything in it may
 * change or vanish in any release.
 */
@NullMarked
package io.glint.sdk.internal.exemplar;

import org.jspecify.annotations.NullMarked;
