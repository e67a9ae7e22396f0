package io.glint.exporter.otlp;

import io.glint.sdk.internal.log.LogText;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Builds the HTTP request of one export; all its attempts use the same one. */
final class RequestFactory {
  private static final String USER_AGENT = "User-Agent";

  private final URI endpoint;
  private final Map<String, String> constantHeaders;
  private final Supplier<Map<String, String>> headerSupplier;
  private final Compression compression;

  RequestFactory(
      URI endpoint,
      Map<String, String> constantHeaders,
      Supplier<Map<String, String>> headerSupplier,
      Compression compression) {
    this.endpoint = endpoint;
    this.constantHeaders = Map.copyOf(constantHeaders);
    this.headerSupplier = headerSupplier;
    this.compression = compression;
  }

  /**
   * Builds a request.
   *
   * @throws RuntimeException if the supplier of headers throws, or answers headers that cannot be
   *     sent
   */
  HttpRequest request(HttpRequest.BodyPublisher body) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.putAll(constantHeaders);
    Map<String, String> supplied =
        Objects.requireNonNull(headerSupplier.get(), "the supplier of headers answered null");
    supplied.forEach(RequestFactory::checkHeader);
    headers.putAll(supplied);

    HttpRequest.Builder request =
        HttpRequest.newBuilder(endpoint)
            .POST(body)
            .header("Content-Type", "application/x-protobuf");
    if (compression == Compression.GZIP) {
      request.header("Content-Encoding", "gzip");
    }
    String product = headers.remove(USER_AGENT);
    request.header(
        USER_AGENT, product == null ? UserAgent.DEFAULT : product + " " + UserAgent.DEFAULT);
    headers.forEach(request::header);
    return request.build();
  }

  /** Throws if a user's header is malformed or one of those the exporter or the client sets. */
  static void checkHeader(String name, String value) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(value, "value");
    if (name.equalsIgnoreCase("Content-Type") || name.equalsIgnoreCase("Content-Encoding")) {
      throw new IllegalArgumentException(
          "The header " + LogText.of(name) + " is set by the OTLP exporter and cannot be changed");
    }
    try {
      HttpRequest.newBuilder().header(name, value);
    } catch (IllegalArgumentException e) {
      // Without the cause: its message holds the value, which may be a secret.
      throw new IllegalArgumentException(
          "The header '"
              + LogText.of(name)
              + "' cannot be sent: its name or value is malformed or reserved");
    }
  }
}
