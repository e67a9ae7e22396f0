/**
 * The instruments and their builders, which the OpenTelemetry API calls: first step of the record
 * path. A value is checked here and handed to each stream of the instrument.
 *
 * <p><b>This package is not API.</b> Its classes are public for each other only. Anything in it may
 * change or vanish in any release.
 */
@NullMarked
package io.glint.sdk.internal.instrument;

import org.jspecify.annotations.NullMarked;
