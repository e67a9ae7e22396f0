package io.glint.examples.webstore.telemetry;

import com.google.protobuf.InvalidProtocolBufferException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.glint.examples.webstore.shop.Signals;
import io.glint.examples.webstore.traces.ShownTraces;
import io.glint.examples.webstore.traces.TraceSpan;
import io.glint.examples.webstore.traces.TraceStore;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Under the Java agent. The agent makes the SDK, of which the shop knows the API only, and Glint
 * inside of the agent records. Traces and metrics come back by OTLP over HTTP: to the agent, this
 * demo is the collector. Metrics have delta temporality.
 */
public final class AgentTelemetry implements ShopTelemetry {

  private static final int OK = 200;
  private static final int BAD_REQUEST = 400;

  private final int metricsPort;
  private final TraceStore traces = new TraceStore();
  private final ShownTraces shown;
  private List<MetricData> received = new ArrayList<>();

  /**
   * Begins to receive, and goes on until the process ends: the agent exports while it does.
   *
   * @param receiverPort where the agent sends to
   * @param metricsPort where Glint serves metrics
   * @param lateTraces how many traces to keep that exemplars have led to, besides those that they
   *     lead to now
   * @throws IOException if the first port is in use
   */
  public AgentTelemetry(int receiverPort, int metricsPort, int lateTraces) throws IOException {
    this.metricsPort = metricsPort;
    this.shown = new ShownTraces(traces, lateTraces);
    final HttpServer receiver =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), receiverPort), 0);
    receiver.createContext("/v1/traces", exchange -> receive(exchange, this::addSpans));
    receiver.createContext("/v1/metrics", exchange -> receive(exchange, this::addMetrics));
    receiver.start();
  }

  private static void receive(HttpExchange exchange, Decoder decoder) throws IOException {
    try (exchange) {
      int status = OK;
      try {
        decoder.accept(exchange.getRequestBody().readAllBytes());
      } catch (InvalidProtocolBufferException malformed) {
        status = BAD_REQUEST;
      }
      // An empty message of protobuf: everything was accepted.
      exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(status, -1);
    }
  }

  private void addSpans(byte[] request) throws InvalidProtocolBufferException {
    OtlpRequests.spans(request).stream()
        .filter(received -> !isExport(received.span()))
        .forEach(received -> traces.add(received.traceId(), received.span()));
  }

  /** The agent traces what receives its exports, too: each would be the next one's trace. */
  private static boolean isExport(TraceSpan span) {
    final String path = span.attributes().get(Signals.URL_PATH);
    return path != null && path.startsWith("/v1/");
  }

  private void addMetrics(byte[] request) throws InvalidProtocolBufferException {
    final List<MetricData> metrics = OtlpRequests.metrics(request);
    synchronized (this) {
      received.addAll(metrics);
    }
  }

  @Override
  public OpenTelemetry openTelemetry() {
    return GlobalOpenTelemetry.get();
  }

  @Override
  public TraceStore traces() {
    return traces;
  }

  @Override
  public URI metricsAddress(String host) {
    return URI.create("http://" + host + ":" + metricsPort + "/metrics");
  }

  @Override
  public synchronized Collection<MetricData> sinceLastTime() {
    final List<MetricData> metrics = received;
    received = new ArrayList<>();
    return metrics;
  }

  /**
   * Glint is inside of the agent, and its collections cannot be watched. A scrape shows the same,
   * some seconds late: long before the store lets go of a trace.
   */
  @Override
  public void scraped(Set<String> traceIds) {
    shown.show(traceIds);
  }

  /** The agent ends with the process. */
  @Override
  public void close() {}

  @FunctionalInterface
  private interface Decoder {
    void accept(byte[] request) throws InvalidProtocolBufferException;
  }
}
