package io.glint.exporter.otlp;

import io.glint.sdk.internal.exporter.UndeliveredPoints;
import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.ProblemLog;
import io.glint.sdk.internal.log.RateLimitedLog;
import io.glint.sdk.internal.log.SafeLog;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Words and rations the exporter's log messages. Safe for use by several threads at once. */
final class ExportLog {
  private static final Logger LOGGER = Logger.getLogger(OtlpMetricExporter.class.getName());

  private static final int MESSAGES_A_MINUTE = 5;

  private final String endpoint;
  private final RateLimitedLog failures =
      new RateLimitedLog(LOGGER, Level.WARNING, MESSAGES_A_MINUTE);
  private final RateLimitedLog serverMessages =
      new RateLimitedLog(LOGGER, Level.WARNING, MESSAGES_A_MINUTE);
  private final RateLimitedLog files = new RateLimitedLog(LOGGER, Level.WARNING, MESSAGES_A_MINUTE);
  private final ProblemLog answers = ProblemLog.once(LOGGER);

  /** Whether a failure was logged since the last success: then its end is news. */
  private final AtomicBoolean failing = new AtomicBoolean();

  ExportLog(String endpoint) {
    this.endpoint = endpoint;
  }

  /** Logs that a path was set with a protocol that has none. */
  void uselessPath(String path) {
    SafeLog.log(
        LOGGER,
        Level.WARNING,
        "The endpoint of the OTLP exporter was set with the path "
            + LogText.of(path)
            + ". OTLP over gRPC has no path: requests go to "
            + endpoint
            + ". Leave the path out, or use OTLP over HTTP with setProtocol(\"http/protobuf\").",
        null);
  }

  /**
   * Logs that an export failed, and answers the message.
   *
   * @param points how many were not delivered
   * @param fate what became of them, in sentences
   */
  String failed(int points, int attempts, ExportFailure failure, String fate) {
    final String message =
        "Exporting "
            + UndeliveredPoints.count(points, "metric point")
            + " to "
            + endpoint
            + " failed"
            + (attempts > 0 ? " after " + UndeliveredPoints.count(attempts, "attempt") : "")
            + ": "
            + failure.what()
            + ". "
            + fate
            + " "
            + failure.advice();
    if (failures.event(null, () -> message)) {
      failing.set(true);
    }
    return message;
  }

  /** Logs that points that waited are sent again in smaller requests. */
  void tooLargeForServer(Request request, ExportFailure failure) {
    serverMessages.event(
        null,
        () ->
            "The server at "
                + endpoint
                + " did not take a request with "
                + UndeliveredPoints.count(request.points().all(), "metric point")
                + ", among them points that had waited for their delivery: "
                + failure.what()
                + ". They are sent again in requests of half the size, once. "
                + failure.advice());
  }

  /** Logs that points of an earlier run wait for their delivery. */
  void loaded(UndeliveredPoints points, PendingFile file) {
    if (LOGGER.isLoggable(Level.INFO)) {
      SafeLog.log(
          LOGGER,
          Level.INFO,
          UndeliveredPoints.count(points.all(), "metric point")
              + " that an earlier run did not deliver to "
              + endpoint
              + " were read from "
              + file
              + ", and go out with the next export",
          null);
    }
  }

  /** Logs that the file of pending points is of no use. */
  void notLoaded(Object file, Throwable reason) {
    SafeLog.log(
        LOGGER,
        Level.WARNING,
        "The file of pending points "
            + file
            + " of the OTLP exporter cannot be used: "
            + ExportFailure.describe(reason)
            + ". What an earlier run left there is not sent. Check the path given to"
            + " setPendingFile, and that each exporter has a file of its own.",
        null);
  }

  /** Logs that points that wait for their delivery are in memory only. */
  void notSaved(PendingFile file, IOException reason) {
    final String message =
        "The file of pending points "
            + file
            + " of the OTLP exporter could not be written: "
            + ExportFailure.describe(reason)
            + ". Points that wait for their delivery are in memory only, and are lost if the process"
            + " ends before. Check the disk.";
    final boolean unused = files.event(null, () -> message);
  }

  /**
   * Logs at the end what is left in the file.
   *
   * @param failure of the last attempt; null if there was no time for one
   */
  void leftInFile(UndeliveredPoints points, PendingFile file, @Nullable ExportFailure failure) {
    final boolean mayHaveArrived = failure != null && failure.fate() == Fate.UNKNOWN;
    SafeLog.log(
        LOGGER,
        Level.WARNING,
        UndeliveredPoints.count(points.all(), "metric point")
            + " could not be delivered to "
            + endpoint
            + " before the shutdown. They are in "
            + file
            + ", and the next exporter with that file sends them."
            + (mayHaveArrived ? " They may have arrived nevertheless, and count twice then." : ""),
        null);
  }

  /**
   * Logs at the end what is lost, and answers the message.
   *
   * @param failure of the last attempt; null if there was no time for one
   * @param fate what became of the points, in sentences
   */
  String lostAtShutdown(UndeliveredPoints points, @Nullable ExportFailure failure, String fate) {
    final String message =
        UndeliveredPoints.count(points.all(), "metric point")
            + " that waited for their delivery to "
            + endpoint
            + " could not be delivered before the shutdown"
            + (failure == null ? "" : ": " + failure.what())
            + ". "
            + fate
            + (failure == null ? "" : " " + failure.advice());
    SafeLog.log(LOGGER, Level.WARNING, message, null);
    return message;
  }

  /** Logs that an attempt failed which is followed by another. */
  void willRetry(ExportFailure failure, int attempt, long delayNanos) {
    if (LOGGER.isLoggable(Level.FINE)) {
      SafeLog.log(
          LOGGER,
          Level.FINE,
          "Attempt "
              + attempt
              + " to export to "
              + endpoint
              + " failed: "
              + failure.what()
              + ". Trying again in "
              + delayNanos / 1_000_000
              + " ms",
          null);
    }
  }

  /**
   * Logs what a server said about points it took, and the end of a series of failures of which at
   * least one was logged.
   */
  void delivered(int points, ServerMessage message) {
    if (failing.compareAndSet(true, false)) {
      SafeLog.log(LOGGER, Level.INFO, "Exporting metrics to " + endpoint + " works again", null);
    }
    if (!message.understood()) {
      answers.warn(
          "answer",
          "",
          () ->
              "The server at "
                  + endpoint
                  + " answered an export with success, but not as an OTLP server does: "
                  + message.text()
                  + ". The points count as delivered and are not sent again. Check that the endpoint"
                  + " is an OTLP server, and not a page or a proxy in front of it. Logged once.");
    } else if (message.rejectedPoints() > 0) {
      serverMessages.event(
          null,
          () ->
              "The server at "
                  + endpoint
                  + " rejected "
                  + message.rejectedPoints()
                  + " of "
                  + UndeliveredPoints.count(points, "metric point")
                  + ": "
                  + (message.text().isEmpty() ? "no reason given" : message.text())
                  + ". The rejected points were dropped. Check them against the server's rules.");
    } else if (!message.text().isEmpty()) {
      serverMessages.event(
          null,
          () -> "The server at " + endpoint + " took all points, but warns: " + message.text());
    }
  }
}
