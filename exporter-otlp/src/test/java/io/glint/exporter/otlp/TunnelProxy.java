package io.glint.exporter.otlp;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP proxy for TLS: whatever host is asked for, the tunnel leads to one port. */
final class TunnelProxy implements AutoCloseable {
  /** The first lines of the requests for a tunnel. */
  final List<String> tunnels = new CopyOnWriteArrayList<>();

  private final ServerSocket socket;
  private final int serverPort;

  TunnelProxy(int serverPort) throws IOException {
    this.serverPort = serverPort;
    socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  InetSocketAddress address() {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        final Socket client = socket.accept();
        start(() -> tunnel(client));
      } catch (IOException e) {
        // The test has closed it.
      }
    }
  }

  private void tunnel(Socket client) {
    try (client;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort)) {
      final String head = head(client.getInputStream());
      tunnels.add(head.substring(0, head.indexOf("\r\n")));
      final OutputStream toClient = client.getOutputStream();
      toClient.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
      start(() -> passOn(client, server));
      server.getInputStream().transferTo(toClient);
    } catch (IOException e) {
      // Either side has ended it.
    }
  }

  private static String head(InputStream in) throws IOException {
    final StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      final int next = in.read();
      if (next < 0) {
        throw new IOException("the request for a tunnel broke off");
      }
      head.append((char) next);
    }
    return head.toString();
  }

  private static void passOn(Socket client, Socket server) {
    try {
      client.getInputStream().transferTo(server.getOutputStream());
      server.shutdownOutput();
    } catch (IOException e) {
      // Either side has ended it.
    }
  }

  private static void start(Runnable task) {
    final Thread thread = new Thread(task, "test-tunnel-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
