package io.glint.bench.tool;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicReference;

/** Takes OTLP over HTTP, and notices when the first metrics arrive. Thread-safe. */
public final class MetricsReceiver implements AutoCloseable {
  /**
   * The first request.
   *
   * @param nanoTime when it was there
   * @param userAgent who has sent it
   */
  public record Arrival(long nanoTime, String userAgent) {}

  private final AtomicReference<Arrival> first = new AtomicReference<>();
  private final HttpServer server;

  /** Starts it on a free port of the loopback interface. */
  public MetricsReceiver() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          final long now = System.nanoTime();
          final String userAgent = exchange.getRequestHeaders().getFirst("User-Agent");
          if (exchange.getRequestURI().getPath().endsWith("/v1/metrics")) {
            first.compareAndSet(null, new Arrival(now, String.valueOf(userAgent)));
          }
          exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
  }

  /** Where metrics go. */
  public String url() {
    return url("/v1/metrics");
  }

  /** Where anything else goes. */
  public String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  /** The first one since the last call; null if there was none. */
  public Arrival take() {
    return first.getAndSet(null);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
