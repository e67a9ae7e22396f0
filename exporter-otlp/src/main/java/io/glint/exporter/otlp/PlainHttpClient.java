package io.glint.exporter.otlp;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 over a connection without TLS and without a proxy, for nothing but the POST requests of
 * an exporter (RFC 9112). A process that has just begun gets to its first export sooner than with
 * the client of the JDK, which has the JVM load 250 classes, and the Java agent instrument them.
 *
 * <p>Keeps one connection for the next request. Has no threads: an exchange is made by the thread
 * that asks for it, which may be interrupted.
 */
final class PlainHttpClient {
  /**
   * As long as the JDK's client keeps one since Java 20. Many servers close one that was idle for
   * 60 seconds, which is also the default interval of exports: a request would meet that end. What
   * is on the way may forget one after minutes.
   */
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private static final int HTTP_PORT = 80;

  /** As good as no limit, and not too long for a number of nanoseconds. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private final URI endpoint;
  private final String host;

  /** Path and query, in ASCII. */
  private final String target;

  private final int port;

  /** 0 for no limit. */
  private final long connectNanos;

  private final int maxResponseSize;

  /** Null for that of the JVM. */
  private final @Nullable ProxySelector proxies;

  private final Object lock = new Object();

  @GuardedBy("lock")
  private @Nullable PlainConnection idle;

  @GuardedBy("lock")
  private boolean isClosed;

  /** Creates it with the settings that a builder has now. */
  PlainHttpClient(OtlpMetricExporterBuilder builder) {
    this.endpoint = builder.endpoint();
    final String literal = endpoint.getHost();
    // Of an IPv6 address without the brackets around it.
    this.host = literal.startsWith("[") ? literal.substring(1, literal.length() - 1) : literal;
    final URI ascii = URI.create(endpoint.toASCIIString());
    final String query = ascii.getRawQuery();
    this.target = query == null ? ascii.getRawPath() : ascii.getRawPath() + "?" + query;
    this.port = endpoint.getPort() < 0 ? HTTP_PORT : endpoint.getPort();
    final Duration limit = builder.connectTimeout;
    this.connectNanos = limit.compareTo(LONGEST) < 0 ? limit.toNanos() : 0;
    this.maxResponseSize = builder.maxResponseSize;
    this.proxies = builder.proxyOptions == null ? null : builder.proxyOptions.getProxySelector();
  }

  /**
   * Whether no proxy is on the way, which may change. One of SOCKS is not taken, as by the JDK's
   * client.
   */
  boolean isDirect() {
    final ProxySelector selector = proxies != null ? proxies : ProxySelector.getDefault();
    if (selector == null) {
      return true;
    }
    try {
      final List<Proxy> chosen = selector.select(endpoint);
      return chosen == null || chosen.isEmpty() || chosen.get(0).type() != Proxy.Type.HTTP;
    } catch (RuntimeException e) {
      // The JDK's client gets it, too, and the export fails for that reason.
      return false;
    }
  }

  /**
   * Prepares an exchange.
   *
   * @param headers by names without regard to case; they can be sent
   */
  HttpExchange exchange(Map<String, String> headers, SentBody body) {
    final StringBuilder head = new StringBuilder(512);
    head.append("POST ").append(target).append(" HTTP/1.1\r\n");
    // The JVM may allow a user's own (jdk.httpclient.allowRestrictedHeaders).
    if (!headers.containsKey("Host")) {
      append(
          head, "Host", port == HTTP_PORT ? endpoint.getHost() : endpoint.getHost() + ":" + port);
    }
    append(head, "Content-Length", Integer.toString(body.length()));
    headers.forEach((name, value) -> append(head, name, value));
    return new Exchange(head.append("\r\n").toString(), body);
  }

  private static void append(StringBuilder head, String name, String value) {
    head.append(name).append(": ").append(value).append("\r\n");
  }

  /**
   * A connection, made if none is kept that the server has left open.
   *
   * @throws InterruptedException if the client was closed
   */
  private PlainConnection connection() throws IOException, InterruptedException {
    final PlainConnection kept;
    synchronized (lock) {
      if (isClosed) {
        throw new InterruptedException("closed");
      }
      kept = idle;
      idle = null;
    }
    if (kept != null) {
      if (kept.idleNanos() < IDLE_NANOS && kept.isOpen()) {
        return kept;
      }
      kept.close();
    }
    return PlainConnection.to(host, port, connectNanos);
  }

  private void keep(PlainConnection connection) {
    synchronized (lock) {
      if (!isClosed && idle == null) {
        connection.beginIdle();
        idle = connection;
        return;
      }
    }
    connection.close();
  }

  void close() {
    final PlainConnection last;
    synchronized (lock) {
      last = idle;
      idle = null;
      isClosed = true;
    }
    if (last != null) {
      last.close();
    }
  }

  private final class Exchange implements HttpExchange {
    private final String head;
    private final SentBody body;
    private volatile @Nullable HttpAnswer begun;

    Exchange(String head, SentBody body) {
      this.head = head;
      this.body = body;
    }

    @Override
    public HttpAnswer make() throws IOException, InterruptedException {
      boolean isReusable = false;
      PlainConnection connection = null;
      try {
        connection = connection();
        final boolean isSent = send(connection);
        final ResponseReader reader = new ResponseReader(connection, maxResponseSize);
        final HttpAnswer answer = reader.readHead();
        begun = answer;
        isReusable = reader.readBody(answer) && isSent;
        return answer;
      } catch (ClosedByInterruptException e) {
        throw new InterruptedException("closed");
      } finally {
        if (connection != null) {
          if (isReusable) {
            keep(connection);
          } else {
            connection.close();
          }
        }
      }
    }

    /**
     * Sends the request.
     *
     * @return false if the server answers, or has closed the connection, before it has all of it
     */
    private boolean send(PlainConnection connection) throws IOException, InterruptedException {
      if (!connection.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.ISO_8859_1)))) {
        return false;
      }
      for (int sent = 0; sent < body.length(); ) {
        final ByteBuffer piece = body.piece(sent);
        sent += piece.remaining();
        if (!connection.write(piece)) {
          return false;
        }
      }
      return true;
    }

    @Override
    public @Nullable HttpAnswer begun() {
      return begun;
    }
  }
}
