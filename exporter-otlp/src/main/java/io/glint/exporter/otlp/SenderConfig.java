package io.glint.exporter.otlp;

import io.opentelemetry.sdk.common.export.Compressor;
import io.opentelemetry.sdk.common.export.GrpcSenderConfig;
import io.opentelemetry.sdk.common.export.HttpSenderConfig;
import io.opentelemetry.sdk.common.export.MessageWriter;
import io.opentelemetry.sdk.common.export.ProxyOptions;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What a sender is made with, whatever its kind. A sender makes single attempts: it gets no retry
 * policy. Immutable.
 *
 * <p>There is a class for each kind, since later versions of OpenTelemetry add methods with
 * defaults to both interfaces.
 */
abstract class SenderConfig {
  private static final Duration UNLIMITED = Duration.ofNanos(Long.MAX_VALUE);

  private final URI endpoint;
  private final Compression compression;
  private final Duration timeout;
  private final Duration connectTimeout;
  private final Headers headers;
  private final Tls tls;
  private final ExecutorService threads;
  private final int maxResponseSize;

  private SenderConfig(OtlpMetricExporterBuilder builder, ExecutorService threads) {
    this.endpoint = Endpoint.withLowerScheme(builder.endpoint());
    this.compression = builder.compression;
    this.timeout = builder.timeout;
    this.connectTimeout = builder.connectTimeout;
    this.headers = builder.headers();
    this.tls = endpoint.getScheme().equals("https") ? builder.tls() : Tls.OF_THE_JVM;
    this.threads = threads;
    this.maxResponseSize = builder.maxResponseSize;
    if (tls.context() != null && tls.trustManager() == null) {
      throw new IllegalStateException(
          "With "
              + (builder.protocol.isHttp() ? "setSenderProvider" : "the protocol grpc")
              + ", the OTLP exporter needs the trust manager beside the context: call"
              + " setSslContext(context, trustManager), or setTrustedCertificates.");
    }
  }

  public URI getEndpoint() {
    return endpoint;
  }

  public @Nullable Compressor getCompressor() {
    return compression == Compression.GZIP ? Gzip.INSTANCE : null;
  }

  public Duration getTimeout() {
    return timeout.isZero() ? UNLIMITED : timeout;
  }

  public Duration getConnectTimeout() {
    return connectTimeout.isZero() ? UNLIMITED : connectTimeout;
  }

  /** For each attempt; throws {@link HeadersException}. */
  public Supplier<Map<String, List<String>>> getHeadersSupplier() {
    return () -> {
      try {
        final Map<String, List<String>> all = new TreeMap<>();
        headers.next().forEach((name, value) -> all.put(name, List.of(ascii(name, value))));
        return all;
      } catch (RuntimeException e) {
        throw new HeadersException(e);
      }
    };
  }

  /** Other clients than that of the JDK put a value that they refuse into the message. */
  private static String ascii(String name, String value) {
    for (int i = 0; i < value.length(); i++) {
      final char c = value.charAt(i);
      if (c != '\t' && (c < ' ' || c > '~')) {
        throw new IllegalArgumentException(
            "the value of the header '" + name + "' has characters that are not ASCII");
      }
    }
    return value;
  }

  public @Nullable RetryPolicy getRetryPolicy() {
    return null;
  }

  public @Nullable SSLContext getSslContext() {
    return tls.context();
  }

  public @Nullable X509TrustManager getTrustManager() {
    return tls.trustManager();
  }

  public ExecutorService getExecutorService() {
    return threads;
  }

  // Since OpenTelemetry 1.61; in older versions nobody calls it.
  public long getMaxResponseBodySize() {
    return maxResponseSize;
  }

  /** For gRPC. */
  static final class OfGrpc extends SenderConfig implements GrpcSenderConfig {
    OfGrpc(OtlpMetricExporterBuilder builder, ExecutorService threads) {
      super(builder, threads);
    }

    @Override
    public String getFullMethodName() {
      return "opentelemetry.proto.collector.metrics.v1.MetricsService/Export";
    }
  }

  /** For HTTP. */
  static final class OfHttp extends SenderConfig implements HttpSenderConfig {
    private final String contentType;
    private final @Nullable ProxyOptions proxyOptions;

    OfHttp(OtlpMetricExporterBuilder builder, ExecutorService threads) {
      super(builder, threads);
      this.contentType = builder.protocol.contentType();
      this.proxyOptions = builder.proxyOptions;
    }

    @Override
    public String getContentType() {
      return contentType;
    }

    @Override
    public @Nullable ProxyOptions getProxyOptions() {
      return proxyOptions;
    }
  }

  /** The supplier of headers threw, or they cannot be sent. */
  static final class HeadersException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient RuntimeException reason;

    HeadersException(RuntimeException reason) {
      super(reason);
      this.reason = reason;
    }

    RuntimeException reason() {
      return reason;
    }
  }

  private enum Gzip implements Compressor {
    INSTANCE;

    @Override
    public String getEncoding() {
      return "gzip";
    }

    @Override
    public OutputStream compress(OutputStream out) throws IOException {
      return new GZIPOutputStream(out);
    }
  }

  /** The body of a request for a sender. */
  record Message(SentBody body) implements MessageWriter {
    @Override
    public void writeMessage(OutputStream out) throws IOException {
      body.writeTo(out);
    }

    @Override
    public int getContentLength() {
      return body.length();
    }
  }
}
