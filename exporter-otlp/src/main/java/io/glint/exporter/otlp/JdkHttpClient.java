package io.glint.exporter.otlp;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** The client of the JDK: for TLS, and for what goes through a proxy. */
final class JdkHttpClient {
  private final URI endpoint;
  private final boolean isHttps;
  private final Duration connectTimeout;
  private final Tls tls;
  private final @Nullable ProxySelector proxy;
  private final Executor threads;
  private final int maxResponseSize;
  private final Object lock = new Object();

  /** Null before it is made, and once it was closed. */
  @GuardedBy("lock")
  private @Nullable HttpClient client;

  @GuardedBy("lock")
  private boolean isClosed;

  /**
   * Creates it with the settings that a builder has now.
   *
   * @param threads that the client runs its tasks on, until they end; as many as are needed
   */
  JdkHttpClient(OtlpMetricExporterBuilder builder, Executor threads, boolean isHttps) {
    this.endpoint = builder.endpoint();
    this.isHttps = isHttps;
    this.connectTimeout = builder.connectTimeout;
    this.tls = builder.tls();
    this.proxy = builder.proxyOptions == null ? null : builder.proxyOptions.getProxySelector();
    this.threads = threads;
    this.maxResponseSize = builder.maxResponseSize;
    // Settings of TLS may be wrong, such as those of the JVM's trust store: that shows here. For
    // plain HTTP the client waits for the first request that needs it: it has the JVM load 250
    // classes, and the Java agent looks longest at those that were loaded before it.
    this.client = isHttps ? newClient() : null;
  }

  private HttpClient newClient() {
    final Executor executor =
        task -> {
          try {
            threads.execute(task);
          } catch (RejectedExecutionException e) {
            // The client tidies up its connections after the pool has ended.
            task.run();
          }
        };
    final HttpClient.Builder builder = HttpClient.newBuilder().executor(executor);
    if (!connectTimeout.isZero()) {
      builder.connectTimeout(connectTimeout);
    }
    if (tls.context() != null) {
      builder.sslContext(tls.context());
    } else if (!isHttps) {
      builder.sslContext(new NoTls()).sslParameters(new SSLParameters());
    }
    if (proxy != null) {
      builder.proxy(proxy);
    }
    // Without TLS a client would ask to upgrade each new connection, with the body attached; many
    // servers and proxies do not expect that.
    return builder
        .version(isHttps ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
        .build();
  }

  /**
   * The client, made if there is none yet.
   *
   * @throws InterruptedException if it was closed
   * @throws IOException if the client cannot be made, such as when the process has too many open
   *     files; the next request tries again
   */
  private HttpClient client() throws IOException, InterruptedException {
    synchronized (lock) {
      if (isClosed) {
        throw new InterruptedException("closed");
      }
      HttpClient current = client;
      if (current == null) {
        try {
          current = newClient();
        } catch (UncheckedIOException e) {
          throw e.getCause();
        }
        client = current;
      }
      return current;
    }
  }

  /**
   * Prepares an exchange.
   *
   * @throws RuntimeException if a header cannot be sent
   */
  HttpExchange exchange(Map<String, String> headers, SentBody body) {
    final HttpRequest.Builder request = HttpRequest.newBuilder(endpoint).POST(body.publisher());
    headers.forEach(request::header);
    return new Exchange(request.build());
  }

  private final class Exchange implements HttpExchange {
    private final HttpRequest request;
    private volatile @Nullable HttpAnswer begun;

    Exchange(HttpRequest request) {
      this.request = request;
    }

    @Override
    public HttpAnswer make() throws IOException, InterruptedException {
      final var unused =
          client()
              .send(
                  request,
                  info -> {
                    final ReceivedBody received =
                        new ReceivedBody(maxResponseSize, info.statusCode());
                    begun = new HttpAnswer(info.statusCode(), info.headers()::firstValue, received);
                    return new LimitedBody(received);
                  });
      return Objects.requireNonNull(begun);
    }

    @Override
    public @Nullable HttpAnswer begun() {
      return begun;
    }
  }

  void close() {
    final HttpClient last;
    synchronized (lock) {
      last = client;
      client = null;
      isClosed = true;
    }
    if (last == null) {
      return;
    }
    try {
      // Since Java 21. Before, a client ends by itself some seconds after it became unreachable.
      MethodHandles.publicLookup()
          .findVirtual(HttpClient.class, "shutdownNow", MethodType.methodType(void.class))
          .invokeExact(last);
    } catch (NoSuchMethodException | IllegalAccessException e) {
      // An older Java, see above.
    } catch (Throwable e) {
      if (e instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException("closing the HTTP client failed", e);
    }
  }
}
