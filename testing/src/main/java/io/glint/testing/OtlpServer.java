package io.glint.testing;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/**
 * A server of OTLP over HTTP with protobuf, that keeps what it received and answers by a script,
 * then with success. Thread-safe.
 */
public final class OtlpServer implements AutoCloseable {
  private static final String TRACES = "/v1/traces";

  public final List<Received> received = new CopyOnWriteArrayList<>();
  private final Deque<Answer> script = new ConcurrentLinkedDeque<>();
  private final HttpServer server;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            final Thread thread = new Thread(task, "test-otlp-server");
            thread.setDaemon(true);
            return thread;
          });

  /** Starts on a free port of the loopback interface. */
  public OtlpServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  public String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  /** The bodies of all requests with metrics. */
  public List<ExportMetricsServiceRequest> requests() {
    return received.stream()
        .filter(each -> !each.uri().endsWith(TRACES))
        .map(Received::request)
        .toList();
  }

  /** The traces of all spans, as hexadecimal ids. */
  public Set<String> traceIds() {
    return received.stream()
        .filter(each -> each.uri().endsWith(TRACES))
        .flatMap(each -> each.traces().getResourceSpansList().stream())
        .flatMap(resource -> resource.getScopeSpansList().stream())
        .flatMap(scope -> scope.getSpansList().stream())
        .map(span -> HexFormat.of().formatHex(span.getTraceId().toByteArray()))
        .collect(Collectors.toSet());
  }

  /** The last metric of each name. */
  public Map<String, Metric> metrics() {
    final Map<String, Metric> metrics = new LinkedHashMap<>();
    for (final ExportMetricsServiceRequest request : requests()) {
      for (final ResourceMetrics resource : request.getResourceMetricsList()) {
        for (final ScopeMetrics scope : resource.getScopeMetricsList()) {
          scope.getMetricsList().forEach(metric -> metrics.put(metric.getName(), metric));
        }
      }
    }
    return metrics;
  }

  /** Answers the next request that no other answer is scripted for. */
  public OtlpServer answer(Answer answer) {
    script.add(answer);
    return this;
  }

  public OtlpServer answer(int status) {
    return answer(exchange -> reply(exchange, status, new byte[0]));
  }

  public OtlpServer answer(int status, String header, String value) {
    return answer(
        exchange -> {
          exchange.getResponseHeaders().set(header, value);
          reply(exchange, status, new byte[0]);
        });
  }

  public OtlpServer answer(ExportMetricsServiceResponse response) {
    return answer(
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
          reply(exchange, 200, response.toByteArray());
        });
  }

  /** Answers with success, and takes so long to do it. */
  public static Answer successAfter(long millis) {
    return exchange -> {
      try {
        Thread.sleep(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      reply(exchange, 200, new byte[0]);
    };
  }

  public static void reply(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }

  private void handle(HttpExchange exchange) throws IOException {
    final byte[] body = exchange.getRequestBody().readAllBytes();
    received.add(
        new Received(
            exchange.getRequestMethod(),
            exchange.getRequestURI().toString(),
            exchange.getRequestHeaders(),
            body,
            System.nanoTime()));
    final Answer answer = script.poll();
    if (answer != null) {
      answer.to(exchange);
    } else {
      reply(exchange, 200, new byte[0]);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  /** One scripted answer. */
  public interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  /** One request as it arrived. */
  @SuppressWarnings("ArrayRecordComponent")
  public record Received(String method, String uri, Headers headers, byte[] body, long nanoTime) {
    public String header(String name) {
      return headers.getFirst(name);
    }

    public ExportMetricsServiceRequest request() {
      try {
        return ExportMetricsServiceRequest.parseFrom(content());
      } catch (IOException e) {
        throw new AssertionError("not an ExportMetricsServiceRequest", e);
      }
    }

    ExportTraceServiceRequest traces() {
      try {
        return ExportTraceServiceRequest.parseFrom(content());
      } catch (IOException e) {
        throw new AssertionError("not an ExportTraceServiceRequest", e);
      }
    }

    private byte[] content() throws IOException {
      try (InputStream raw = new ByteArrayInputStream(body);
          InputStream in =
              "gzip".equals(header("Content-Encoding")) ? new GZIPInputStream(raw) : raw) {
        return in.readAllBytes();
      }
    }
  }
}
