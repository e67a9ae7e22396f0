package io.glint.bench.agent;

import io.glint.bench.tool.Arrivals;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Sends requests when they are due, whether or not those before have been answered, and takes the
 * time of each from when it was due: one that had to wait for a connection, because the service was
 * slow, counts as slow. So nothing is omitted that a user would have waited for.
 */
final class OpenLoop {
  private static final long LONGEST_NANOS = 600_000_000_000L;
  private static final int DIGITS = 3;
  private static final int SOCKET_MILLIS = 30_000;
  private static final int CONNECTIONS = 16;
  private static final byte[] REQUEST =
      "GET /order HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final String LENGTH = "content-length:";

  private final int port;
  private final Arrivals arrivals;
  private final long endNanos;
  private long dueNanos;
  private final Histogram latencies = histogram();
  private final AtomicReference<IOException> failure = new AtomicReference<>();

  private OpenLoop(int port, int perSecond, long millis, int seed) {
    this.port = port;
    this.arrivals = new Arrivals(perSecond, seed);
    this.dueNanos = System.nanoTime();
    this.endNanos = dueNanos + millis * 1_000_000;
  }

  static Histogram histogram() {
    return new Histogram(1, LONGEST_NANOS, DIGITS);
  }

  /**
   * Sends requests at random moments.
   *
   * @param port of the loopback interface
   * @param perSecond how many, on average
   * @param millis for how long
   * @param seed the same one has the same moments
   * @return nanoseconds from when requests were due until they were answered
   * @throws IOException if a request was not answered, or not with 200
   */
  static Histogram run(int port, int perSecond, long millis, int seed)
      throws IOException, InterruptedException {
    return new OpenLoop(port, perSecond, millis, seed).run();
  }

  /** The time until one request was answered, in which the service may have much to load. */
  static void once(int port) throws IOException {
    try (Connection connection = new Connection(port)) {
      connection.ask();
    }
  }

  private Histogram run() throws IOException, InterruptedException {
    final List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < CONNECTIONS; i++) {
      final Thread thread = new Thread(this::send, "connection-" + i);
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
    for (final Thread thread : threads) {
      thread.join();
    }
    if (failure.get() != null) {
      throw failure.get();
    }
    return latencies;
  }

  private void send() {
    final Histogram own = histogram();
    try (Connection connection = new Connection(port)) {
      long due = next();
      while (due - endNanos < 0 && failure.get() == null) {
        for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
          LockSupport.parkNanos(wait);
        }
        connection.ask();
        own.recordValue(Math.max(0, Math.min(System.nanoTime() - due, LONGEST_NANOS)));
        due = next();
      }
    } catch (IOException e) {
      failure.compareAndSet(null, e);
    }
    synchronized (this) {
      latencies.add(own);
    }
  }

  private synchronized long next() {
    dueNanos += arrivals.nextGap();
    return dueNanos;
  }

  /** A connection that is kept. As small as can be: it shares processors with the service. */
  private static final class Connection implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    Connection(int port) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(SOCKET_MILLIS);
      in = new BufferedInputStream(socket.getInputStream());
    }

    void ask() throws IOException {
      socket.getOutputStream().write(REQUEST);
      final String status = line();
      long length = 0;
      for (String header = line(); !header.isEmpty(); header = line()) {
        final String lower = header.toLowerCase(Locale.ROOT);
        if (lower.startsWith(LENGTH)) {
          length = Long.parseLong(lower.substring(LENGTH.length()).strip());
        }
      }
      in.skipNBytes(length);
      if (!status.contains(" 200 ")) {
        throw new IOException("The service answered " + status);
      }
    }

    private String line() throws IOException {
      final StringBuilder line = new StringBuilder();
      for (int read = in.read(); read != '\n'; read = in.read()) {
        if (read < 0) {
          throw new IOException("The service closed the connection after: " + line);
        }
        if (read != '\r') {
          line.append((char) read);
        }
      }
      return line.toString();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
