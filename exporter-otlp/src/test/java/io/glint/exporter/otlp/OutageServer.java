package io.glint.exporter.otlp;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.glint.testing.FreePort;
import io.glint.testing.OtlpServer;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An OTLP server at one port that is down, refuses or takes requests, and adds up what it took. */
final class OutageServer implements AutoCloseable {
  final List<ExportMetricsServiceRequest> taken = new CopyOnWriteArrayList<>();
  final List<ExportMetricsServiceRequest> notTaken = new CopyOnWriteArrayList<>();
  private final int port;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private volatile OtlpServer.Answer refusal;
  private HttpServer server;

  /** A server that is down. */
  OutageServer() {
    port = FreePort.find();
  }

  String url() {
    return "http://127.0.0.1:" + port + "/v1/metrics";
  }

  /** From now on it takes requests. */
  void up() {
    refusal = null;
    listen();
  }

  /** From now on nobody listens. */
  void down() {
    if (server != null) {
      server.stop(0);
      server = null;
    }
  }

  /** From now on it answers so, and takes nothing. */
  void refuse(OtlpServer.Answer answer) {
    refusal = answer;
    listen();
  }

  private void listen() {
    if (server != null) {
      return;
    }
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  private void handle(HttpExchange exchange) throws IOException {
    OtlpServer.Answer now = refusal;
    if (now != null) {
      notTaken.add(ExportMetricsServiceRequest.parseFrom(exchange.getRequestBody().readAllBytes()));
      now.to(exchange);
      return;
    }
    taken.add(ExportMetricsServiceRequest.parseFrom(exchange.getRequestBody().readAllBytes()));
    OtlpServer.reply(exchange, 200, new byte[0]);
  }

  /** The sums of all that was taken, by metric, attributes and what is counted. */
  Map<String, Double> totals() {
    return totals(taken);
  }

  static Map<String, Double> totals(List<ExportMetricsServiceRequest> requests) {
    Map<String, Double> totals = new TreeMap<>();
    for (ExportMetricsServiceRequest request : requests) {
      addTo(totals, request);
    }
    return totals;
  }

  static void addTo(Map<String, Double> totals, ExportMetricsServiceRequest request) {
    request.getResourceMetricsList().stream()
        .flatMap(resource -> resource.getScopeMetricsList().stream())
        // And not what an SDK counts of itself.
        .filter(scope -> !scope.getScope().getName().startsWith("io.opentelemetry"))
        .flatMap(scope -> scope.getMetricsList().stream())
        .forEach(metric -> addTo(totals, metric));
  }

  private static void addTo(Map<String, Double> totals, Metric metric) {
    for (NumberDataPoint point : metric.getSum().getDataPointsList()) {
      add(
          totals,
          metric.getName() + key(point.getAttributesList()),
          point.hasAsInt() ? point.getAsInt() : point.getAsDouble());
    }
    for (HistogramDataPoint point : metric.getHistogram().getDataPointsList()) {
      String key = metric.getName() + key(point.getAttributesList());
      add(totals, key + " count", point.getCount());
      add(totals, key + " sum", point.getSum());
      for (int i = 0; i < point.getBucketCountsCount(); i++) {
        add(totals, key + " bucket " + i, point.getBucketCounts(i));
      }
    }
    for (ExponentialHistogramDataPoint point :
        metric.getExponentialHistogram().getDataPointsList()) {
      String key = metric.getName() + key(point.getAttributesList());
      add(totals, key + " count", point.getCount());
      add(totals, key + " sum", point.getSum());
      add(
          totals,
          key + " buckets",
          point.getZeroCount()
              + point.getPositive().getBucketCountsList().stream()
                  .mapToLong(Long::longValue)
                  .sum());
    }
  }

  private static String key(List<io.opentelemetry.proto.common.v1.KeyValue> attributes) {
    StringBuilder key = new StringBuilder();
    attributes.forEach(
        attribute ->
            key.append(' ')
                .append(attribute.getKey())
                .append('=')
                .append(attribute.getValue().getStringValue()));
    return key.toString();
  }

  static void add(Map<String, Double> totals, String key, Number value) {
    if (value.doubleValue() != 0) {
      totals.merge(key, value.doubleValue(), Double::sum);
    }
  }

  @Override
  public void close() {
    down();
    threads.shutdownNow();
  }
}
