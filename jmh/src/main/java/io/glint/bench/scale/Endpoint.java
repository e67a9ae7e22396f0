package io.glint.bench.scale;

import io.glint.bench.Sdk;
import io.glint.bench.tool.Providers;
import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.exporter.prometheus.PrometheusHttpServer;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * The scrape endpoint of an SDK, on a free port of the loopback interface, with the meter provider
 * that it shows. Scraped as OpenMetrics, without compression. Safe for use by several threads.
 */
final class Endpoint implements Closeable {
  private static final byte[] REQUEST =
      String.join(
              "\r\n",
              "GET /metrics HTTP/1.1",
              "Host: localhost",
              "Connection: close",
              "Accept: application/openmetrics-text; version=1.0.0",
              "",
              "")
          .getBytes(StandardCharsets.US_ASCII);

  static final int SPARE_SERIES = 100;

  private final MeterProvider provider;
  private final int port;

  /** Starts it, for a metric of that many series. Exemplars are of sampled spans. */
  Endpoint(Sdk sdk, int series) throws IOException {
    final MetricReader reader;
    if (sdk == Sdk.GLINT) {
      final OpenMetricsServer server = OpenMetricsServer.builder().setPort(0).build();
      reader = server;
      port = server.getPort();
    } else {
      try (ServerSocket free = new ServerSocket(0)) {
        port = free.getLocalPort();
      }
      reader = PrometheusHttpServer.builder().setHost("localhost").setPort(port).build();
    }
    provider = Providers.create(sdk, reader, ExemplarFilter.traceBased(), series + SPARE_SERIES);
  }

  MeterProvider provider() {
    return provider;
  }

  /**
   * Scrapes.
   *
   * @param buffer for what is read, piece by piece
   * @return the number of bytes of the answer
   */
  long scrape(byte[] buffer) throws IOException {
    long bytes = 0;
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write(REQUEST);
      final InputStream answer = socket.getInputStream();
      for (int n = answer.read(buffer); n >= 0; n = answer.read(buffer)) {
        bytes += n;
      }
    }
    return bytes;
  }

  @Override
  public void close() throws IOException {
    ((Closeable) provider).close();
  }
}
