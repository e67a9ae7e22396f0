package io.glint.exporter.openmetrics;

import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that an {@link OpenMetricsServer} has received, for an {@linkplain
 * OpenMetricsServerBuilder#setAuthenticator authenticator}. Immutable.
 */
public final class OpenMetricsRequest {

  private final String method;
  private final String path;
  private final @Nullable String query;
  private final Map<String, List<String>> headers;
  private final InetSocketAddress remoteAddress;
  private final List<X509Certificate> clientCertificates;

  /**
   * A request.
   *
   * @param headers by name in lower case
   */
  OpenMetricsRequest(
      String method,
      String path,
      @Nullable String query,
      Map<String, List<String>> headers,
      InetSocketAddress remoteAddress,
      List<X509Certificate> clientCertificates) {
    this.method = method;
    this.path = path;
    this.query = query;
    this.headers = headers;
    this.remoteAddress = remoteAddress;
    this.clientCertificates = clientCertificates;
  }

  /** Returns the method as it was sent, {@code GET} for instance; not null. */
  public String method() {
    return method;
  }

  /** Returns the path as it was sent, with its escapes, from the first slash on; not null. */
  public String path() {
    return path;
  }

  /** Returns what follows the question mark, as it was sent; null if there is none. */
  public @Nullable String query() {
    return query;
  }

  /**
   * Returns the values of a header in the order in which they were sent, one for each line.
   *
   * @param name in any case; not null
   * @return an empty list if the request does not have it; never null
   */
  public List<String> headers(String name) {
    return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
  }

  /** Returns where the request came from: the client, or the proxy nearest to here; not null. */
  public InetSocketAddress remoteAddress() {
    return remoteAddress;
  }

  /**
   * Returns the client's certificate, then those of who signed it, as far as it has sent them: only
   * where the server {@linkplain OpenMetricsServerBuilder#setClientCertificateRequired asks for
   * one}, which it has verified then.
   *
   * @return empty if there is none; never null
   */
  public List<X509Certificate> clientCertificates() {
    return clientCertificates;
  }

  boolean isHead() {
    return method.equals("HEAD");
  }
}
