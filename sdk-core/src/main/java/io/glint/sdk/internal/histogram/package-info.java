/**
 * The arithmetic of buckets: which bucket a value belongs to, and how buckets are counted.
 *
 * <p>Used by one thread at a time; nothing here knows of threads or of OpenTelemetry.
 *
 * <p><b>This package is not API.</b> Its classes are public for each other only. Anything in it may
 * change or vanish in any release.
 */
@NullMarked
package io.glint.sdk.internal.histogram;

import org.jspecify.annotations.NullMarked;
