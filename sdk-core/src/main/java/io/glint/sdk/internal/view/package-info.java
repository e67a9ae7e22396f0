/**
 * Views, resolved for an instrument: which of them match it, and the aggregation and attributes
 * that its streams get.
 *
 * <p><b>This package is not API.</b> Its classes are public for each other only. Anything in it may
 * change or vanish in any release.
 */
@NullMarked
package io.glint.sdk.internal.view;

import org.jspecify.annotations.NullMarked;
