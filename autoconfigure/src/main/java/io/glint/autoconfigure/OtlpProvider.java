package io.glint.autoconfigure;

import io.glint.exporter.otlp.OtlpMetricExporter;
import io.glint.exporter.otlp.OtlpMetricExporterBuilder;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.metrics.ConfigurableMetricExporterProvider;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes Glint's OTLP exporter from the settings of the specification ("OpenTelemetry Protocol
 * Exporter"): that of metrics, or else that of all signals. For the service loader.
 */
public final class OtlpProvider implements ConfigurableMetricExporterProvider {
  /** What settings of Glint's own begin with. */
  private static final String OWN = "glint.otlp.";

  private static final List<String> CERTIFICATE =
      List.of("otel.exporter.otlp.metrics.certificate", "otel.exporter.otlp.certificate");
  private static final List<String> CLIENT_KEY =
      List.of("otel.exporter.otlp.metrics.client.key", "otel.exporter.otlp.client.key");
  private static final List<String> CLIENT_CERTIFICATE =
      List.of(
          "otel.exporter.otlp.metrics.client.certificate", "otel.exporter.otlp.client.certificate");

  /** For the service loader. */
  public OtlpProvider() {}

  @Override
  public String getName() {
    return MetricSettings.GLINT_OTLP;
  }

  @Override
  public MetricExporter createExporter(ConfigProperties config) {
    final MetricSettings metrics = new MetricSettings(config);
    final String protocol = metrics.otlpProtocolOfGlint();
    final Settings settings = metrics.settings();
    final OtlpMetricExporterBuilder builder =
        OtlpMetricExporter.builder()
            .setProtocol(protocol)
            .setTimeout(metrics.otlpTimeout())
            .setAggregationTemporalitySelector(metrics.temporality())
            .setDefaultAggregationSelector(metrics.otlpAggregation())
            .setCompression(
                settings.word(
                    List.of("gzip", "none"),
                    "none",
                    "otel.exporter.otlp.metrics.compression",
                    "otel.exporter.otlp.compression"));
    setEndpoint(builder, settings, protocol.equals("grpc"));
    headers(config, settings)
        .forEach(
            (name, value) ->
                settings.parsed(
                    headersKey(settings),
                    () -> builder.addHeader(name, value),
                    "a list of names and values, name=value,name=value",
                    "the other headers"));
    if (settings.isTrue("otel.java.exporter.otlp.retry.disabled")) {
      builder.setRetryPolicy(null);
    }
    setTls(builder, settings);
    setOwn(builder, settings, protocol.equals("grpc"));
    return builder.build();
  }

  /** What the specification has no settings for. */
  private static void setOwn(OtlpMetricExporterBuilder builder, Settings settings, boolean isGrpc) {
    builder
        .setMaxRequestSize(
            settings.number(
                1, Integer.MAX_VALUE, isGrpc ? 4_000_000 : 20_000_000, OWN + "max.request.size"))
        .setMaxPendingSeries(
            settings.number(0, Integer.MAX_VALUE, 100_000, OWN + "max.pending.series"))
        .setResendUnanswered(settings.isTrue(OWN + "resend.unanswered"));
    final String file = settings.text(OWN + "pending.file");
    if (file != null) {
      settings.parsed(
          OWN + "pending.file",
          () -> builder.setPendingFile(Path.of(file)),
          "the path of a file",
          "no file");
    }
  }

  private static void setEndpoint(
      OtlpMetricExporterBuilder builder, Settings settings, boolean isGrpc) {
    final String standard = isGrpc ? "http://localhost:4317" : "http://localhost:4318/v1/metrics";
    final String ownKey = "otel.exporter.otlp.metrics.endpoint";
    final String baseKey = "otel.exporter.otlp.endpoint";
    final String own = settings.text(ownKey);
    final String base = settings.text(baseKey);
    if (own != null) {
      settings.parsed(
          ownKey, () -> builder.setEndpoint(url(own, settings, isGrpc)), "a URL", standard);
    } else if (base != null) {
      settings.parsed(
          baseKey, () -> builder.setBaseEndpoint(url(base, settings, isGrpc)), "a URL", standard);
    }
  }

  /** Over gRPC a host and a port will do. */
  static boolean isWithoutScheme(String endpoint, boolean isGrpc) {
    return isGrpc && !endpoint.contains("://");
  }

  /** Without a scheme, another setting says whether TLS is wanted. */
  static String url(String endpoint, Settings settings, boolean isGrpc) {
    if (!isWithoutScheme(endpoint, isGrpc)) {
      return endpoint;
    }
    final String own = "otel.exporter.otlp.metrics.insecure";
    final boolean isInsecure =
        settings.isTrue(settings.text(own) != null ? own : "otel.exporter.otlp.insecure");
    return (isInsecure ? "http://" : "https://") + endpoint;
  }

  private static String headersKey(Settings settings) {
    return settings.keyOf("otel.exporter.otlp.metrics.headers", "otel.exporter.otlp.headers");
  }

  /** Values are percent-encoded. */
  private static Map<String, String> headers(ConfigProperties config, Settings settings) {
    final String key = headersKey(settings);
    final Map<String, String> headers =
        settings.parsed(
            key,
            () -> {
              final Map<String, String> decoded = new TreeMap<>();
              config.getMap(key).forEach((name, value) -> decoded.put(name, decoded(value)));
              return decoded;
            },
            "a list of names and values, name=value,name=value, with values percent-encoded",
            "no headers");
    return headers == null ? Map.of() : headers;
  }

  /** A value that is percent-encoded. A plus sign is one, and no space as in forms. */
  static String decoded(String value) {
    return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static void setTls(OtlpMetricExporterBuilder builder, Settings settings) {
    final String certificate = text(settings, CERTIFICATE);
    final String key = text(settings, CLIENT_KEY);
    final String chain = text(settings, CLIENT_CERTIFICATE);
    if (certificate != null) {
      settings.parsed(
          keyOf(settings, CERTIFICATE),
          () -> builder.setTrustedCertificates(read(certificate)),
          "the path of a PEM file",
          "the certificates that the JVM trusts");
    }
    if (key != null || chain != null) {
      settings.parsed(
          keyOf(settings, key != null ? CLIENT_KEY : CLIENT_CERTIFICATE),
          () -> {
            if (key == null || chain == null) {
              throw new IllegalArgumentException(
                  "of the client's key and certificate, one is set without the other");
            }
            return builder.setClientTls(read(key), read(chain));
          },
          "the path of a PEM file; a client's key and certificate are set together",
          "no certificate of a client");
    }
  }

  private static @Nullable String text(Settings settings, List<String> keys) {
    return settings.text(keys.toArray(String[]::new));
  }

  private static String keyOf(Settings settings, List<String> keys) {
    return settings.keyOf(keys.toArray(String[]::new));
  }

  static byte[] read(String path) {
    try {
      return Files.readAllBytes(Path.of(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e.toString(), e);
    }
  }
}
