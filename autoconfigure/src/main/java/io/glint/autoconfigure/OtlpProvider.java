package io.glint.autoconfigure;

import io.glint.exporter.otlp.OtlpMetricExporter;
import io.glint.exporter.otlp.OtlpMetricExporterBuilder;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.metrics.ConfigurableMetricExporterProvider;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;

/**
 * Makes Glint's OTLP exporter from the settings of the specification ("OpenTelemetry Protocol
 * Exporter"): that of metrics, or else that of all signals. For the service loader.
 */
public final class OtlpProvider implements ConfigurableMetricExporterProvider {
  private static final String DEFAULT_ENDPOINT = "http://localhost:4318/v1/metrics";

  /** For the service loader. */
  public OtlpProvider() {}

  @Override
  public String getName() {
    return MetricSettings.GLINT_OTLP;
  }

  @Override
  public MetricExporter createExporter(ConfigProperties config) {
    final MetricSettings metrics = new MetricSettings(config);
    final Settings settings = metrics.settings();
    final OtlpMetricExporterBuilder builder =
        OtlpMetricExporter.builder()
            .setTimeout(metrics.otlpTimeout())
            .setAggregationTemporalitySelector(metrics.temporality())
            .setDefaultAggregationSelector(metrics.otlpAggregation())
            .setCompression(
                settings.word(
                    List.of("gzip", "none"),
                    "none",
                    "otel.exporter.otlp.metrics.compression",
                    "otel.exporter.otlp.compression"));
    setEndpoint(builder, settings);
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
    final SSLContext tls = tls(settings);
    if (tls != null) {
      builder.setSslContext(tls);
    }
    return builder.build();
  }

  private static void setEndpoint(OtlpMetricExporterBuilder builder, Settings settings) {
    final String own = settings.text("otel.exporter.otlp.metrics.endpoint");
    final String base = settings.text("otel.exporter.otlp.endpoint");
    if (own != null) {
      settings.parsed(
          "otel.exporter.otlp.metrics.endpoint",
          () -> builder.setEndpoint(own),
          "a URL",
          DEFAULT_ENDPOINT);
    } else if (base != null) {
      settings.parsed(
          "otel.exporter.otlp.endpoint",
          () -> builder.setBaseEndpoint(base),
          "a URL",
          DEFAULT_ENDPOINT);
    }
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
              config
                  .getMap(key)
                  .forEach(
                      (name, value) ->
                          decoded.put(
                              name,
                              URLDecoder.decode(
                                  value.replace("+", "%2B"), StandardCharsets.UTF_8)));
              return decoded;
            },
            "a list of names and values, name=value,name=value, with values percent-encoded",
            "no headers");
    return headers == null ? Map.of() : headers;
  }

  /** Null for that of the JVM. */
  private static SSLContext tls(Settings settings) {
    final String trusted =
        settings.text("otel.exporter.otlp.metrics.certificate", "otel.exporter.otlp.certificate");
    final String key =
        settings.text("otel.exporter.otlp.metrics.client.key", "otel.exporter.otlp.client.key");
    final String chain =
        settings.text(
            "otel.exporter.otlp.metrics.client.certificate",
            "otel.exporter.otlp.client.certificate");
    if (trusted == null && key == null && chain == null) {
      return null;
    }
    return settings.parsed(
        settings.keyOf(
            "otel.exporter.otlp.metrics.certificate",
            "otel.exporter.otlp.certificate",
            "otel.exporter.otlp.metrics.client.key",
            "otel.exporter.otlp.client.key",
            "otel.exporter.otlp.metrics.client.certificate",
            "otel.exporter.otlp.client.certificate"),
        () -> PemTls.context(path(trusted), path(key), path(chain)),
        "the path of a PEM file; a client's key and certificate are set together",
        "the certificates that the JVM trusts, and none of a client");
  }

  private static Path path(String text) {
    return text == null ? null : Path.of(text);
  }
}
