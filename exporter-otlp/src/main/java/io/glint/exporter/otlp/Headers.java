package io.glint.exporter.otlp;

import io.glint.sdk.internal.log.LogText;
import java.net.http.HttpRequest;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The headers of requests: the user's, with the exporter's {@code User-Agent}. Immutable. */
final class Headers {
  private static final String USER_AGENT = "User-Agent";

  /** The last two say where a request ends, which must not be said twice. */
  private static final Set<String> OWN =
      Set.of("content-type", "content-encoding", "content-length", "transfer-encoding");

  private final Map<String, String> constant;
  private final Supplier<Map<String, String>> supplier;

  Headers(Map<String, String> constant, Supplier<Map<String, String>> supplier) {
    this.constant = Map.copyOf(constant);
    this.supplier = supplier;
  }

  /**
   * The headers of the next attempt, by name without regard to case.
   *
   * @throws RuntimeException if the supplier throws, or answers null or headers that cannot be sent
   */
  Map<String, String> next() {
    final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.putAll(constant);
    final Map<String, String> supplied =
        Objects.requireNonNull(supplier.get(), "the supplier of headers answered null");
    supplied.forEach(Headers::check);
    headers.putAll(supplied);
    headers.merge(USER_AGENT, UserAgent.DEFAULT, (product, own) -> product + " " + own);
    return headers;
  }

  /** Throws if a user's header is malformed or one of those the exporter or the client sets. */
  static void check(String name, String value) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(value, "value");
    if (OWN.contains(name.toLowerCase(Locale.ROOT))) {
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
