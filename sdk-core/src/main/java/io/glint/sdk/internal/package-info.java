/**
 * The engine, in the packages below. Here is only what all of them may need.
 *
 * <p><b>This package is not API.</b> It is public for Glint's exporters only. Anything in it may
 * change or vanish in any release.
 */
@NullMarked
package io.glint.sdk.internal;

import org.jspecify.annotations.NullMarked;
