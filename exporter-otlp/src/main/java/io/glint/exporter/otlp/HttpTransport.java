package io.glint.exporter.otlp;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.glint.sdk.internal.exporter.BoundedWait;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** OTLP over HTTP with the client of the JDK. */
final class HttpTransport implements Transport {
  private static final String GRPC_TYPE = "application/grpc";

  /** How long an exchange that is given up may take to end. */
  private static final long END_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final URI endpoint;
  private final Headers headers;
  private final String contentType;
  private final @Nullable String contentEncoding;
  private final HttpAdvice advice;
  private final Predicate<IOException> isRetryable;
  private final Duration timeout;
  private final int maxResponseSize;
  private final Executor threads;

  /** With the settings that the builder had when the exporter was built. */
  private final Supplier<HttpClient> clients;

  private final Object lock = new Object();

  /** Null before the first request over plain HTTP, and once it was closed. */
  @GuardedBy("lock")
  private @Nullable HttpClient client;

  @GuardedBy("lock")
  private boolean isClosed;

  /**
   * Creates the transport of an exporter.
   *
   * @param threads that exchanges are made on, and the client runs its tasks on, until they end; as
   *     many as are needed
   */
  HttpTransport(OtlpMetricExporterBuilder builder, Executor threads) {
    this.endpoint = builder.endpoint();
    this.headers = builder.headers();
    this.contentType = builder.protocol.contentType();
    this.contentEncoding = builder.compression.encoding();
    this.advice = new HttpAdvice(endpoint, builder.compression);
    this.isRetryable = builder.retryableExceptions(HttpAdvice::isPassing);
    this.timeout = builder.timeout;
    this.maxResponseSize = builder.maxResponseSize;
    this.threads = threads;
    final boolean isHttps = endpoint.getScheme().equalsIgnoreCase("https");
    this.clients = clients(builder, threads, isHttps);
    // Settings of TLS may be wrong, such as those of the JVM's trust store: that shows here. For
    // plain HTTP the client waits for the first request: it has the JVM load 250 classes, and the
    // Java agent looks longest at those that were loaded before it.
    this.client = isHttps ? clients.get() : null;
  }

  private static Supplier<HttpClient> clients(
      OtlpMetricExporterBuilder builder, Executor threads, boolean isHttps) {
    final Duration connectTimeout = builder.connectTimeout;
    final Tls tls = builder.tls();
    final ProxySelector proxy =
        builder.proxyOptions == null ? null : builder.proxyOptions.getProxySelector();
    return () -> newClient(connectTimeout, tls, proxy, threads, isHttps);
  }

