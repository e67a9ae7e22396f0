package io.glint.examples.serving;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.glint.exporter.openmetrics.OpenMetricsReader;
import io.glint.exporter.openmetrics.OpenMetricsResponse;
import java.io.IOException;

/** For the JDK's server: {@code server.createContext("/metrics", new JdkServerMetrics(reader))}. */
public final class JdkServerMetrics implements HttpHandler {
  private final OpenMetricsReader reader;

  /** Answers with what a reader collects. */
  public JdkServerMetrics(OpenMetricsReader reader) {
    this.reader = reader;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange;
        OpenMetricsResponse response =
            reader.scrape(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getRawQuery(),
                exchange.getRequestHeaders()::get)) {
      response.headers().forEach(exchange.getResponseHeaders()::set);
      // To this server 0 means "unknown" and -1 "none".
      final long length = response.contentLength();
      exchange.sendResponseHeaders(response.status(), length == 0 ? -1 : length);
      response.writeTo(exchange.getResponseBody());
    }
  }
}
