/**
 * What Glint's exporters share, besides the log: their metrics about themselves ({@link
 * io.glint.sdk.internal.exporter.ExporterMetrics}), certificates and keys ({@link
 * io.glint.sdk.internal.exporter.Pem}), the account of exemplars ({@link
 * io.glint.sdk.internal.exporter.OutcomeCounts}), what an export that fails means for its points
 * ({@link io.glint.sdk.internal.exporter.UndeliveredPoints}), and what the engine uses as well:
 * waits that no interrupt shortens ({@link io.glint.sdk.internal.exporter.BoundedWait}) and threads
 * ({@link io.glint.sdk.internal.exporter.DaemonThreads}).
 *
 * <p><b>This package is not API.</b> It is public for Glint's exporters only. Anything in it may
 * change or vanish in any release.
 */
@NullMarked
package io.glint.sdk.internal.exporter;

import org.jspecify.annotations.NullMarked;