  private static HttpClient newClient(
      Duration connectTimeout,
      Tls tls,
      @Nullable ProxySelector proxy,
      Executor threads,
      boolean isHttps) {
    final Executor executor =
        task -> {
          try {
            threads.execute(task);
          } catch (RejectedExecutionException e) {
            // The client tidies up its connections after the pool has ended.
            task.run();
          }
        };
    final HttpClient.Builder client = HttpClient.newBuilder().executor(executor);
    if (!connectTimeout.isZero()) {
      client.connectTimeout(connectTimeout);
    }
    if (tls.context() != null) {
      client.sslContext(tls.context());
    } else if (!isHttps) {
      client.sslContext(new NoTls()).sslParameters(new SSLParameters());
    }
    if (proxy != null) {
      client.proxy(proxy);
    }
    // Without TLS a client would ask to upgrade each new connection, with the body attached; many
    // servers and proxies do not expect that.
    return client
        .version(isHttps ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
        .build();
  }

  /**
   * The client, made if there is none yet.
   *
   * @throws InterruptedException if the transport was closed
   * @throws IOException if the client cannot be made, such as when the process has too many open
   *     files; the next request tries again
   */
  private HttpClient client() throws IOException, InterruptedException {
    synchronized (lock) {
      if (isClosed) {
        throw closed();
      }
      HttpClient current = client;
      if (current == null) {
        try {
          current = clients.get();
        } catch (UncheckedIOException e) {
          throw e.getCause();
        }
        client = current;
      }
      return current;
    }
  }

  @Override
  public Attempt send(SentBody body, int size, long timeoutNanos) throws InterruptedException {
    final HttpRequest request;
    try {
      request = request(body);
    } catch (RuntimeException e) {
      return Attempt.unanswered(ExportFailure.headers(e), false);
    }
    try {
      final Reply reply = exchange(request, body, timeoutNanos);
      body.reset();
      return reply.attempt(advice, size);
    } catch (TimeoutException e) {
      return Attempt.unanswered(timedOut(), false);
    } catch (IOException e) {
      final ExportFailure failure = advice.failure(e, size, body.isSent());
      body.reset();
      return Attempt.unanswered(
          failure, !(e instanceof ResponseTooLargeException) && isRetryable.test(e));
    }
  }

  private HttpRequest request(SentBody body) {
    final HttpRequest.Builder request =
        HttpRequest.newBuilder(endpoint).POST(body.publisher()).header("Content-Type", contentType);
    if (contentEncoding != null) {
      request.header("Content-Encoding", contentEncoding);
    }
    headers.next().forEach(request::header);
    return request.build();
  }

  @Override
  public ExportFailure timedOut() {
    return advice.timeout(timeout);
  }

  /**
   * Sends a request and waits for the whole response.
   *
   * <p>The client's asynchronous form would do without a thread that waits, but completes on the
   * common pool of the JDK. An application that blocks that pool would have each export wait for
   * its timeout, although the server had answered. The blocking form has no timeout for the whole
   * response, so it has a thread of the exporter.
   *
   * @param body given up if the exchange is, unless that has ended by then
   * @throws TimeoutException if there is no response after that many nanoseconds; the exchange is
   *     given up
   * @throws InterruptedException if interrupted; the exchange is given up
   * @throws ResponseTooLargeException if the response of a success is larger than the limit
   * @throws IOException if there is no response. One whose body breaks off, is cut off, or is not
   *     complete in time, is a response: the status says what became of the request.
   */
  private Reply exchange(HttpRequest request, SentBody body, long timeoutNanos)
      throws IOException, InterruptedException, TimeoutException {
    // The request's own timeout would end with the response's headers and let the body hang.
    final AtomicReference<Answer> begun = new AtomicReference<>();
    final FutureTask<HttpResponse<LimitedBody>> call =
        new FutureTask<>(
            () ->
                client()
                    .send(
                        request,
                        info -> {
                          final LimitedBody answer =
                              new LimitedBody(maxResponseSize, info.statusCode());
                          begun.set(new Answer(info.statusCode(), info.headers(), answer));
                          return answer;
                        }));
    final CountDownLatch ended = new CountDownLatch(1);
    start(call, ended);
    try {
      final HttpResponse<LimitedBody> response = call.get(timeoutNanos, TimeUnit.NANOSECONDS);
      return reply(new Answer(response.statusCode(), response.headers(), response.body()));
    } catch (TimeoutException e) {
      return replyOrThrow(begun.get(), e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof InterruptedException) {
        throw closed();
      }
      final IOException cause = cause(e.getCause());
      if (cause instanceof ResponseTooLargeException) {
        throw cause;
      }
      // If it breaks off as soon as it begins, the client may forget that there was a status.
      return replyOrThrow(begun.get(), cause);
    } finally {
      // Closes the connection of an exchange that is not over, and does nothing to one that is.
      if (call.cancel(true) && !hasEnded(ended)) {
        // It may look up a host name, which cannot be interrupted.
        body.giveUp();
      }
    }
  }

  /** An answer that has begun has a status, whatever is missing of its body. */
  private <E extends Exception> Reply replyOrThrow(@Nullable Answer begun, E failure)
      throws E, IOException {
    if (begun == null) {
      throw failure;
    }
    return reply(begun);
  }

  private void start(FutureTask<?> call, CountDownLatch ended) throws InterruptedException {
    try {
      threads.execute(
          () -> {
            try {
              Untraced.run(call);
            } finally {
              ended.countDown();
            }
          });
    } catch (RejectedExecutionException e) {
      throw closed();
    }
  }

  private static InterruptedException closed() {
    return new InterruptedException("closed");
  }

  /** Waits a little: what was sent is certain once the exchange has ended. */
  private static boolean hasEnded(CountDownLatch ended) {
    return BoundedWait.await(ended::await, END_NANOS);
  }

  /** What went wrong: the client throws it in a new exception, for the sake of the stack trace. */
  private static IOException cause(@Nullable Throwable thrown) {
    if (thrown instanceof IOException exception) {
      return exception.getCause() instanceof IOException cause ? cause : exception;
    }
    return new IOException(thrown);
  }

  @Override
  public void close() {
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

  private Reply reply(Answer answer) throws IOException {
    final int status = answer.status();
    final HttpHeaders headers = answer.headers();
    final String contentType = headers.firstValue("Content-Type").orElse("");
    final byte[] received = answer.body().bytes();
    final byte[] body = decode(received, headers.firstValue("Content-Encoding").orElse(""), status);
    ServerMessage message;
    if (status / 100 == 2 && !answer.body().isComplete()) {
      message =
          ServerMessage.unreadable("a response that broke off after " + received.length + " bytes");
    } else if (body == null) {
      message = ServerMessage.unreadable("a body whose encoding cannot be undone");
    } else {
      message = ServerMessage.of(status, contentType, body);
    }
    final OptionalLong retryAfter =
        Backoff.retryAfterNanos(headers.firstValue("Retry-After"), Instant.now());
    // What some gRPC servers say to a request of another type has the type of a text.
    final boolean isGrpc =
        contentType.regionMatches(true, 0, GRPC_TYPE, 0, GRPC_TYPE.length())
            || (status == 415 && headers.firstValue("grpc-status").isPresent());
    return new Reply(status, message, retryAfter, isGrpc);
  }

  /** The body without its encoding, or null if that is not possible. */
  private byte @Nullable [] decode(byte[] body, String encoding, int status) throws IOException {
    if (body.length == 0 || encoding.isEmpty() || encoding.equalsIgnoreCase("identity")) {
      return body;
    }
    if (encoding.equalsIgnoreCase("gzip")) {
      try {
        return LimitedBody.gunzip(body, maxResponseSize, status);
      } catch (ResponseTooLargeException e) {
        throw e;
      } catch (IOException e) {
        // The status is what counts; an unreadable body only says nothing more.
        return null;
      }
    }
    return null;
  }

  /** What has arrived of an answer. */
  private record Answer(int status, HttpHeaders headers, LimitedBody body) {}

  /**
   * What the server answered.
   *
   * @param retryAfterNanos how long it asks to wait, if it does; 0 for not at all
   * @param isGrpc whether the answer is that of a gRPC server
   */
  record Reply(int status, ServerMessage message, OptionalLong retryAfterNanos, boolean isGrpc) {
    /** What this answer means for the attempt. */
    Attempt attempt(HttpAdvice advice, int size) {
      return isSuccess()
          ? Attempt.delivered(status, message)
          : new Attempt(status, message, advice.failure(this, size), retry(), retryAfterNanos);
    }

    /**
     * Any 2xx: some backends answer 202 or 204 where the specification has 200. A gRPC server says
     * 200 of whatever it has not understood.
     */
    boolean isSuccess() {
      return status / 100 == 2 && !isGrpc;
    }

    /** Exactly four may pass (OTLP specification, Retryable Response Codes). */
    private Attempt.Retry retry() {
      return switch (status) {
        case 429, 502, 503, 504 -> Attempt.Retry.YES;
        case 413 -> Attempt.Retry.SMALLER;
        default -> Attempt.Retry.NO;
      };
    }
  }
}
