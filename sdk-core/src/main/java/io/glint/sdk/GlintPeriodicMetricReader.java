package io.glint.sdk;

import io.glint.sdk.internal.export.MetricBatches;
import io.glint.sdk.internal.export.PeriodicExport;
import io.glint.sdk.internal.export.ReaderThreads;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.time.Duration;
import java.util.Objects;

/**
 * Collects and exports at an interval: the periodic exporting MetricReader of the OpenTelemetry
 * metrics SDK specification. It works with {@link GlintMeterProvider} and with the stock {@code
 * SdkMeterProvider}, and takes the place of the stock {@code PeriodicMetricReader}.
 *
 * <pre>{@code
 * MetricReader reader =
 *     GlintPeriodicMetricReader.builder(exporter).setInterval(Duration.ofSeconds(10)).build();
 * }</pre>
 *
 * <p>What can be relied on:
 *
 * <ol>
 *   <li>There is never more than one export under way, including those that the exporter completes
 *       later, and no collection begins while there is. So an exporter may ask for {@link
 *       MemoryMode#REUSABLE_DATA}.
 *   <li>Cycles start an interval apart. One that an export delays starts when the export is done,
 *       and the next an interval after that.
 *   <li>Batches are exported in order, all of one collection before the first of the next. A batch
 *       that fails is reported and dropped, and not sent again; the next one is tried.
 *   <li>An export, or a collection, that is not complete when the export timeout has passed is
 *       reported, every minute, and fails the flush that waits for it. It is waited for all the
 *       same: its remaining batches and all later collections come after it. Nothing is lost by
 *       that, since what is not collected stays with the provider. An exporter that never completes
 *       an export, or never returns from a call, therefore exports nothing more; it needs a timeout
 *       of its own.
 *   <li>{@link #forceFlush} waits its turn, then collects, exports and flushes the exporter, and
 *       fails if any of these fails. Its result is complete after at most twice the export timeout:
 *       once for an export that is under way, and once for its own. Flushes that wait together are
 *       one.
 *   <li>{@link #shutdown} waits its turn, collects and exports a last time, flushes the exporter
 *       and shuts it down, once. Its result is complete after at most three times the export
 *       timeout, the third being for the exporter's own shutdown, which is called in any case.
 *   <li>What the exporter, the collection or a callback throws fails the cycle, and not the next.
 *   <li>A collection without data points is not exported.
 * </ol>
 *
 * <p>All methods are thread-safe and return at once; the results complete later, by another thread.
 * To wait for a result from inside a callback or the exporter is futile: a flush from there fails.
 *
 * <p>Unless an executor was set, the reader has daemon threads of its own, named {@code
 * glint-metric-reader-}, whose context class loader is the exporter's. They exist from the
 * registration with a provider, or the first flush, to the end of the shutdown. From the
 * registration on they hold the reader, and so its provider, on purpose: a callback is to be
 * observed, and a measurement to be exported, even if the application keeps no reference to the
 * provider, and a garbage collection must not decide that. So a reader that has been registered
 * must be shut down, usually by closing the provider; one that has not, or that has been shut down,
 * is held by nothing.
 */
public final class GlintPeriodicMetricReader implements MetricReader {
  private final MetricExporter exporter;
  private final long intervalNanos;
  private final long exportTimeoutNanos;
  private final int maxExportBatchSize;
  private final PeriodicExport export;

  GlintPeriodicMetricReader(
      MetricExporter exporter,
      long intervalNanos,
      long exportTimeoutNanos,
      int maxExportBatchSize,
      ReaderThreads threads) {
    this.exporter = exporter;
    this.intervalNanos = intervalNanos;
    this.exportTimeoutNanos = exportTimeoutNanos;
    this.maxExportBatchSize = maxExportBatchSize;
    this.export =
        new PeriodicExport(
            exporter, intervalNanos, exportTimeoutNanos, maxExportBatchSize, threads);
  }

  /**
   * Makes a reader that exports every 60 seconds and gives the exporter 30 seconds for it.
   *
   * @throws IllegalStateException if OpenTelemetry on the class path is too old; the message says
   *     what to do
   */
  public static GlintPeriodicMetricReader create(MetricExporter exporter) {
    return builder(exporter).build();
  }

  /**
   * Starts a new reader for an exporter, which the reader shuts down with itself.
   *
   * @throws IllegalStateException if OpenTelemetry on the class path is too old; the message says
   *     what to do
   */
  public static GlintPeriodicMetricReaderBuilder builder(MetricExporter exporter) {
    OpenTelemetryVersion.requireSupported();
    return new GlintPeriodicMetricReaderBuilder(exporter);
  }

  /** Returns the exporter's preference. */
  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType instrumentType) {
    return exporter.getAggregationTemporality(instrumentType);
  }

  /** Returns the exporter's preference. */
  @Override
  public Aggregation getDefaultAggregation(InstrumentType instrumentType) {
    return exporter.getDefaultAggregation(instrumentType);
  }

  /** Returns the exporter's preference. */
  @Override
  public MemoryMode getMemoryMode() {
    return exporter.getMemoryMode();
  }

  /**
   * Begins to collect, an interval from now. Called by the provider.
   *
   * @throws IllegalStateException if the reader is registered already or has been shut down
   */
  @Override
  public void register(CollectionRegistration registration) {
    export.register(Objects.requireNonNull(registration, "registration"));
  }

  /**
   * Collects and exports now, after an export that is under way, and flushes the exporter.
   *
   * @return fails if the collection, an export or the exporter's flush fails or takes too long, if
   *     the reader has been shut down, or if this is called from inside a callback or the exporter
   *     on behalf of this reader. The failure's throwable says which
   */
  @Override
  public CompletableResultCode forceFlush() {
    return export.forceFlush();
  }

  /**
   * Collects and exports a last time, after an export that is under way, flushes the exporter and
   * shuts it down.
   *
   * @return fails if the last collection or export or the exporter's flush or shutdown fails or
   *     takes too long. Later calls do nothing and return the same result
   */
  @Override
  public CompletableResultCode shutdown() {
    return export.shutdown();
  }

  MetricExporter exporter() {
    return exporter;
  }

  @Override
  public String toString() {
    return "GlintPeriodicMetricReader{exporter="
        + exporter
        + ", interval="
        + Duration.ofNanos(intervalNanos)
        + ", exportTimeout="
        + Duration.ofNanos(exportTimeoutNanos)
        + (maxExportBatchSize == MetricBatches.UNLIMITED
            ? ""
            : ", maxExportBatchSize=" + maxExportBatchSize)
        + "}";
  }
}
