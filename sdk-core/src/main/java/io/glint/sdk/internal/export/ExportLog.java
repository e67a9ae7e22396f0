package io.glint.sdk.internal.export;

import io.glint.sdk.internal.exporter.UndeliveredPoints;
import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.LoggedFailure;
import io.glint.sdk.internal.log.RateLimitedLog;
import io.glint.sdk.internal.log.SafeLog;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.time.Duration;
import java.util.Collection;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The messages of a periodic reader, in the name of {@code GlintPeriodicMetricReader}. Each is
 * logged at most once a minute. Thread-safe. Handlers of log records are user code: do not call
 * this with a lock held, but for {@link #reader}.
 */
final class ExportLog {
  private static final Logger LOGGER = Logger.getLogger("io.glint.sdk.GlintPeriodicMetricReader");

  private final MetricExporter exporter;
  private final RateLimitedLog collectionFailures = new RateLimitedLog(LOGGER, Level.WARNING);
  private final RateLimitedLog overdueCollections = new RateLimitedLog(LOGGER, Level.WARNING);
  private final RateLimitedLog exportFailures = new RateLimitedLog(LOGGER, Level.WARNING);
  private final RateLimitedLog exporterFailures = new RateLimitedLog(LOGGER, Level.WARNING);
  private final RateLimitedLog overdueExports = new RateLimitedLog(LOGGER, Level.WARNING);
  private final RateLimitedLog reentries = new RateLimitedLog(LOGGER, Level.WARNING);

  ExportLog(MetricExporter exporter) {
    this.exporter = exporter;
  }

  /** For messages: short, and without the settings of the exporter. */
  String reader() {
    return "GlintPeriodicMetricReader of " + exporterName();
  }

  private String exporterName() {
    final Class<?> type = exporter.getClass();
    return type.getSimpleName().isEmpty() ? type.getName() : type.getSimpleName();
  }

  void collectionFailure(Throwable cause) {
    collectionFailures.event(
        cause, () -> "The collection of " + reader() + " failed; it is left out");
  }

  /** Reports an export that failed, unless the exporter has done so, which knows more. */
  void exportFailure(Collection<MetricData> batch, Throwable cause, boolean hasThrown) {
    if (cause instanceof LoggedFailure) {
      return;
    }
    exportFailures.event(
        hasThrown ? cause : null,
        () -> {
          final UndeliveredPoints points = UndeliveredPoints.of(batch);
          return exporterName()
              + (hasThrown ? " threw at the export of " : " reports that it failed to export ")
              + UndeliveredPoints.count(points.all(), "data point")
              + reason(cause)
              + ". "
              + points.perhapsDelivered()
              + " The exporter's own log may say more. Reported by GlintPeriodicMetricReader, which"
              + " does not try again";
        });
  }

  /** Reports a failed flush or shutdown, unless the exporter has done so. */
  void exporterFailure(String call, Throwable cause, boolean hasThrown) {
    if (cause instanceof LoggedFailure) {
      return;
    }
    exporterFailures.event(
        hasThrown ? cause : null,
        () ->
            "The "
                + call
                + " of "
                + exporterName()
                + " failed"
                + reason(cause)
                + ". Reported by"
                + " GlintPeriodicMetricReader, which does not try again");
  }

  private static String reason(Throwable cause) {
    final String text = LogText.of(cause.getMessage() == null ? cause : cause.getMessage(), 1024);
    return ": " + (text.endsWith(".") ? text.substring(0, text.length() - 1) : text);
  }

  void overdueCollection(long elapsedMillis) {
    overdueCollections.event(
        null,
        () ->
            "A collection of "
                + reader()
                + " has been running for "
                + elapsedMillis
                + " ms, and the next one waits for it. Does a callback of an asynchronous instrument"
                + " hang?");
  }

  void overdueExport(long elapsedMillis) {
    overdueExports.event(
        null,
        () ->
            "Of "
                + reader()
                + ", an export has been running for "
                + elapsedMillis
                + " ms. Nothing is collected or exported before it is complete, as exports must not"
                + " overlap; give the exporter a shorter timeout than that of the reader");
  }

  void lastExportMissing(long flushTimeoutNanos) {
    SafeLog.log(
        LOGGER,
        Level.WARNING,
        reader()
            + " shuts down without its last export, which was not complete within "
            + Duration.ofNanos(flushTimeoutNanos).toMillis()
            + " ms. What was recorded since the last complete one is lost, unless it arrives"
            + " nevertheless; give the exporter a shorter timeout than that of the reader",
        null);
  }

  void reentry() {
    reentries.event(
        null,
        () ->
            "A callback or the exporter of "
                + reader()
                + " asked it to flush. Nothing is flushed, since that would have to wait for"
                + " itself; do not flush from there");
  }

  /**
   * Says that there are no periodic exports.
   *
   * @param isTimerOwn false if the user has set an executor
   */
  void noTimer(boolean isTimerOwn) {
    SafeLog.log(
        LOGGER,
        Level.WARNING,
        isTimerOwn
            ? "The system has no thread for the timer of "
                + reader()
                + ". There are no periodic exports unless a later flush finds one; raise the limit of"
                + " threads of the process or the memory of its container"
            : "The executor of "
                + reader()
                + " was shut down. There are no more periodic exports; shut the reader down before"
                + " its executor",
        null);
  }
}
