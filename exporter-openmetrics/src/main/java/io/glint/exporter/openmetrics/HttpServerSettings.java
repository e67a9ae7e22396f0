package io.glint.exporter.openmetrics;

/**
 * Settings of the JDK's HTTP server, which it knows as system properties only: they hold for all
 * its servers in the JVM and are read once, before the first of them is created.
 *
 * <p>By default that server waits for ever for the rest of a request, and for a client to read its
 * answer, so that a few clients that fell silent would occupy all threads. And it leaves Nagle's
 * algorithm on, which delays an answer by up to 40 ms.
 */
final class HttpServerSettings {

  static final String MAX_REQUEST_SECONDS = "sun.net.httpserver.maxReqTime";
  static final String MAX_RESPONSE_SECONDS = "sun.net.httpserver.maxRspTime";
  static final String NO_DELAY = "sun.net.httpserver.nodelay";

  private HttpServerSettings() {}

  /** Sets what the user has not set. */
  static void apply() {
    setIfAbsent(MAX_REQUEST_SECONDS, "60");
    setIfAbsent(MAX_RESPONSE_SECONDS, "600");
    setIfAbsent(NO_DELAY, "true");
  }

  private static void setIfAbsent(String property, String value) {
    // In one step: another thread may be about to set it.
    System.getProperties().putIfAbsent(property, value);
  }
}
