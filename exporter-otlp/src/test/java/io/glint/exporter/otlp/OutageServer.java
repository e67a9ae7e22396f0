package io.glint.exporter.otlp;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsServer;
import io.glint.testing.FreePort;
import io.glint.testing.OtlpServer;
import io.glint.testing.TestIdentity;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/** An OTLP server over HTTP that is down at first, and then goes up and down at one port. */
final class OutageServer implements Receiver {
  final List<ExportMetricsServiceRequest> taken = new CopyOnWriteArrayList<>();
  final List<ExportMetricsServiceRequest> notTaken = new CopyOnWriteArrayList<>();
  private final int port;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private volatile OtlpServer.Answer refusal;
  private HttpServer server;

  /** For TLS; null for none. */
  private TestIdentity own;

  /** A server that is down. */
  OutageServer() {
    port = FreePort.find();
  }

  String url() {
    return "http://127.0.0.1:" + port + "/v1/metrics";
  }

  @Override
  public OtlpMetricExporterBuilder exporter(TestIdentity identity) {
    return identity == null
        ? OtlpMetricExporter.builder().setEndpoint(url())
        : OtlpMetricExporter.builder()
            .setEndpoint("https://localhost:" + port + "/v1/metrics")
            .setTrustedCertificates(identity.trustedPem());
  }

  void up() {
    up(null);
  }

  @Override
  public void up(TestIdentity identity) {
    refusal = null;
    if (own != identity) {
      down();
    }
    listen(identity);
  }

  @Override
  public void down() {
    if (server != null) {
      server.stop(0);
      server = null;
    }
  }

  /** From now on it answers so, and takes nothing. */
  void refuse(OtlpServer.Answer answer) {
    refusal = answer;
    listen(own);
  }

  @Override
  public void refuse(Refusal kind) {
    refuse(
        switch (kind) {
          case BUSY -> exchange -> OtlpServer.reply(exchange, 503, new byte[0]);
          case BUSY_FOR_A_SECOND -> retryAfter("1");
          case BUSY_FOR_AN_HOUR -> retryAfter("3600");
          case EXHAUSTED -> exchange -> OtlpServer.reply(exchange, 429, new byte[0]);
          case NO_ANSWER -> exchange -> {};
        });
  }

  private static OtlpServer.Answer retryAfter(String value) {
    return exchange -> {
      exchange.getResponseHeaders().set("Retry-After", value);
      OtlpServer.reply(exchange, 503, new byte[0]);
    };
  }

  private void listen(TestIdentity identity) {
    if (server != null) {
      return;
    }
    own = identity;
    final InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    try {
      if (identity == null) {
        server = HttpServer.create(address, 0);
      } else {
        final HttpsServer withTls = HttpsServer.create(address, 0);
        withTls.setHttpsConfigurator(identity.https(null));
        server = withTls;
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  private void handle(HttpExchange exchange) throws IOException {
    final OtlpServer.Answer now = refusal;
    if (now != null) {
      notTaken.add(ExportMetricsServiceRequest.parseFrom(exchange.getRequestBody().readAllBytes()));
      now.to(exchange);
      return;
    }
    taken.add(ExportMetricsServiceRequest.parseFrom(exchange.getRequestBody().readAllBytes()));
    OtlpServer.reply(exchange, 200, new byte[0]);
  }

  @Override
  public List<ExportMetricsServiceRequest> taken() {
    return taken;
  }

  @Override
  public List<ExportMetricsServiceRequest> received() {
    return Stream.of(taken, notTaken).flatMap(List::stream).toList();
  }

  @Override
  public void close() {
    down();
    threads.shutdownNow();
  }
}
