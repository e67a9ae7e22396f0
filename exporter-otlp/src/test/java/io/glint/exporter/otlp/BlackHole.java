package io.glint.exporter.otlp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Accepts connections by its backlog and never answers. */
final class BlackHole implements AutoCloseable {
  private final ServerSocket socket;

  BlackHole() throws IOException {
    socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  String url() {
    return "http://127.0.0.1:" + socket.getLocalPort() + "/v1/metrics";
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
