package io.glint.examples.webstore;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** What to send back. */
record Reply(int status, String type, String body) {

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
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(status, -1);
      return 0;
    }
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    return bytes.length;
  }
}
