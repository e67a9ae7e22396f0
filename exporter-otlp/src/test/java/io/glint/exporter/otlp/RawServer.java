package io.glint.exporter.otlp;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server of whatever protocol: counts connections, and does one thing with each. */
final class RawServer implements AutoCloseable {
  private static final Pattern REQUEST =
      Pattern.compile(
          "POST .*?content-length: (\\d+).*?\r\n\r\n", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

  final AtomicInteger connections = new AtomicInteger();
  private final ServerSocket socket;

  RawServer(Behaviour behaviour) throws IOException {
    socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    final Thread thread =
        new Thread(
            () -> {
              while (!socket.isClosed()) {
                try (Socket connection = socket.accept()) {
                  connections.incrementAndGet();
                  behaviour.with(connection);
                } catch (IOException e) {
                  // The client, or the test, has closed it.
                }
              }
            },
            "test-raw-server");
    thread.setDaemon(true);
    thread.start();
  }

  /** Answers what was sent with these bytes, and closes the connection. */
  static RawServer answering(byte[] bytes) throws IOException {
    return new RawServer(
        connection -> {
          readRequest(connection.getInputStream());
          final OutputStream out = connection.getOutputStream();
          out.write(bytes);
          out.flush();
        });
  }

  static RawServer answering(String text) throws IOException {
    return answering(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Answers what was sent with these bytes and no more, and reads on: nothing is reset. */
  static RawServer breakingOffAfter(String text) throws IOException {
    return new RawServer(
        connection -> {
          readRequest(connection.getInputStream());
          connection.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
          // The client of the JDK may lose a status that comes together with the end.
          sleep(500);
          connection.shutdownOutput();
          connection.setSoTimeout(5_000);
          connection.getInputStream().transferTo(OutputStream.nullOutputStream());
        });
  }

  /** Reads until the client waits, and returns it: a whole request, or all it sends at once. */
  static String readRequest(InputStream in) throws IOException {
    final StringBuilder received = new StringBuilder();
    final byte[] buffer = new byte[65_536];
    int read = in.read(buffer);
    // The body may come after the headers; a connection that is closed with unread bytes is reset.
    for (int quiet = 0; read >= 0 && quiet < 5 && missing(received) != 0; ) {
      received.append(new String(buffer, 0, read, StandardCharsets.ISO_8859_1));
      if (missing(received) > 0 || in.available() > 0) {
        read = in.read(buffer);
      } else {
        quiet++;
        read = 0;
        sleep(10);
      }
    }
    return received.toString();
  }

  /** The bytes of a request that are not there yet; -1 if it is not known how many there are. */
  private static int missing(CharSequence received) {
    final Matcher request = REQUEST.matcher(received);
    return request.lookingAt()
        ? Integer.parseInt(request.group(1)) - (received.length() - request.end())
        : -1;
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  String url(String scheme) {
    return scheme + "://127.0.0.1:" + socket.getLocalPort() + "/v1/metrics";
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** What is done with a connection, which is closed then. */
  interface Behaviour {
    void with(Socket connection) throws IOException;
  }
}
