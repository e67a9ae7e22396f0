package io.glint.exporter.otlp;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * Why an export failed, and what the user can do about it.
 *
 * @param what goes behind "failed: " and has no full stop
 * @param advice a sentence
 * @param errorType one of few short values, for metrics: a status, the class of an exception, or a
 *     word
 */
record ExportFailure(String what, String advice, String errorType) {
  static ExportFailure of(HttpTransport.Reply reply) {
    String text = reply.message().text();
    return new ExportFailure(
        "HTTP status " + reply.status() + (text.isEmpty() ? "" : " (" + text + ")"),
        adviceForStatus(reply.status()),
        Integer.toString(reply.status()));
  }

  static ExportFailure of(IOException exception) {
    return new ExportFailure(
        describe(exception), adviceForException(exception), exception.getClass().getName());
  }

  static ExportFailure timeout(Duration timeout) {
    return new ExportFailure(
        "no complete response within " + timeout.toMillis() + " ms",
        "Check that the server is reachable and not overloaded, or allow more time with setTimeout.",
        "timeout");
  }

  static ExportFailure tooLarge(int limit) {
    return new ExportFailure(
        "the request is larger than " + limit + " bytes before compression, and was not sent",
        "Export fewer points at a time, or raise the limit with setMaxRequestSize.",
        "request_too_large");
  }

  static ExportFailure tooManyInFlight(int count) {
    return new ExportFailure(
        count + " exports are still under way",
        "Export less often, or allow less time for each with setTimeout.",
        "too_many_in_flight");
  }

  static ExportFailure headers(RuntimeException exception) {
    return new ExportFailure(
        "the headers could not be made: " + describe(exception),
        "Check the supplier given to setHeaders.",
        exception.getClass().getName());
  }

  static ExportFailure encoding(Throwable exception) {
    return new ExportFailure(
        "the data could not be encoded: "
            + (exception instanceof StackOverflowError
                ? "an attribute value is nested too deeply"
                : describe(exception)),
        "Check where the metric data comes from; the stock SDK's and Glint's can be encoded.",
        exception.getClass().getName());
  }

  static ExportFailure shutdown() {
    return new ExportFailure(
        "the exporter was shut down",
        "Shut it down after the last metric reader that uses it.",
        "shutdown");
  }

  static ExportFailure unexpected() {
    return new ExportFailure(
        "an unexpected error in the exporter",
        "Its stack trace was given to the thread's handler.",
        "_OTHER");
  }

  /** The same failure, when a retry was possible but for the time. */
  ExportFailure withoutTimeToRetry() {
    return new ExportFailure(
        what + ", and the timeout leaves no time to try again", advice, errorType);
  }

  /** The same failure, when the server asks to wait for so long that the data would be stale. */
  ExportFailure withTooLongDelay(long delayNanos) {
    return new ExportFailure(
        what
            + ", and the server asks not to try again for "
            + TimeUnit.NANOSECONDS.toSeconds(delayNanos)
            + " s, which is more than the "
            + TimeUnit.NANOSECONDS.toSeconds(Backoff.MAX_RETRY_AFTER_NANOS)
            + " s that the exporter waits",
        advice,
        errorType);
  }

  private static String adviceForStatus(int status) {
    return switch (status) {
      case 400 ->
          "The server could not read the request: check that it speaks OTLP, and report this.";
      case 401, 403 -> "Check the credentials set with addHeader or setHeaders.";
      case 404, 405 -> "Check the path of the endpoint: a Collector takes metrics at /v1/metrics.";
      case 407 ->
          "The answer is from a proxy on the way, which asks for credentials: have it let requests"
              + " to the endpoint pass, or go around it with the system property"
              + " http.nonProxyHosts.";
      case 413 ->
          "Export fewer points at a time, compress with setCompression(\"gzip\"), or raise the"
              + " server's limit.";
      case 415 -> "Check that the endpoint takes OTLP as binary protobuf.";
      case 429, 502, 503, 504 ->
          "The server is overloaded or being restarted; if this lasts, check its health.";
      default ->
          status / 100 == 3
              ? "Redirects are not followed: set the final URL as the endpoint."
              : "Check the log of the server.";
    };
  }

  private static String adviceForException(IOException exception) {
    if (exception instanceof ResponseTooLargeException) {
      return "Check that the endpoint is an OTLP server, or raise the limit with"
          + " setMaxResponseSize.";
    }
    if (exception instanceof SSLException) {
      return "Check the server's certificate and the context given to setSslContext.";
    }
    if (exception instanceof ConnectException || exception instanceof HttpConnectTimeoutException) {
      return "Check the endpoint, and that a server listens there.";
    }
    return "Check that the endpoint is an OTLP server and that the network lets requests through.";
  }

  private static String describe(Throwable exception) {
    // An unknown host comes as a ConnectException without a message.
    for (Throwable t = exception; t != null; t = t.getCause()) {
      if (t instanceof UnresolvedAddressException) {
        return "the host name cannot be resolved";
      }
    }
    String message = exception.getMessage();
    String type = exception.getClass().getSimpleName();
    return message == null ? type : type + ": " + ServerMessage.oneLine(message);
  }
}
