package io.glint.bench.scale;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** An HTTP server that reads requests to their end, keeps nothing and answers that all is well. */
final class NullReceiver implements AutoCloseable {
  private static final int OK = 200;
  private static final int NO_BODY = -1;

  private final HttpServer server;
  private final byte[] buffer = new byte[1 << 16];
  private volatile long bytes;

  NullReceiver() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.start();
  }

  /** On the one thread of the server. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // One thread writes.
  private void handle(HttpExchange exchange) throws IOException {
    try (InputStream body = exchange.getRequestBody()) {
      for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
        bytes += read;
      }
    }
    exchange.sendResponseHeaders(OK, NO_BODY);
    exchange.close();
  }

  String endpoint() {
    return "http://"
        + server.getAddress().getAddress().getHostAddress()
        + ":"
        + server.getAddress().getPort()
        + "/v1/metrics";
  }

  /** Bytes received so far. */
  long bytes() {
    return bytes;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
