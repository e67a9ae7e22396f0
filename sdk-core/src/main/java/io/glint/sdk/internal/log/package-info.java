/**
 * Logging for all modules of Glint: text of users made safe ({@link
 * io.glint.sdk.internal.log.LogText}), handlers that throw contained ({@link
 * io.glint.sdk.internal.log.SafeLog}), and the rate limited ({@link
 * io.glint.sdk.internal.log.RateLimitedLog} for one kind of event, {@link
 * io.glint.sdk.internal.log.ProblemLog} for many).
 *
 * <p><b>This package is not API.</b> It is public for Glint's exporters only. Anything in it may
 * change or vanish in any release.
 */
@NullMarked
package io.glint.sdk.internal.log;

import org.jspecify.annotations.NullMarked;
