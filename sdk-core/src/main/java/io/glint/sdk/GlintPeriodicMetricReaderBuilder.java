package io.glint.sdk;

import io.glint.sdk.internal.export.MetricBatches;
import io.glint.sdk.internal.export.ReaderThreads;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Configures a {@link GlintPeriodicMetricReader}. Not thread-safe. Null arguments are refused by
 * {@link NullPointerException}, values out of range by {@link IllegalArgumentException}, as this is
 * set-up code.
 */
public final class GlintPeriodicMetricReaderBuilder {
  /** So that sums of times do not overflow. */
  private static final long LONGEST_NANOS = TimeUnit.DAYS.toNanos(365 * 50);

  private final MetricExporter exporter;
  private long intervalNanos = TimeUnit.SECONDS.toNanos(60);
  private long exportTimeoutNanos = TimeUnit.SECONDS.toNanos(30);
  private int maxExportBatchSize = MetricBatches.UNLIMITED;
  private @Nullable ScheduledExecutorService executor;

  GlintPeriodicMetricReaderBuilder(MetricExporter exporter) {
    this.exporter = Objects.requireNonNull(exporter, "exporter");
  }

  /** Sets the time from the start of one collection to the start of the next. Default: 60 s. */
  public GlintPeriodicMetricReaderBuilder setInterval(long interval, TimeUnit unit) {
    Objects.requireNonNull(unit, "unit");
    intervalNanos = requirePositive("interval", unit.toNanos(interval));
    return this;
  }

  /** Sets the time from the start of one collection to the start of the next. Default: 60 s. */
  public GlintPeriodicMetricReaderBuilder setInterval(Duration interval) {
    Objects.requireNonNull(interval, "interval");
    return setInterval(TimeUnit.NANOSECONDS.convert(interval), TimeUnit.NANOSECONDS);
  }

  /**
   * Sets how long one call of the exporter may take before it counts as failed. Default: 30 s.
   * {@link GlintPeriodicMetricReader} says what becomes of it then.
   */
  public GlintPeriodicMetricReaderBuilder setExportTimeout(long timeout, TimeUnit unit) {
    Objects.requireNonNull(unit, "unit");
    exportTimeoutNanos = requirePositive("export timeout", unit.toNanos(timeout));
    return this;
  }

  /**
   * Sets how long one call of the exporter may take before it counts as failed. Default: 30 s.
   * {@link GlintPeriodicMetricReader} says what becomes of it then.
   */
  public GlintPeriodicMetricReaderBuilder setExportTimeout(Duration timeout) {
    Objects.requireNonNull(timeout, "timeout");
    return setExportTimeout(TimeUnit.NANOSECONDS.convert(timeout), TimeUnit.NANOSECONDS);
  }

  /**
   * Sets how many data points, at least 1, one call of the exporter is given at most. Each
   * collection is cut into full batches and a rest; the points of a metric may be divided among
   * several. Default: no limit.
   */
  public GlintPeriodicMetricReaderBuilder setMaxExportBatchSize(int dataPoints) {
    if (dataPoints < 1) {
      throw new IllegalArgumentException(
          "The largest export batch is " + dataPoints + " data points, must be at least 1");
    }
    maxExportBatchSize = dataPoints;
    return this;
  }

  /**
   * Sets the executor that runs everything, instead of threads of the reader's own. The reader does
   * not shut it down, and needs it until its own shutdown is complete. Give it two threads or more
   * if the exporter may block: a timeout is noticed by a thread that is free. Do not wait for a
   * flush on its only thread.
   */
  public GlintPeriodicMetricReaderBuilder setExecutor(ScheduledExecutorService executor) {
    this.executor = Objects.requireNonNull(executor, "executor");
    return this;
  }

  /** Makes the reader. It starts no thread before it is registered with a provider. */
  public GlintPeriodicMetricReader build() {
    return new GlintPeriodicMetricReader(
        exporter,
        intervalNanos,
        exportTimeoutNanos,
        maxExportBatchSize,
        executor != null
            ? ReaderThreads.of(executor)
            : ReaderThreads.own(exporter.getClass().getClassLoader()));
  }

  private static long requirePositive(String setting, long nanos) {
    if (nanos <= 0) {
      throw new IllegalArgumentException(
          "The " + setting + " is " + nanos + " ns, must be more than 0");
    }
    return Math.min(nanos, LONGEST_NANOS);
  }
}
