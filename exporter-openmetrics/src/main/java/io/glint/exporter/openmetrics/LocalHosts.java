package io.glint.exporter.openmetrics;

import java.util.List;
import java.util.Locale;

/**
 * Tells requests that a browser may make for a web page from elsewhere. Such a page cannot read
 * what is on this machine, unless its own name leads there: whoever owns a name may have it lead to
 * 127.0.0.1 (DNS rebinding). The browser then sends that name as {@code Host}. An address, a name
 * below {@code localhost}, and a name without a dot belong to nobody from elsewhere.
 *
 * <p>Only browsers are looked at: they always send {@code Accept-Language}, and scrapers do not.
 * Scrapers are often told another name for this machine, such as {@code host.docker.internal}.
 */
final class LocalHosts {

  private static final String LOCALHOST = ".localhost";

  private LocalHosts() {}

  /** Whether a browser asks for this machine by a name that may be anybody's. */
  static boolean isForeign(OpenMetricsRequest request) {
    if (request.headers("Accept-Language").isEmpty()) {
      return false;
    }
    final List<String> hosts = request.headers("Host");
    return !hosts.isEmpty() && !isLocal(hosts.get(0).strip().toLowerCase(Locale.ROOT));
  }

  /**
   * Whether nobody from elsewhere can own a host.
   *
   * @param host with its port, if it has one, in lower case
   */
  private static boolean isLocal(String host) {
    if (host.startsWith("[")) {
      return true;
    }
    final int colon = host.indexOf(':');
    String name = colon < 0 ? host : host.substring(0, colon);
    if (name.endsWith(".")) {
      name = name.substring(0, name.length() - 1);
    }
    return name.indexOf('.') < 0 || name.endsWith(LOCALHOST) || isAddress(name);
  }

  /** Whether it has digits and dots only: no name ends with a number. */
  private static boolean isAddress(String name) {
    return name.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
  }
}
