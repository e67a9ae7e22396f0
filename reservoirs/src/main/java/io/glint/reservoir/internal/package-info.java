/**
 * The span of an exemplar as numbers, which reservoirs write, and which Glint's exporters read.
 *
 * <p><b>This package is not API.</b> It is public for Glint's own modules only. Anything in it may
 * change or vanish in any release.
 */
@NullMarked
package io.glint.reservoir.internal;

import org.jspecify.annotations.NullMarked;
