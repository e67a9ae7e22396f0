package io.glint.autoconfigure;

import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.Metric;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;

/** Keeps what OTLP exporters of metrics send. */
final class OtlpReceiver implements AutoCloseable {
  final List<String> paths = new CopyOnWriteArrayList<>();
  final List<Map<String, List<String>>> headers = new CopyOnWriteArrayList<>();
  final List<ExportMetricsServiceRequest> requests = new CopyOnWriteArrayList<>();
  private final HttpServer server;

  OtlpReceiver() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          paths.add(exchange.getRequestURI().toString());
          headers.add(Map.copyOf(exchange.getRequestHeaders()));
          final byte[] body = exchange.getRequestBody().readAllBytes();
          final boolean isZipped =
              "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
          try (InputStream raw = new ByteArrayInputStream(body);
              InputStream in = isZipped ? new GZIPInputStream(raw) : raw) {
            requests.add(ExportMetricsServiceRequest.parseFrom(in));
          }
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** The last of each name. */
  Map<String, Metric> metrics() {
    final Map<String, Metric> metrics = new LinkedHashMap<>();
    requests.forEach(
        request ->
            request
                .getResourceMetricsList()
                .forEach(
                    resource ->
                        resource
                            .getScopeMetricsList()
                            .forEach(
                                scope ->
                                    scope
                                        .getMetricsList()
                                        .forEach(
                                            metric -> metrics.put(metric.getName(), metric)))));
    return metrics;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
