package io.glint.exporter.otlp;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Passes everything on between clients and a server, until it resets connections in an answer, or
 * stands in for a server that is broken.
 */
final class CuttingProxy implements AutoCloseable {
  private static final int PASS_ON = Integer.MAX_VALUE;

  private final ServerSocket socket;
  private final int serverPort;
  private final AtomicInteger left = new AtomicInteger(PASS_ON);
  private final Set<Socket> clients = ConcurrentHashMap.newKeySet();

  /** What is done with each connection; null to pass on. */
  private volatile RawServer.Behaviour instead;

  CuttingProxy(int serverPort) throws IOException {
    this.serverPort = serverPort;
    socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  int port() {
    return socket.getLocalPort();
  }

  /** Resets the connection once that many bytes of what the server says from now on are through. */
  void cutAfter(int bytes) {
    left.set(bytes);
  }

  /**
   * From now on this is done with each connection, and the server gets nothing. Connections that
   * there are end.
   *
   * @param behaviour null to pass everything on again
   */
  void instead(RawServer.Behaviour behaviour) throws IOException {
    instead = behaviour;
    for (final Socket client : clients) {
      client.close();
    }
    clients.clear();
  }

  private static void breakOff(Socket client, RawServer.Behaviour behaviour) {
    try (client) {
      behaviour.with(client);
    } catch (IOException e) {
      // The client has ended it.
    }
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        final Socket client = socket.accept();
        final RawServer.Behaviour behaviour = instead;
        if (behaviour != null) {
          start(() -> breakOff(client, behaviour));
          continue;
        }
        clients.add(client);
        final Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        start(() -> toServer(client, server));
        start(() -> toClient(server, client));
      } catch (IOException e) {
        // The test has closed it.
      }
    }
  }

  private static void toServer(Socket client, Socket server) {
    try (InputStream in = client.getInputStream();
        OutputStream out = server.getOutputStream()) {
      in.transferTo(out);
    } catch (IOException e) {
      // Either side has ended it.
    }
  }

  private void toClient(Socket server, Socket client) {
    final byte[] buffer = new byte[8_192];
    try (server;
        client) {
      for (int read = 0; read >= 0; read = server.getInputStream().read(buffer)) {
        final int allowed = Math.min(read, left.get());
        client.getOutputStream().write(buffer, 0, allowed);
        if (left.get() != PASS_ON && left.addAndGet(-read) < 0) {
          left.set(PASS_ON);
          // With a reset, not in order.
          client.setSoLinger(true, 0);
          return;
        }
      }
    } catch (IOException e) {
      // Either side has ended it.
    }
  }

  private static void start(Runnable task) {
    final Thread thread = new Thread(task, "test-cutting-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
