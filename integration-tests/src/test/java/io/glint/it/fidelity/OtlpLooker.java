package io.glint.it.fidelity;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.glint.exporter.otlp.OtlpMetricExporter;
import io.glint.sdk.GlintPeriodicMetricReader;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** A receiver of OTLP, and a periodic reader that exports to it. */
final class OtlpLooker implements Looker {
  static {
    // Read once, by the first server: it would delay each answer by 40 ms.
    System.getProperties().putIfAbsent("sun.net.httpserver.nodelay", "true");
  }

  private final HttpServer receiver;
  private final FlushLooker flusher;
  private Map<Seen.SeriesKey, Seen.Point> received = new HashMap<>();

  OtlpLooker(AggregationTemporality temporality, Duration interval) throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext("/", this::receive);
    receiver.start();
    flusher =
        new FlushLooker(
            GlintPeriodicMetricReader.builder(
                    OtlpMetricExporter.builder()
                        .setEndpoint(
                            "http://127.0.0.1:" + receiver.getAddress().getPort() + "/v1/metrics")
                        .setAggregationTemporalitySelector(type -> temporality)
                        .build())
                .setInterval(interval)
                .build(),
            this::take);
  }

  private synchronized void receive(HttpExchange exchange) throws IOException {
    SeenProto.read(ExportMetricsServiceRequest.parseFrom(exchange.getRequestBody()), received);
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  private synchronized Map<Seen.SeriesKey, Seen.Point> take() {
    final Map<Seen.SeriesKey, Seen.Point> taken = received;
    received = new HashMap<>();
    return taken;
  }

  @Override
  public MetricReader reader() {
    return flusher.reader();
  }

  @Override
  public Map<Seen.SeriesKey, Seen.Point> look(long time) {
    return flusher.look(time);
  }

  @Override
  public void close() {
    receiver.stop(0);
  }
}
