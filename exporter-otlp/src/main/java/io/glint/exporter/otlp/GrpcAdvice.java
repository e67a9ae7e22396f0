package io.glint.exporter.otlp;

import io.glint.sdk.internal.log.LogText;
import io.opentelemetry.sdk.common.export.GrpcResponse;
import io.opentelemetry.sdk.common.export.GrpcStatusCode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Knows what is usually wrong when a gRPC call fails in a certain way, and says so. Immutable. */
final class GrpcAdvice {
  private static final int HTTP_PORT = 4318;

  private static final String NO_GRPC =
      "Check that the endpoint is an OTLP server over gRPC, and its port, usually 4317; for a port of"
          + " OTLP over HTTP, usually 4318, use setProtocol(\"http/protobuf\").";

  private final boolean isHttpPort;
  private final boolean isTls;

  GrpcAdvice(URI endpoint) {
    this.isHttpPort = endpoint.getPort() == HTTP_PORT;
    this.isTls = endpoint.getScheme().equalsIgnoreCase("https");
  }

  /** What an answer other than success means. */
  ExportFailure failure(GrpcResponse response, int size) {
    final GrpcStatusCode status = response.getStatusCode();
    final String text =
        response.getStatusDescription() == null
            ? ""
            : LogText.of(response.getStatusDescription(), ExportFailure.MAX_CHARS).strip();
    return new ExportFailure(
        "gRPC status " + status + (text.isEmpty() ? "" : " (" + text + ")"),
        advice(status, text, size),
        status.name(),
        fate(status));
  }

  /** A server says most of these before it takes a request; the others may come after that. */
  private static Fate fate(GrpcStatusCode status) {
    return switch (status) {
      case CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, DATA_LOSS -> Fate.UNKNOWN;
      default -> Fate.NOT_DELIVERED;
    };
  }

  private String advice(GrpcStatusCode status, String text, int size) {
    if (HttpAdvice.isOfDelta(text.toLowerCase(Locale.ROOT))) {
      return HttpAdvice.CUMULATIVE_ONLY;
    }
    return switch (status) {
      case UNAVAILABLE, ABORTED ->
          "The server is overloaded or being restarted; if this lasts, check its health.";
      case UNAUTHENTICATED, PERMISSION_DENIED ->
          "Check the credentials set with addHeader or setHeaders.";
      case UNIMPLEMENTED ->
          text.toLowerCase(Locale.ROOT).contains("compress")
                  || text.toLowerCase(Locale.ROOT).contains("encoding")
              ? "The server does not take gzip: use setCompression(\"none\")."
              : "The server has no OTLP receiver of metrics at this port. " + NO_GRPC;
      case RESOURCE_EXHAUSTED ->
          isOfSize(text)
              ? adviceForSize(size)
              : "The server has no room or quota for more. This export is not tried again, since the"
                  + " client does not show whether the server asks for it; export less, or less"
                  + " often.";
      case INVALID_ARGUMENT ->
          "The server does not take what was sent"
              + (text.isEmpty() ? "; its log may say why." : ", for the reason it gives.");
      case CANCELLED, DEADLINE_EXCEEDED ->
          "Check that the server is not overloaded, or allow more time with setTimeout.";
      // A status of gRPC is missing in the answer: so a client reports one of plain HTTP, too.
      case UNKNOWN -> "The answer of a server that does not speak gRPC looks like this. " + NO_GRPC;
      default -> "Check the log of the server.";
    };
  }

  /**
   * Whether a server that is exhausted means the size of the request, and not a quota. The text is
   * that of a gRPC library, which has no status for it.
   *
   * @param description may be null
   */
  static boolean isOfSize(@Nullable String description) {
    final String text = description == null ? "" : description.toLowerCase(Locale.ROOT);
    return text.contains("larger than")
        || text.contains("too large")
        || text.contains("exceeds maximum size")
        || (text.contains("message") && text.contains("exceed"));
  }

  private static String adviceForSize(int size) {
    return "The request has "
        + size
        + " bytes before compression. Lower setMaxRequestSize, or raise the server's limit:"
        + " max_recv_msg_size_mib of a Collector's OTLP receiver is 4 by default and counts after"
        + " decompression.";
  }

  /** What it means that there is no answer. */
  ExportFailure failure(IOException exception, boolean isSent) {
    final Fate fate =
        isSent && !ExportFailure.isOfConnecting(exception) ? Fate.UNKNOWN : Fate.NOT_DELIVERED;
    return new ExportFailure(
        ExportFailure.describe(exception), advice(exception), exception.getClass().getName(), fate);
  }

  private String advice(IOException exception) {
    if (exception instanceof SSLException tls) {
      return TlsAdvice.of(tls, hintAtHttpPort());
    }
    if (exception instanceof ConnectException || exception instanceof UnknownHostException) {
      return "Check the endpoint, and that a server listens there." + hintAtHttpPort();
    }
    if (exception instanceof SocketTimeoutException) {
      return "Check that the server is reachable and not overloaded." + hintAtHttpPort();
    }
    return NO_GRPC + TlsAdvice.ofBrokenConnection(isTls);
  }

  ExportFailure timeout(Duration timeout) {
    return ExportFailure.timeout(
        timeout,
        "Check that the server is reachable and not overloaded, or allow more time with setTimeout."
            + hintAtHttpPort());
  }

  private String hintAtHttpPort() {
    return isHttpPort
        ? " Port 4318 is usually for OTLP over HTTP; that of OTLP over gRPC is usually 4317."
        : "";
  }
}
