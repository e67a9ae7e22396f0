package io.glint.exporter.otlp;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Words and rations the exporter's log messages. Safe for use by several threads at once. */
final class ExportLog {
  private static final Logger LOGGER = Logger.getLogger(OtlpMetricExporter.class.getName());

  private final String endpoint;
  private final RateLimitedLog failures;
  private final RateLimitedLog serverMessages;

  /** Whether a failure was logged since the last success: then its end is news. */
  private final AtomicBoolean failing = new AtomicBoolean();

  ExportLog(String endpoint, LongSupplier nanoTime) {
    this.endpoint = endpoint;
    this.failures = new RateLimitedLog(LOGGER, nanoTime);
    this.serverMessages = new RateLimitedLog(LOGGER, nanoTime);
  }

  /** Logs that points were dropped, and answers the message. */
  String failed(int points, int attempts, ExportFailure failure) {
    String message =
        "Exporting "
            + count(points, "metric point")
            + " to "
            + endpoint
            + " failed: "
            + failure.what()
            + ". The points were dropped"
            + (attempts > 0 ? " after " + count(attempts, "attempt") : "")
            + ". "
            + failure.advice();
    if (failures.log(Level.WARNING, message)) {
      failing.set(true);
    }
    return message;
  }

  /** Logs that an attempt failed which is followed by another. */
  void willRetry(ExportFailure failure, int attempt, long delayNanos) {
    if (LOGGER.isLoggable(Level.FINE)) {
      LOGGER.logp(
          Level.FINE,
          LOGGER.getName(),
          null,
          "Attempt {0} to export to {1} failed: {2}. Trying again in {3} ms",
          new Object[] {attempt, endpoint, failure.what(), delayNanos / 1_000_000});
    }
  }

  /**
   * Logs what a server said about points it took, and the end of a series of failures of which at
   * least one was logged.
   */
  void delivered(int points, ServerMessage message) {
    if (failing.compareAndSet(true, false)) {
      LOGGER.logp(
          Level.INFO,
          LOGGER.getName(),
          null,
          "Exporting metrics to {0} works again",
          new Object[] {endpoint});
    }
    if (!message.understood()) {
      LOGGER.logp(
          Level.FINE,
          LOGGER.getName(),
          null,
          "The server at {0} took the request; what its response says cannot be read",
          new Object[] {endpoint});
    }
    String text = message.text().isEmpty() ? "no reason given" : message.text();
    if (message.rejectedPoints() > 0) {
      serverMessages.log(
          Level.WARNING,
          "The server at "
              + endpoint
              + " rejected "
              + message.rejectedPoints()
              + " of "
              + count(points, "metric point")
              + ": "
              + text
              + ". The rejected points were dropped. Check them against the server's rules.");
    } else if (!message.text().isEmpty()) {
      serverMessages.log(
          Level.WARNING,
          "The server at " + endpoint + " took all points, but warns: " + message.text());
    }
  }

  private static String count(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
