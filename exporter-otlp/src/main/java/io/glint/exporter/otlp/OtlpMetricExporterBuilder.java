package io.glint.exporter.otlp;

import io.glint.sdk.internal.exporter.Pem;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.common.export.ProxyOptions;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.metrics.export.DefaultAggregationSelector;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Builds an {@link OtlpMetricExporter}. The defaults are those of the <a
 * href="https://opentelemetry.io/docs/specs/otel/protocol/exporter/#configuration-options">OpenTelemetry
 * Protocol Exporter</a> specification. No argument may be null unless it says so.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class OtlpMetricExporterBuilder {
  private static final int MEBIBYTE = 1024 * 1024;

  Protocol protocol = Protocol.HTTP_PROTOBUF;
  Duration timeout = Duration.ofSeconds(10);
  Duration connectTimeout = Duration.ofSeconds(10);
  Duration shutdownGrace = Duration.ofSeconds(5);
  private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  private Supplier<Map<String, String>> headerSupplier = Map::of;
  Compression compression = Compression.NONE;
  @Nullable RetryPolicy retryPolicy = RetryPolicy.getDefault();
  AggregationTemporalitySelector temporalitySelector =
      AggregationTemporalitySelector.alwaysCumulative();
  DefaultAggregationSelector aggregationSelector = DefaultAggregationSelector.getDefault();
  int maxResponseSize = 4 * MEBIBYTE;
  MemoryMode memoryMode = MemoryMode.REUSABLE_DATA;

  /** Null for that of the JVM. */
  @Nullable ProxyOptions proxyOptions;

  /** Class name; null for Glint's or the JDK's client, or whatever there is for gRPC. */
  @Nullable String senderProvider;

  /** Null for that of this class, or else that of the thread that builds. */
  @Nullable ClassLoader serviceClassLoader;

  /** Null for that of the protocol. */
  private @Nullable URI endpoint;

  /** The same for a server of all signals; null if it was not set as such. */
  private @Nullable URI baseEndpoint;

  /** 0 for that of the protocol. */
  private int maxRequestSize;

  private @Nullable X509TrustManager trustManager;
  private KeyManager @Nullable [] keyManagers;
  private @Nullable Tls context;

  int maxPendingSeries = 100_000;
  boolean resendUnanswered;
  Duration idleResend = Duration.ofMinutes(1);
  ThreadFactory threadFactory = OtlpMetricExporter::newThread;

  /** Null for none. */
  @Nullable Path pendingFile;

  /** Null for none. */
  @Nullable Supplier<? extends MeterProvider> meterProvider;

  OtlpMetricExporterBuilder() {}

  /**
   * Sets the protocol by its word in the specification ({@code OTEL_EXPORTER_OTLP_PROTOCOL}):
   *
   * <ul>
   *   <li>{@code "http/protobuf"}, the default, needs nothing but the JDK.
   *   <li>{@code "grpc"} needs OpenTelemetry 1.59 or newer and a sender for gRPC on the class path:
   *       {@code io.opentelemetry:opentelemetry-exporter-sender-okhttp}, which comes with {@code
   *       opentelemetry-exporter-otlp}.
   *   <li>{@code "http/json"} is for servers that take nothing else: its requests have several
   *       times the size.
   * </ul>
   *
   * <p>The default endpoint and the default of {@link #setMaxRequestSize} depend on it.
   *
   * @throws IllegalArgumentException for any other
   */
  public OtlpMetricExporterBuilder setProtocol(String protocol) {
    this.protocol = Protocol.parse(Objects.requireNonNull(protocol, "protocol"));
    return this;
  }

  /**
   * Sets where metrics are sent to. Default: {@code http://localhost:4318/v1/metrics}, for gRPC
   * {@code http://localhost:4317}.
   *
   * <p>Over HTTP it is the full URL, and used as is: nothing is appended to its path, except that
   * an absent path becomes {@code /}, and an absent port is 80 or 443 by the scheme. This is the
   * rule of {@code OTEL_EXPORTER_OTLP_METRICS_ENDPOINT} (Endpoint URLs for OTLP/HTTP). Over gRPC
   * there is no path: one that is set is left out, with a warning when the exporter is built.
   * {@code https} stands for TLS with either.
   *
   * @throws IllegalArgumentException if it is not an http or https URL with a host, or holds user
   *     information, which would not be sent
   */
  public OtlpMetricExporterBuilder setEndpoint(String endpoint) {
    this.endpoint = Endpoint.parse(Objects.requireNonNull(endpoint, "endpoint"));
    this.baseEndpoint = null;
    return this;
  }

  /**
   * Sets the base URL of a server that takes all signals: over HTTP, metrics are sent to {@code
   * v1/metrics} below it, joined by exactly one slash. This is the rule of {@code
   * OTEL_EXPORTER_OTLP_ENDPOINT} (Endpoint URLs for OTLP/HTTP). It replaces what {@link
   * #setEndpoint} set.
   *
   * @throws IllegalArgumentException if it is not an http or https URL with a host, or has user
   *     information, a query or a fragment
   */
  public OtlpMetricExporterBuilder setBaseEndpoint(String base) {
    this.endpoint = Endpoint.parseBase(Objects.requireNonNull(base, "base"));
    this.baseEndpoint = Endpoint.parse(base);
    return this;
  }

  /**
   * Sets how long one export may take from the call to its result, all attempts and the waits
   * between them included. Default: 10 seconds. Zero stands for no limit. Where an export is so
   * large that it is sent as several requests, this is the time of each, and all of them may take
   * six times as long.
   *
   * @throws IllegalArgumentException if negative
   */
  public OtlpMetricExporterBuilder setTimeout(Duration timeout) {
    this.timeout = notNegative(Objects.requireNonNull(timeout, "timeout"), "timeout");
    return this;
  }

  /** As {@link #setTimeout(Duration)}, in that unit. */
  public OtlpMetricExporterBuilder setTimeout(long timeout, TimeUnit unit) {
    return setTimeout(Duration.of(timeout, Objects.requireNonNull(unit, "unit").toChronoUnit()));
  }

  /**
   * Sets how long a new connection may take. Default: 10 seconds. Zero stands for no limit but the
   * timeout of the export. Over plain HTTP each address of the host is tried, for that long.
   *
   * @throws IllegalArgumentException if negative
   */
  public OtlpMetricExporterBuilder setConnectTimeout(Duration connectTimeout) {
    Objects.requireNonNull(connectTimeout, "connectTimeout");
    this.connectTimeout = notNegative(connectTimeout, "connect timeout");
    return this;
  }

  /** As {@link #setConnectTimeout(Duration)}, in that unit. */
  public OtlpMetricExporterBuilder setConnectTimeout(long timeout, TimeUnit unit) {
    return setConnectTimeout(
        Duration.of(timeout, Objects.requireNonNull(unit, "unit").toChronoUnit()));
  }

  /**
   * Adds a header to each request, or replaces the one of that name, whatever its case. A {@code
   * User-Agent} is put in front of the exporter's own.
   *
   * @throws IllegalArgumentException if the header is malformed, or one that the exporter or the
   *     HTTP client sets, such as {@code Content-Type}
   */
  public OtlpMetricExporterBuilder addHeader(String name, String value) {
    Headers.check(name, value);
    headers.put(name, value);
    return this;
  }

  /**
   * Sets a source of headers that change, such as tokens. It is called for each attempt, on a
   * thread of the exporter, and may be called by several threads at once. The time it takes counts
   * towards the timeout of the export, but is not cut short by it: it should not block for long.
   * Its headers replace those of {@link #addHeader} that have the same name. If it throws, or
   * answers null or a header that cannot be sent, the export fails.
   */
  public OtlpMetricExporterBuilder setHeaders(Supplier<Map<String, String>> headers) {
    this.headerSupplier = Objects.requireNonNull(headers, "headers");
    return this;
  }

  /**
   * Sets the compression of requests: {@code "gzip"} or {@code "none"}. Default: none.
   *
   * @throws IllegalArgumentException for any other
   */
  public OtlpMetricExporterBuilder setCompression(String compression) {
    this.compression = Compression.parse(Objects.requireNonNull(compression, "compression"));
    return this;
  }

  /**
   * Sets how often and with what delays a request is tried again that failed for a passing reason:
   * HTTP status 429, 502, 503 or 504; gRPC status CANCELLED, DEADLINE_EXCEEDED, ABORTED,
   * OUT_OF_RANGE, UNAVAILABLE or DATA_LOSS; or no response at all, by default not if TLS fails, or
   * if the server turns out to speak another protocol. A delay the server asks for with {@code
   * Retry-After} takes precedence. An attempt that could only start after the timeout, or for which
   * the server asks to wait more than five minutes, is not waited for. Default: {@link
   * RetryPolicy#getDefault()}.
   *
   * <p>A sender, for gRPC or set with {@link #setSenderProvider}, does not show what the server
   * asks for: {@code Retry-After}, and {@code RetryInfo} of gRPC. There the delays are those of the
   * policy, and RESOURCE_EXHAUSTED, which may pass only if the server says so there, is not tried
   * again by the same export.
   *
   * @param retryPolicy null for a single attempt
   */
  public OtlpMetricExporterBuilder setRetryPolicy(@Nullable RetryPolicy retryPolicy) {
    this.retryPolicy = retryPolicy;
    return this;
  }

  /** Sets the temporality by kind of instrument. Default: cumulative for all. */
  public OtlpMetricExporterBuilder setAggregationTemporalitySelector(
      AggregationTemporalitySelector selector) {
    this.temporalitySelector = Objects.requireNonNull(selector, "selector");
    return this;
  }

  /**
   * Sets the aggregation by kind of instrument, for instruments that no view gives one. Default:
   * {@link DefaultAggregationSelector#getDefault()}.
   */
  public OtlpMetricExporterBuilder setDefaultAggregationSelector(
      DefaultAggregationSelector selector) {
    this.aggregationSelector = Objects.requireNonNull(selector, "selector");
    return this;
  }

  /**
   * Sets the largest size of a request in bytes, before compression. An export that is larger is
   * sent as several requests, one after the other. A point that is larger by itself is dropped, and
   * the export fails. Default: 20 000 000, for gRPC 4 000 000, which are a little less than a
   * Collector takes by default.
   *
   * <p>Set it to no more than the server takes, and what is in front of it: after an outage, all
   * points that waited go out in requests of this size. One that the server refuses as too large is
   * sent again in parts of half the size, once; what it refuses of these, or of a request without
   * points that waited, is lost.
   *
   * @throws IllegalArgumentException unless positive
   */
  public OtlpMetricExporterBuilder setMaxRequestSize(int bytes) {
    this.maxRequestSize = positive(bytes, "request");
    return this;
  }

  /**
   * Sets the size in bytes, as sent and after decompression, beyond which a response is cut off;
   * the export fails and is not tried again. Default: 4 MiB.
   *
   * @throws IllegalArgumentException unless positive
   */
  public OtlpMetricExporterBuilder setMaxResponseSize(int bytes) {
    this.maxResponseSize = positive(bytes, "response");
    return this;
  }

  /**
   * Sets the certificates to trust for https endpoints: those of servers, or of who signs them.
   * Default: those that the JVM trusts.
   *
   * @param pem one or more certificates in PEM format
   * @throws IllegalArgumentException if there is none, or one cannot be read
   */
  public OtlpMetricExporterBuilder setTrustedCertificates(byte[] pem) {
    this.trustManager = Pem.trustManager(Objects.requireNonNull(pem, "pem"));
    return this;
  }

  /**
   * Sets how the exporter identifies itself to a server at an https endpoint that asks for it
   * (mutual TLS). Default: not at all.
   *
   * @param privateKeyPem its private key, PKCS #8 ({@code BEGIN PRIVATE KEY}), in PEM format
   * @param certificatePem its certificate, and those of who signed it, in PEM format
   * @throws IllegalArgumentException if one of them is missing or cannot be read
   */
  public OtlpMetricExporterBuilder setClientTls(byte[] privateKeyPem, byte[] certificatePem) {
    this.keyManagers =
        Pem.keyManagers(
            Objects.requireNonNull(privateKeyPem, "privateKeyPem"),
            Objects.requireNonNull(certificatePem, "certificatePem"));
    return this;
  }

  /**
   * Sets certificates and keys for https endpoints: whom to trust, and how to identify as a client.
   * Instead of {@link #setTrustedCertificates} and {@link #setClientTls}. Default: {@link
   * SSLContext#getDefault()}.
   *
   * @param sslContext made with that trust manager
   */
  public OtlpMetricExporterBuilder setSslContext(
      SSLContext sslContext, X509TrustManager trustManager) {
    this.context =
        new Tls(
            Objects.requireNonNull(sslContext, "sslContext"),
            Objects.requireNonNull(trustManager, "trustManager"));
    return this;
  }

  /**
   * As {@link #setSslContext(SSLContext, X509TrustManager)}, for the HTTP client of the JDK, which
   * does without the trust manager.
   */
  public OtlpMetricExporterBuilder setSslContext(SSLContext sslContext) {
    this.context = new Tls(Objects.requireNonNull(sslContext, "sslContext"), null);
    return this;
  }

  /**
   * Sets the proxy for OTLP over HTTP. Default: that of the system properties of the JVM, such as
   * {@code https.proxyHost}. These are the only way with gRPC, whose senders take no proxy.
   */
  public OtlpMetricExporterBuilder setProxyOptions(ProxyOptions proxyOptions) {
    this.proxyOptions = Objects.requireNonNull(proxyOptions, "proxyOptions");
    return this;
  }

  /**
   * Sets which sender is used: the class name of a {@code GrpcSenderProvider} or, for a protocol
   * over HTTP, of an {@code HttpSenderProvider} on the class path (package {@code
   * io.opentelemetry.sdk.common.export}, since OpenTelemetry 1.59). Default over HTTP: none, but a
   * client of Glint's own, and that of the JDK with TLS or a proxy; for gRPC: the one on the class
   * path, and of several the one that the system property {@code
   * io.opentelemetry.sdk.common.export.GrpcSenderProvider} names, or else the first.
   */
  public OtlpMetricExporterBuilder setSenderProvider(String className) {
    this.senderProvider = Objects.requireNonNull(className, "className");
    return this;
  }

  /**
   * Sets where senders are looked for. Default: the class loader of this class, and the context
   * class loader of the calling thread if that has none.
   */
  public OtlpMetricExporterBuilder setServiceClassLoader(ClassLoader serviceClassLoader) {
    this.serviceClassLoader = Objects.requireNonNull(serviceClassLoader, "serviceClassLoader");
    return this;
  }

  /**
   * Sets the memory mode that readers are asked for. Default: {@link MemoryMode#REUSABLE_DATA},
   * with which a collection makes next to no garbage.
   */
  public OtlpMetricExporterBuilder setMemoryMode(MemoryMode memoryMode) {
    this.memoryMode = Objects.requireNonNull(memoryMode, "memoryMode");
    return this;
  }

  /**
   * Sets where the exporter records metrics about itself, by the semantic conventions for
   * OpenTelemetry SDK metrics. Default: nowhere, as these are still in development.
   *
   * <ul>
   *   <li>{@code otel.sdk.exporter.metric_data_point.inflight}: points handed over whose export,
   *       with all its attempts, has not ended
   *   <li>{@code otel.sdk.exporter.metric_data_point.exported}: points whose export has ended,
   *       those that were not delivered with {@code error.type}
   *   <li>{@code otel.sdk.exporter.operation.duration}: seconds from the hand-over to the end of
   *       the last attempt
   * </ul>
   *
   * @param meterProvider asked at the first export, and again at each later one until it answers a
   *     provider that records; it may answer null, as long as there is none. It may answer the
   *     provider that this exporter exports for.
   */
  public OtlpMetricExporterBuilder setMeterProvider(
      Supplier<? extends MeterProvider> meterProvider) {
    this.meterProvider = Objects.requireNonNull(meterProvider, "meterProvider");
    return this;
  }

  /**
   * Sets how many series may wait for their delivery. What delta points of a request that was not
   * delivered have counted is merged, series by series, into the next request: of a connection that
   * fails, a timeout before all of the request was sent, and the answers 429 and 503, or such of
   * gRPC. Points of further series go to one series of their metric, with nothing but the attribute
   * {@code otel.metric.overflow}: their totals are kept, and their attributes are not. Cumulative
   * points are not kept, as the next ones have their totals.
   *
   * <p>A series takes about as much memory as two of its points in a request, and 300 bytes.
   * Default: 100 000.
   *
   * @param series 0 to keep nothing: then what delta points of a failed request counted is lost
   * @throws IllegalArgumentException if negative
   */
  public OtlpMetricExporterBuilder setMaxPendingSeries(int series) {
    if (series < 0) {
      throw new IllegalArgumentException(
          "The largest number of pending series of the OTLP exporter must not be negative: "
              + series);
    }
    this.maxPendingSeries = series;
    return this;
  }

  /**
   * Sets whether delta points are kept for the next request, too, if their request was sent and
   * nobody knows whether the server took it: there was no answer in time, the connection ended
   * before the answer, or a gateway answered 502 or 504. Over gRPC, the statuses CANCELLED,
   * UNKNOWN, DEADLINE_EXCEEDED and DATA_LOSS say as little.
   *
   * <p>Default: false. What such a request counted is lost if it has not arrived, and is never
   * counted twice by a later export. With true it is never lost, and is counted twice or more if it
   * has arrived: a server that takes requests, but answers too late each time, counts each interval
   * again with each request. Attempts of one export follow the OTLP specification in either case: a
   * request without an answer is tried again. With {@link #setPendingFile}, points of the last
   * request at the shutdown stay in the file in either case, if it may have arrived.
   */
  public OtlpMetricExporterBuilder setResendUnanswered(boolean resendUnanswered) {
    this.resendUnanswered = resendUnanswered;
    return this;
  }

  /**
   * Sets a file in which points that wait for their delivery are kept as well, so that the next
   * start sends them: it is written during an outage, after each export that fails, and at the
   * shutdown, and is deleted when they were delivered. Whatever ends the process, the file is
   * whole: it has what was kept before the write, or after. Default: none.
   *
   * <p>After the process was killed while a request was under way, what is in the file may have
   * arrived already, and is counted twice. What an export that was under way had collected is lost.
   * Points keep the resource they were recorded with. Each exporter needs a file of its own; its
   * directory is created. A file that cannot be used is reported in the log, and the exporter does
   * without.
   *
   * @param file on a file system that can rename files
   */
  public OtlpMetricExporterBuilder setPendingFile(Path file) {
    this.pendingFile = Objects.requireNonNull(file, "file");
    return this;
  }

  /** For tests: after what time without an export kept points are sent by themselves. */
  OtlpMetricExporterBuilder setIdleResend(Duration idleResend) {
    this.idleResend = idleResend;
    return this;
  }

  /** For tests: how long {@link OtlpMetricExporter#shutdown()} lets exports finish. */
  OtlpMetricExporterBuilder setShutdownGrace(Duration grace) {
    this.shutdownGrace = grace;
    return this;
  }

  /** For tests: what makes the threads of the exporter. */
  OtlpMetricExporterBuilder setThreadFactory(ThreadFactory factory) {
    this.threadFactory = factory;
    return this;
  }

  /**
   * Builds an exporter. It opens no connection before the first export.
   *
   * @throws IllegalStateException if what was set needs something that is not on the class path, or
   *     cannot be had together; the message says what to do
   */
  public OtlpMetricExporter build() {
    return new OtlpMetricExporter(this);
  }

  /** Where requests are sent to. */
  URI endpoint() {
    final URI uri = endpoint == null ? Endpoint.parse(protocol.endpoint()) : endpoint;
    return protocol.isHttp() ? uri : Endpoint.withoutPath(uri);
  }

  /** What is set of the endpoint that the protocol has no use for; null for nothing. */
  @Nullable String uselessPath() {
    final URI set = baseEndpoint == null ? endpoint : baseEndpoint;
    return protocol.isHttp() || set == null || set.getRawPath().equals("/")
        ? null
        : set.getRawPath();
  }

  Headers headers() {
    return new Headers(headers, headerSupplier);
  }

  int maxRequestSize() {
    return maxRequestSize == 0 ? protocol.maxRequestSize() : maxRequestSize;
  }

  /** Whom to trust, and how to identify as a client. */
  Tls tls() {
    if (context == null) {
      return Tls.of(trustManager, keyManagers);
    }
    if (trustManager != null || keyManagers != null) {
      throw new IllegalStateException(
          "The OTLP exporter was given both setSslContext and certificates. Use either setSslContext,"
              + " or setTrustedCertificates and setClientTls.");
    }
    return context;
  }

  /**
   * Which attempts without an answer may be repeated: those that the retry policy names, or else
   * those that the transport does.
   */
  Predicate<IOException> retryableExceptions(Predicate<IOException> ofTransport) {
    final Predicate<IOException> ofPolicy =
        retryPolicy == null ? null : retryPolicy.getRetryExceptionPredicate();
    return ofPolicy == null ? ofTransport : ofPolicy;
  }

  /** The configuration in words, without the values of headers. */
  String describe() {
    return "OtlpMetricExporter{protocol="
        + protocol
        + ", endpoint="
        + Endpoint.printable(endpoint())
        + ", timeout="
        + timeout
        + ", connectTimeout="
        + connectTimeout
        + ", compression="
        + compression
        + ", headers="
        + headers.keySet()
        + ", retryPolicy="
        + retryPolicy
        + ", temporality="
        + AggregationTemporalitySelector.asString(temporalitySelector)
        + ", histogramAggregation="
        + aggregationSelector.getDefaultAggregation(InstrumentType.HISTOGRAM)
        + ", maxRequestSize="
        + maxRequestSize()
        + ", maxResponseSize="
        + maxResponseSize
        + ", maxPendingSeries="
        + maxPendingSeries
        + ", resendUnanswered="
        + resendUnanswered
        + ", pendingFile="
        + pendingFile
        + "}";
  }

  private static Duration notNegative(Duration duration, String name) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException(
          "The " + name + " of the OTLP exporter must not be negative: " + duration);
    }
    return duration;
  }

  private static int positive(int bytes, String name) {
    if (bytes <= 0) {
      throw new IllegalArgumentException(
          "The largest " + name + " of the OTLP exporter must be at least 1 byte: " + bytes);
    }
    return bytes;
  }
}
