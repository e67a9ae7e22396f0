package io.glint.exporter.otlp;

import io.glint.sdk.internal.log.LogText;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** Checks endpoint URLs and puts them into the form that is requested. */
final class Endpoint {
  private static final String METRICS_PATH = "v1/metrics";

  private Endpoint() {}

  /**
   * The URL as is, but for an absent path, which becomes {@code /}. A missing port is the one of
   * the scheme, not 4318.
   */
  static URI parse(String url) {
    // Without a scheme the parser takes a host for one, or complains of its characters.
    if (!isBegunWith("http://", url) && !isBegunWith("https://", url)) {
      throw invalid(url, "it does not start with http:// or https://");
    }
    final URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException e) {
      throw invalid(url, "it is not a URL (" + LogText.of(e.getReason()) + ")");
    }
    if (uri.getRawUserInfo() != null || rawAuthority(uri).indexOf('@') >= 0) {
      throw new IllegalArgumentException(
          "The OTLP endpoint has user information in front of its host, which is never sent."
              + " Set it as a header instead: addHeader(\"Authorization\", ...)");
    }
    if (uri.getHost() == null) {
      throw invalid(url, "it has no valid host (letters, digits, '-' and '.'; no underscore)");
    }
    if (uri.getPort() == 0 || uri.getPort() > 65535) {
      throw invalid(url, "its port is not between 1 and 65535");
    }
    return uri.getRawPath().isEmpty() ? withRootPath(uri) : uri;
  }

  private static boolean isBegunWith(String scheme, String url) {
    return url.regionMatches(true, 0, scheme, 0, scheme.length());
  }

  /** The URL of the metrics signal below a base URL, joined by exactly one slash. */
  static URI parseBase(String baseUrl) {
    final URI base = parse(baseUrl);
    if (base.getRawQuery() != null || base.getRawFragment() != null) {
      throw invalid(
          baseUrl, "a base URL has no query or fragment: set the full URL with setEndpoint");
    }
    final String text = base.toString();
    return parse(text.endsWith("/") ? text + METRICS_PATH : text + "/" + METRICS_PATH);
  }

  /** Scheme, host and port of the URL. */
  static URI withoutPath(URI uri) {
    return URI.create(uri.getScheme() + "://" + uri.getRawAuthority());
  }

  /** The URL with its scheme in lower case, which some clients demand. */
  static URI withLowerScheme(URI uri) {
    final String scheme = uri.getScheme();
    return URI.create(scheme.toLowerCase(Locale.ROOT) + uri.toString().substring(scheme.length()));
  }

  /** The URL without its query, which may hold a key. */
  static String printable(URI endpoint) {
    final String text = endpoint.toString();
    int end = text.length();
    for (final char delimiter : new char[] {'?', '#'}) {
      final int at = text.indexOf(delimiter);
      end = at >= 0 ? Math.min(end, at) : end;
    }
    return text.substring(0, end);
  }

  private static URI withRootPath(URI uri) {
    final String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    return URI.create(uri.getScheme() + "://" + uri.getRawAuthority() + "/" + query);
  }

  private static String rawAuthority(URI uri) {
    return uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
  }

  private static IllegalArgumentException invalid(String url, String why) {
    // What stands in front of an '@' may be a password.
    final String shown = url.indexOf('@') >= 0 ? "" : " '" + LogText.of(url, 1024) + "'";
    return new IllegalArgumentException(
        "The OTLP endpoint"
            + shown
            + " cannot be used: "
            + why
            + ". Valid ones look like http://localhost:4318/v1/metrics, and http://localhost:4317 for"
            + " gRPC");
  }
}
