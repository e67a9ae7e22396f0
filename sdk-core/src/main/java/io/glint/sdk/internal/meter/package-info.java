/**
 * The state of a provider: its meters with their instruments, its readers with their streams, and
 * the factory of streams.
 *
 * <p><b>This package is not API.</b> Its classes are public for each other only. Anything in it may
 * change or vanish in any release.
 */
@NullMarked
package io.glint.sdk.internal.meter;

import org.jspecify.annotations.NullMarked;
