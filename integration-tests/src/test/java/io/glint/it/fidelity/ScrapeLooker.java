package io.glint.it.fidelity;

import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

/** Two scrapers of one endpoint, which take turns. */
final class ScrapeLooker implements Looker {
  private static final HttpClient[] SCRAPERS = {
    HttpClient.newHttpClient(), HttpClient.newHttpClient()
  };

  private final OpenMetricsServer server =
      OpenMetricsServer.builder()
          .setHost("127.0.0.1")
          .setPort(0)
          .setCreatedSamplesEnabled(true)
          .build();
  private int looks;

  @Override
  public MetricReader reader() {
    return server;
  }

  @Override
  public Map<Seen.SeriesKey, Seen.Point> look(long time) throws Exception {
    final HttpResponse<String> response =
        SCRAPERS[looks++ % SCRAPERS.length].send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.getPort() + "/metrics"))
                .header("Accept", "application/openmetrics-text; version=1.0.0")
                .timeout(Duration.ofSeconds(30))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200 || !response.body().endsWith("# EOF\n")) {
      throw new AssertionError("status " + response.statusCode() + ": " + response.body());
    }
    return SeenText.read(response.body(), time);
  }
}
