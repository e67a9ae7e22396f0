package io.glint.exporter.otlp;

import io.glint.sdk.internal.exporter.BoundedWait;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * OTLP over HTTP: with a client of its own where the endpoint is plain HTTP and no proxy is on the
 * way, else with that of the JDK.
 */
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

  private final JdkHttpClient jdkClient;

  /** Null if the endpoint has TLS. */
  private final @Nullable PlainHttpClient plainClient;

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
    this.jdkClient = new JdkHttpClient(builder, threads, isHttps);
    this.plainClient = isHttps ? null : new PlainHttpClient(builder);
  }

  @Override
  public Attempt send(SentBody body, int size, long timeoutNanos) throws InterruptedException {
    final HttpExchange exchange;
    try {
      exchange = newExchange(body);
    } catch (RuntimeException e) {
      return Attempt.unanswered(ExportFailure.headers(e), false);
    }
    try {
      final Reply reply = reply(exchange, body, timeoutNanos);
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

  private HttpExchange newExchange(SentBody body) {
    final Map<String, String> all = headers.next();
    all.put("Content-Type", contentType);
    if (contentEncoding != null) {
      all.put("Content-Encoding", contentEncoding);
    }
    return new ChosenExchange(all, body);
  }

  /** Made by one of the clients. */
  private final class ChosenExchange implements HttpExchange {
    private final Map<String, String> headers;
    private final SentBody body;
    private volatile @Nullable HttpExchange chosen;

    ChosenExchange(Map<String, String> headers, SentBody body) {
      this.headers = headers;
      this.body = body;
    }

    @Override
    public HttpAnswer make() throws IOException, InterruptedException {
      // An application may take its time to say whether there is a proxy.
      final HttpExchange exchange =
          plainClient != null && plainClient.isDirect()
              ? plainClient.exchange(headers, body)
              : jdkClient.exchange(headers, body);
      chosen = exchange;
      return exchange.make();
    }

    @Override
    public @Nullable HttpAnswer begun() {
      final HttpExchange exchange = chosen;
      return exchange == null ? null : exchange.begun();
    }
  }

  @Override
  public ExportFailure timedOut() {
    return advice.timeout(timeout);
  }

  /**
   * Sends a request and waits for the whole response.
   *
   * <p>The asynchronous form of the JDK's client would do without a thread that waits, but
   * completes on the common pool of the JDK. An application that blocks that pool would have each
   * export wait for its timeout, although the server had answered. The blocking form has no timeout
   * for the whole response, so it has a thread of the exporter.
   *
   * @param body given up if the exchange is, unless that has ended by then
   * @throws TimeoutException if there is no response after that many nanoseconds; the exchange is
   *     given up
   * @throws InterruptedException if interrupted; the exchange is given up
   * @throws ResponseTooLargeException if the response of a success is larger than the limit
   * @throws IOException if there is no response. One whose body breaks off, is cut off, or is not
   *     complete in time, is a response: the status says what became of the request.
   */
  private Reply reply(HttpExchange exchange, SentBody body, long timeoutNanos)
      throws IOException, InterruptedException, TimeoutException {
    // The JDK's own timeout would end with the response's headers and let the body hang.
    final FutureTask<HttpAnswer> call = new FutureTask<>(exchange::make);
    final CountDownLatch ended = new CountDownLatch(1);
    start(call, ended);
    try {
      return reply(call.get(timeoutNanos, TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      return replyOrThrow(exchange.begun(), e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof InterruptedException) {
        throw closed();
      }
      final IOException cause = cause(e.getCause());
      if (cause instanceof ResponseTooLargeException) {
        throw cause;
      }
      // If it breaks off as soon as it begins, a client may forget that there was a status.
      return replyOrThrow(exchange.begun(), cause);
    } finally {
      // Closes the connection of an exchange that is not over, and does nothing to one that is.
      if (call.cancel(true) && !hasEnded(ended)) {
        // It may look up a host name, which cannot be interrupted.
        body.giveUp();
      }
    }
  }

  /** An answer that has begun has a status, whatever is missing of its body. */
  private <E extends Exception> Reply replyOrThrow(@Nullable HttpAnswer begun, E failure)
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

  /** What went wrong: the JDK's client throws it in a new one, for the sake of the stack trace. */
  private static IOException cause(@Nullable Throwable thrown) {
    if (thrown instanceof IOException exception) {
      return exception.getCause() instanceof IOException cause ? cause : exception;
    }
    return new IOException(thrown);
  }

  @Override
  public void close() {
    jdkClient.close();
    if (plainClient != null) {
      plainClient.close();
    }
  }

  private Reply reply(HttpAnswer answer) throws IOException {
    final int status = answer.status();
    final Function<String, Optional<String>> headers = answer.headers();
    final String contentType = headers.apply("Content-Type").orElse("");
    final byte[] received = answer.body().bytes();
    final byte[] body = decode(received, headers.apply("Content-Encoding").orElse(""), status);
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
        Backoff.retryAfterNanos(headers.apply("Retry-After"), Instant.now());
    // What some gRPC servers say to a request of another type has the type of a text.
    final boolean isGrpc =
        contentType.regionMatches(true, 0, GRPC_TYPE, 0, GRPC_TYPE.length())
            || (status == 415 && headers.apply("grpc-status").isPresent());
    return new Reply(status, message, retryAfter, isGrpc);
  }

  /** The body without its encoding, or null if that is not possible. */
  private byte @Nullable [] decode(byte[] body, String encoding, int status) throws IOException {
    if (body.length == 0 || encoding.isEmpty() || encoding.equalsIgnoreCase("identity")) {
      return body;
    }
    if (encoding.equalsIgnoreCase("gzip")) {
      try {
        return ReceivedBody.gunzip(body, maxResponseSize, status);
      } catch (ResponseTooLargeException e) {
        throw e;
      } catch (IOException e) {
        // The status is what counts; an unreadable body only says nothing more.
        return null;
      }
    }
    return null;
  }

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
