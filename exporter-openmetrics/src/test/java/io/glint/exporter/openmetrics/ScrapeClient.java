package io.glint.exporter.openmetrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.zip.GZIPInputStream;

/** Sends requests to a server under test. */
final class ScrapeClient {

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final int port;

  ScrapeClient(OpenMetricsServer server) {
    port = server.getPort();
  }

  record Answer(int status, HttpResponse<byte[]> response) {

    String header(String name) {
      return response.headers().firstValue(name).orElse(null);
    }

    byte[] bytes() {
      return response.body();
    }

    String text() {
      return new String(response.body(), UTF_8);
    }

    String unzipped() throws IOException {
      try (GZIPInputStream stream =
          new GZIPInputStream(new ByteArrayInputStream(response.body()))) {
        return new String(stream.readAllBytes(), UTF_8);
      }
    }

    Exposition parsed() {
      return StrictOpenMetricsParser.parse(response.body());
    }
  }

  /** Scrapes as OpenMetrics. */
  Answer scrape() throws Exception {
    return send("GET", "/metrics", "Accept", "application/openmetrics-text;version=1.0.0");
  }

  Answer get(String path, String... headers) throws Exception {
    return send("GET", path, headers);
  }

  Answer send(String method, String path, String... headers) throws Exception {
    final HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(20))
            .method(method, BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    final HttpResponse<byte[]> response = CLIENT.send(request.build(), BodyHandlers.ofByteArray());
    return new Answer(response.statusCode(), response);
  }
}
