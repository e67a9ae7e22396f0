package io.glint.exporter.otlp;

import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Knows what is usually wrong when an HTTP request fails in a certain way, and says so: the wrong
 * port, protocol, path or size. Immutable.
 */
final class HttpAdvice {
  private static final int GRPC_PORT = 4317;

  /** What a Collector takes by default, after decompression. */
  private static final int COLLECTOR_LIMIT = 20 << 20;

  /** How the JDK's client, and our own, report bytes that are not the beginning of a response. */
  static final String NO_STATUS_LINE = "parsing HTTP/1.1 status line, receiving [";

  /** How the JDK's client and OkHttp report a line that is none of a status. */
  private static final List<String> NOT_A_STATUS_LINE =
      List.of("Invalid status line", "Unexpected status line");

  private static final String GRPC =
      "This is what an OTLP/gRPC server does, usually on port 4317. This exporter speaks OTLP over"
          + " HTTP: set the endpoint to the server's port for that, usually 4318, with the path"
          + " /v1/metrics.";

  private static final String WANTS_TLS =
      "The port takes TLS only: set an endpoint that begins with https://.";

  private static final String NO_HTTP =
      "Check that the endpoint is an OTLP server over HTTP, and its port, usually 4318.";

  static final String CUMULATIVE_ONLY =
      "The server does not take delta temporality, and of such a request it may have dropped the rest,"
          + " too. Use cumulative temporality:"
          + " setAggregationTemporalitySelector(AggregationTemporalitySelector.alwaysCumulative()),"
          + " or OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=cumulative. Prometheus can be"
          + " started with --enable-feature=otlp-deltatocumulative instead.";

  private final String path;
  private final boolean isGrpcPort;
  private final boolean isTls;
  private final boolean isGzip;

  HttpAdvice(URI endpoint, Compression compression) {
    this.path = endpoint.getRawPath();
    this.isGrpcPort = endpoint.getPort() == GRPC_PORT;
    this.isTls = endpoint.getScheme().equalsIgnoreCase("https");
    this.isGzip = compression == Compression.GZIP;
  }

  /**
   * What an answer other than success means.
   *
   * @param size of the request in bytes, before compression
   */
  ExportFailure failure(HttpTransport.Reply reply, int size) {
    final int status = reply.status();
    final String text = reply.message().text();
    return new ExportFailure(
        "HTTP status "
            + status
            + (reply.isGrpc() ? " of a gRPC server" : "")
            + (text.isEmpty() ? "" : " (" + text + ")"),
        reply.isGrpc() ? GRPC : adviceForStatus(status, text.toLowerCase(Locale.ROOT), size),
        Integer.toString(status),
        // A gateway's: what is behind it may have taken the request.
        status == 502 || status == 504 ? Fate.UNKNOWN : Fate.NOT_DELIVERED);
  }

  /**
   * What it means that there is no answer.
   *
   * @param size of the request in bytes, before compression
   * @param isSent whether all of the request was sent
   */
  ExportFailure failure(IOException exception, int size, boolean isSent) {
    final String type = exception.getClass().getName();
    if (exception instanceof ResponseTooLargeException) {
      return new ExportFailure(
          String.valueOf(exception.getMessage()),
          "Check that the endpoint is an OTLP server, or raise the limit with setMaxResponseSize.",
          type,
          Fate.PROBABLY_DELIVERED);
    }
    final Fate fate =
        isSent && !ExportFailure.isOfConnecting(exception) ? Fate.UNKNOWN : Fate.NOT_DELIVERED;
    if (isOtherProtocol(exception)) {
      final String bytes = firstBytes(exception);
      final boolean isGrpc = bytes != null && isHttp2Settings(bytes);
      final boolean isTls = bytes != null && isTlsAlert(bytes);
      return new ExportFailure(
          "the server's answer is not HTTP/1.1",
          isGrpc ? GRPC : isTls ? WANTS_TLS : NO_HTTP,
          type,
          isGrpc || isTls ? Fate.NOT_DELIVERED : fate);
    }
    return new ExportFailure(
        ExportFailure.describe(exception), adviceForException(exception, size), type, fate);
  }

  ExportFailure timeout(Duration timeout) {
    return ExportFailure.timeout(
        timeout,
        "Check that the server is reachable and not overloaded, or allow more time with setTimeout."
            + hintAtGrpcPort());
  }

  /**
   * Whether another attempt may have success where there was no answer. A connection that failed
   * may work next time; a certificate that is not trusted, and a server of another protocol, will
   * not.
   */
  static boolean isPassing(IOException exception) {
    return !(exception instanceof SSLException) && !isOtherProtocol(exception);
  }

  /** Whether the other side speaks another protocol, which another attempt would not change. */
  static boolean isOtherProtocol(IOException exception) {
    return firstBytes(exception) != null
        || (exception instanceof ProtocolException
            && NOT_A_STATUS_LINE.stream()
                .anyMatch(String.valueOf(exception.getMessage())::startsWith));
  }

  /**
   * Whether a server refuses delta points. The text is that of Prometheus and what is made of it.
   */
  static boolean isOfDelta(String text) {
    return text.contains("invalid temporality");
  }

