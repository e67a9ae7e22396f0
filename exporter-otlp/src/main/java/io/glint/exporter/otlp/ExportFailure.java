package io.glint.exporter.otlp;

import io.glint.sdk.internal.exporter.UndeliveredPoints;
import io.glint.sdk.internal.log.LogText;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;

/**
 * Why an export failed, what became of its points, and what the user can do about it.
 *
 * @param what goes behind "failed: " and has no full stop
 * @param advice a sentence
 * @param errorType one of few short values, for metrics: a status, the class of an exception, or a
 *     word
 * @param fate what is known of the points
 */
record ExportFailure(String what, String advice, String errorType, Fate fate) {
  private static final String SHUTDOWN = "shutdown";

  /** The longest text of an exception, or a server, in a message. */
  static final int MAX_CHARS = 1024;

  static ExportFailure timeout(Duration timeout, String advice) {
    return new ExportFailure(
        "no complete response within " + timeout.toMillis() + " ms",
        advice,
        "timeout",
        Fate.NOT_DELIVERED);
  }

  static ExportFailure tooLarge(int limit) {
    return new ExportFailure(
        "all points together are larger than " + limit + " bytes, and were not sent",
        "Export fewer points at a time with setMaxExportBatchSize of the metric reader.",
        "request_too_large",
        Fate.NOT_DELIVERED);
  }

  /**
   * Points that are too large for any request.
   *
   * @param metric that has the first of them
   * @param size that a request with that one would have
   */
  static ExportFailure pointTooLarge(int points, String metric, int size, int limit) {
    return new ExportFailure(
        (points == 1 ? "one point" : points + " points, one of them")
            + " of metric '"
            + LogText.of(metric, MAX_CHARS)
            + (points == 1 ? "' makes a request of " : "', make requests of ")
            + size
            + " bytes, which is larger than "
            + limit
            + " bytes before compression, and "
            + (points == 1 ? "was" : "were")
            + " not sent",
        "Record fewer or shorter attributes, or fewer exemplars, there, or raise the limit with"
            + " setMaxRequestSize.",
        "request_too_large",
        Fate.NOT_DELIVERED);
  }

  /** For an answer that a sender has not shown, whatever it was. */
  static ExportFailure responseTooLarge(String message) {
    return new ExportFailure(
        LogText.of(message, MAX_CHARS),
        "Check that the endpoint is an OTLP server, or raise the limit with setMaxResponseSize.",
        "response_too_large",
        Fate.UNKNOWN);
  }

  static ExportFailure tooManyInFlight(int count) {
    return new ExportFailure(
        count + " exports are still under way",
        "Export less often, or allow less time for each with setTimeout.",
        "too_many_in_flight",
        Fate.NOT_DELIVERED);
  }

  static ExportFailure headers(RuntimeException exception) {
    return new ExportFailure(
        "the headers could not be made: " + describe(exception),
        "Check the supplier given to setHeaders.",
        exception.getClass().getName(),
        Fate.NOT_DELIVERED);
  }

  static ExportFailure encoding(Throwable exception) {
    return new ExportFailure(
        "the data could not be encoded: "
            + (exception instanceof StackOverflowError
                ? "an attribute value is nested too deeply"
                : describe(exception)),
        "Check where the metric data comes from; the stock SDK's and Glint's can be encoded.",
        exception.getClass().getName(),
        Fate.NOT_DELIVERED);
  }

  static ExportFailure shutdown() {
    return new ExportFailure(
        "the exporter was shut down",
        "Shut it down after the last metric reader that uses it.",
        SHUTDOWN,
        Fate.NOT_DELIVERED);
  }

  static ExportFailure noThread(Throwable exception) {
    return new ExportFailure(
        "there is no thread for the export: " + describe(exception),
        "Check the memory, and the limits of threads and processes, of the JVM.",
        exception.getClass().getName(),
        Fate.NOT_DELIVERED);
  }

  static ExportFailure unexpected() {
    return new ExportFailure(
        "an unexpected error in the exporter",
        "Its stack trace was given to the thread's handler.",
        "_OTHER",
        Fate.NOT_DELIVERED);
  }

  /** The same failure, when a retry was possible but for the time. */
  ExportFailure withoutTimeToRetry() {
    return withWhat(what + ", and the timeout leaves no time to try again");
  }

  /** The same failure, when the server asks to wait for so long that the data would be stale. */
  ExportFailure withTooLongDelay(long delayNanos) {
    return withWhat(
        what
            + ", and the server asks not to try again for "
            + TimeUnit.NANOSECONDS.toSeconds(delayNanos)
            + " s, which is more than the "
            + TimeUnit.NANOSECONDS.toSeconds(Backoff.MAX_RETRY_AFTER_NANOS)
            + " s that the exporter waits");
  }

  /** The same failure, when an attempt, this one or an earlier one, may have got through. */
  ExportFailure afterUnansweredRequest() {
    return fate == Fate.NOT_DELIVERED
        ? new ExportFailure(what, advice, errorType, Fate.UNKNOWN)
        : this;
  }

  /** The same failure, for points that were not sent because of it. */
  ExportFailure beforeRequest() {
    return fate == Fate.NOT_DELIVERED
        ? this
        : new ExportFailure(what, advice, errorType, Fate.NOT_DELIVERED);
  }

  private ExportFailure withWhat(String newWhat) {
    return new ExportFailure(newWhat, advice, errorType, fate);
  }

  /** Whether the exporter was shut down. */
  boolean isShutdown() {
    return errorType.equals(SHUTDOWN);
  }

  /** What it means for points that are not kept, in sentences. */
  String fateOf(UndeliveredPoints points) {
    if (fate == Fate.PROBABLY_DELIVERED) {
      return "The points were probably delivered, and are not sent again.";
    }
    if (isShutdown()) {
      return points.neverDelivered(fate == Fate.UNKNOWN);
    }
    return fate == Fate.UNKNOWN ? points.perhapsDelivered() : points.notDelivered();
  }

  /**
   * Whether no connection was made, so that nothing was sent, though the client may have taken the
   * request's body by then. A client that tries again by itself says what went wrong before with
   * suppressed exceptions.
   */
  static boolean isOfConnecting(Throwable exception) {
    return (exception instanceof ConnectException
            || exception instanceof HttpConnectTimeoutException
            || exception instanceof NoRouteToHostException
            || exception instanceof UnknownHostException
            || exception instanceof SSLHandshakeException)
        && Stream.of(exception.getSuppressed()).allMatch(ExportFailure::isOfConnecting);
  }

  /** An exception in words, fit for a log. */
  static String describe(Throwable exception) {
    // An unknown host comes as a ConnectException without a message.
    for (Throwable t = exception; t != null; t = t.getCause()) {
      if (t instanceof UnresolvedAddressException) {
        return "the host name cannot be resolved";
      }
    }
    final String message = exception.getMessage();
    final String type = exception.getClass().getSimpleName();
    return message == null ? type : type + ": " + LogText.of(message, MAX_CHARS);
  }
}
