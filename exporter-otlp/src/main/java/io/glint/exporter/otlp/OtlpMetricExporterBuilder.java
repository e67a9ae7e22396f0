package io.glint.exporter.otlp;

import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.metrics.export.DefaultAggregationSelector;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/**
 * Builds an {@link OtlpMetricExporter}. The defaults are those of the <a
 * href="https://opentelemetry.io/docs/specs/otel/protocol/exporter/#configuration-options">OpenTelemetry
 * Protocol Exporter</a> specification. No argument may be null unless it says so.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class OtlpMetricExporterBuilder {
  private static final String DEFAULT_ENDPOINT = "http://localhost:4318/v1/metrics";
  private static final int MEBIBYTE = 1024 * 1024;

  URI endpoint = Endpoint.parse(DEFAULT_ENDPOINT);
  Duration timeout = Duration.ofSeconds(10);
  Duration connectTimeout = Duration.ofSeconds(10);
  Duration shutdownGrace = Duration.ofSeconds(5);
  final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  Supplier<Map<String, String>> headerSupplier = Map::of;
  Compression compression = Compression.NONE;
  RetryPolicy retryPolicy = RetryPolicy.getDefault();
  AggregationTemporalitySelector temporalitySelector =
      AggregationTemporalitySelector.alwaysCumulative();
  DefaultAggregationSelector aggregationSelector = DefaultAggregationSelector.getDefault();
  int maxRequestSize = 64 * MEBIBYTE;
  int maxResponseSize = 4 * MEBIBYTE;
  SSLContext sslContext;

  /** Null for none. */
  Supplier<? extends MeterProvider> meterProvider;

  OtlpMetricExporterBuilder() {}

  /**
   * Sets the full URL that metrics are sent to. Default: {@code http://localhost:4318/v1/metrics}.
   *
   * <p>It is used as is: nothing is appended to its path, except that an absent path becomes {@code
   * /}, and an absent port is 80 or 443 by the scheme. This is the rule of {@code
   * OTEL_EXPORTER_OTLP_METRICS_ENDPOINT} (Endpoint URLs for OTLP/HTTP).
   *
   * @throws IllegalArgumentException if it is not an http or https URL with a host, or holds user
   *     information, which would not be sent
   */
  public OtlpMetricExporterBuilder setEndpoint(String endpoint) {
    this.endpoint = Endpoint.parse(Objects.requireNonNull(endpoint, "endpoint"));
    return this;
  }

  /**
   * Sets the base URL of a server that takes all signals: metrics are sent to {@code v1/metrics}
   * below it, joined by exactly one slash. This is the rule of {@code OTEL_EXPORTER_OTLP_ENDPOINT}
   * (Endpoint URLs for OTLP/HTTP). It replaces what {@link #setEndpoint} set.
   *
   * @throws IllegalArgumentException if it is not an http or https URL with a host, or has user
   *     information, a query or a fragment
   */
  public OtlpMetricExporterBuilder setBaseEndpoint(String base) {
    this.endpoint = Endpoint.parseBase(Objects.requireNonNull(base, "base"));
    return this;
  }

  /**
   * Sets how long one export may take from the call to its result, all attempts and the waits
   * between them included. Default: 10 seconds. Zero stands for no limit.
   *
   * @throws IllegalArgumentException if negative
   */
  public OtlpMetricExporterBuilder setTimeout(Duration timeout) {
    this.timeout = notNegative(Objects.requireNonNull(timeout, "timeout"), "timeout");
    return this;
  }

  /**
   * Sets how long a new connection may take. Default: 10 seconds. Zero stands for no limit but the
   * timeout of the export.
   *
   * @throws IllegalArgumentException if negative
   */
  public OtlpMetricExporterBuilder setConnectTimeout(Duration connectTimeout) {
    Objects.requireNonNull(connectTimeout, "connectTimeout");
    this.connectTimeout = notNegative(connectTimeout, "connect timeout");
    return this;
  }

  /**
   * Adds a header to each request, or replaces the one of that name, whatever its case. A {@code
   * User-Agent} is put in front of the exporter's own.
   *
   * @throws IllegalArgumentException if the header is malformed, or one that the exporter or the
   *     HTTP client sets, such as {@code Content-Type}
   */
  public OtlpMetricExporterBuilder addHeader(String name, String value) {
    RequestFactory.checkHeader(name, value);
    headers.put(name, value);
    return this;
  }

  /**
   * Sets a source of headers that change, such as tokens. It is called once for each export, on a
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
   * HTTP status 429, 502, 503 or 504, or no response at all; by default not if TLS fails, or if the
   * server turns out not to speak HTTP. A delay the server asks for with {@code Retry-After} takes
   * precedence. An attempt that could only start after the timeout, or for which the server asks to
   * wait more than five minutes, is not waited for. Default: {@link RetryPolicy#getDefault()}.
   *
   * @param retryPolicy null for a single attempt
   */
  public OtlpMetricExporterBuilder setRetryPolicy(RetryPolicy retryPolicy) {
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
   * Sets the size in bytes, before compression, beyond which a request is not sent; its points are
   * dropped, and the export fails. Default: 64 MiB.
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
   * Sets certificates and keys for https endpoints: whom to trust, and how to identify as a client.
   * Default: {@link SSLContext#getDefault()}.
   */
  public OtlpMetricExporterBuilder setSslContext(SSLContext sslContext) {
    this.sslContext = Objects.requireNonNull(sslContext, "sslContext");
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

  /** For tests: how long {@link OtlpMetricExporter#shutdown()} lets exports finish. */
  OtlpMetricExporterBuilder setShutdownGrace(Duration grace) {
    this.shutdownGrace = grace;
    return this;
  }

  /** Builds an exporter. It opens no connection before the first export. */
  public OtlpMetricExporter build() {
    return new OtlpMetricExporter(this);
  }

  /** The configuration in words, without the values of headers. */
  String describe() {
    return "OtlpMetricExporter{endpoint="
        + Endpoint.printable(endpoint)
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
        + maxRequestSize
        + ", maxResponseSize="
        + maxResponseSize
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