  private String adviceForStatus(int status, String text, int size) {
    if (isOfDelta(text)) {
      return CUMULATIVE_ONLY;
    }
    return switch (status) {
      case 400 -> adviceForBadRequest(text, size);
      case 401, 403 -> "Check the credentials set with addHeader or setHeaders.";
      case 404, 405 -> adviceForPath();
      case 407 ->
          "The answer is from a proxy on the way, which asks for credentials: have it let requests"
              + " to the endpoint pass, or go around it with the system property"
              + " http.nonProxyHosts.";
      case 413 ->
          adviceForSize(size)
              + (isGzip ? "" : " A proxy may take it with setCompression(\"gzip\").");
      case 415 ->
          isGzip
              ? "Check that the endpoint takes OTLP as binary protobuf, or JSON with"
                  + " setProtocol(\"http/json\"), and gzip: if not, use setCompression(\"none\")."
              : "Check that the endpoint takes OTLP as binary protobuf, or JSON with"
                  + " setProtocol(\"http/json\").";
      case 429, 502, 503, 504 ->
          "The server is overloaded or being restarted; if this lasts, check its health.";
      default ->
          status / 100 == 3
              ? "Redirects are not followed: set the final URL as the endpoint."
              : "Check the log of the server.";
    };
  }

  /** For a 400, which some servers also give for what has a status of its own. */
  private String adviceForBadRequest(String text, int size) {
    if (text.contains("body too large")) {
      return adviceForSize(size);
    }
    if (text.contains("content-encoding")) {
      return "The server does not take gzip: use setCompression(\"none\"), or let its receiver take"
          + " it (compression_algorithms of a Collector).";
    }
    if (text.contains("to an https server")
        || text.contains("to https port")
        || text.contains("requires tls")) {
      return WANTS_TLS;
    }
    if (isOfOtherSignal()) {
      return "The endpoint's path " + path + " is not that of metrics: set /v1/metrics.";
    }
    return "The server does not take what was sent"
        + (text.isEmpty() ? "; its log may say why" : ", for the reason it gives")
        + ". Check that the endpoint is the metrics path of an OTLP server over HTTP.";
  }

  private boolean isOfOtherSignal() {
    return path.endsWith("/v1/traces")
        || path.endsWith("/v1/logs")
        || path.endsWith("/v1/profiles");
  }

  private String adviceForPath() {
    if (path.endsWith("/api/v1/otlp/v1/metrics")) {
      return "This is the path of Prometheus, which takes OTLP there if it was started with"
          + " --web.enable-otlp-receiver.";
    }
    if (path.contains("/api/v1/otlp")) {
      return "Prometheus takes metrics at /api/v1/otlp/v1/metrics: set that path.";
    }
    if (path.endsWith("/v1/metrics")) {
      return "The server has no OTLP receiver at the path "
          + path
          + ". Check host and port: a Collector takes OTLP over HTTP on port 4318, Prometheus at the"
          + " path /api/v1/otlp/v1/metrics if it was started with --web.enable-otlp-receiver.";
    }
    return "The path of the endpoint is "
        + path
        + ", and is used as it is: a Collector takes metrics at /v1/metrics, Prometheus at"
        + " /api/v1/otlp/v1/metrics. Set the full path with setEndpoint, or what is in front of"
        + " /v1/metrics with setBaseEndpoint.";
  }

  private static String adviceForSize(int size) {
    return "The request has "
        + size
        + " bytes before compression. Lower setMaxRequestSize of the exporter, which also holds for"
        + " points that waited during an outage and go out together, or raise the server's limit:"
        + " max_request_body_size of a Collector's OTLP receiver is 20 MiB by default and counts"
        + " after decompression, client_max_body_size of nginx is 1 MiB.";
  }

  private String adviceForException(IOException exception, int size) {
    if (exception instanceof SSLException tls) {
      return adviceForTls(tls);
    }
    if (exception instanceof ConnectException || exception instanceof HttpConnectTimeoutException) {
      return "Check the endpoint, and that a server listens there.";
    }
    if (size > COLLECTOR_LIMIT) {
      return adviceForSize(size);
    }
    return "Check that the endpoint is an OTLP server and that the network lets requests through."
        + TlsAdvice.ofBrokenConnection(isTls)
        + hintAtGrpcPort();
  }

  private String adviceForTls(SSLException exception) {
    return TlsAdvice.of(exception, hintAtGrpcPort());
  }

  private String hintAtGrpcPort() {
    return isGrpcPort
        ? " Port 4317 is usually for OTLP/gRPC; this exporter speaks OTLP over HTTP, whose port is"
            + " usually 4318."
        : "";
  }

  /** What the server sent in place of a status line; null if that is not what went wrong. */
  private static @Nullable String firstBytes(IOException exception) {
    final String message = String.valueOf(exception.getMessage());
    if (!message.startsWith(NO_STATUS_LINE)) {
      return null;
    }
    final String bytes = message.substring(NO_STATUS_LINE.length());
    // The beginning of a response that was cut off is one all the same.
    return bytes.startsWith("HTTP/") ? null : bytes;
  }

  /** A frame's head: three bytes of length, then the type, which is 4, and no stream. */
  private static boolean isHttp2Settings(String bytes) {
    return bytes.length() > 8
        && bytes.charAt(0) == 0
        && bytes.charAt(1) == 0
        && bytes.charAt(3) == 4;
  }

  /** A record's head: the type of an alert, which is 21, and the version, 3.x. */
  private static boolean isTlsAlert(String bytes) {
    return bytes.length() > 1 && bytes.charAt(0) == 21 && bytes.charAt(1) == 3;
  }
}
