package io.glint.examples.webstore.web;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A request with its query and form parameters decoded. */
record Request(String method, String path, String accept, Map<String, String> parameters) {

  private static final int MAX_FORM_BYTES = 8_192;

  static Request of(HttpExchange exchange) throws IOException, BadRequestException {
    final Map<String, String> parameters = new HashMap<>();
    decode(exchange.getRequestURI().getRawQuery(), parameters);
    final String type = first(exchange, "Content-Type");
    if (type.startsWith("application/x-www-form-urlencoded")) {
      final byte[] form = exchange.getRequestBody().readNBytes(MAX_FORM_BYTES);
      decode(new String(form, StandardCharsets.UTF_8), parameters);
    }
    return new Request(
        exchange.getRequestMethod(),
        exchange.getRequestURI().getPath(),
        first(exchange, "Accept"),
        parameters);
  }

  /** A browser says that it takes HTML; everyone else gets JSON unless they ask otherwise. */
  boolean wantsHtml() {
    final String format = parameters.getOrDefault("format", "");
    return format.equals("html") || (format.isEmpty() && accept.contains("text/html"));
  }

  private static String first(HttpExchange exchange, String header) {
    final List<String> values = exchange.getRequestHeaders().getOrDefault(header, List.of());
    return values.isEmpty() ? "" : values.get(0);
  }

  private static void decode(String query, Map<String, String> parameters)
      throws BadRequestException {
    if (query == null) {
      return;
    }
    for (final String pair : query.split("&", -1)) {
      final int equals = pair.indexOf('=');
      if (equals > 0) {
        parameters.put(
            decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)).strip());
      }
    }
  }

  private static String decoded(String text) throws BadRequestException {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException malformed) {
      throw new BadRequestException("The query is not properly %-encoded");
    }
  }
}
