package io.glint.examples.webstore.web;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** What to send back. */
record Reply(int status, String type, String body) {

  /** A page runs this site's scripts and no others, and loads nothing from anywhere else. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
          + " connect-src 'self'; img-src data:; base-uri 'none'; form-action 'self';"
          + " frame-ancestors 'none'";

  static Reply html(int status, String body) {
    return new Reply(status, "text/html; charset=utf-8", body);
  }

  static Reply json(int status, String body) {
    return new Reply(status, "application/json", body + "\n");
  }

  static Reply text(int status, String body) {
    return new Reply(status, "text/plain; charset=utf-8", body + "\n");
  }

  /** Returns the number of bytes sent. */
  int send(HttpExchange exchange) throws IOException {
    final byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    final Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Type", type);
    headers.set("Cache-Control", "no-store");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Content-Security-Policy", POLICY);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(status, -1);
      return 0;
    }
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    return bytes.length;
  }
}
