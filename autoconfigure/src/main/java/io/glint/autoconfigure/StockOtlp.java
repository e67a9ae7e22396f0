package io.glint.autoconfigure;

import io.glint.exporter.otlp.OtlpMetricExporter;
import io.glint.exporter.otlp.OtlpMetricExporterBuilder;
import io.opentelemetry.sdk.common.export.Compressor;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.ServiceConfigurationError;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Settings of OTLP that the stock exporters refuse by an exception, which ends traces, metrics and
 * logs alike. Glint reads those of metrics and of all signals: what both refuse is reported and
 * unset, so that everything goes on with the default. A value that only the stock exporters refuse
 * is Glint's to use, and left to them.
 */
final class StockOtlp {
  static final List<String> PROTOCOLS = List.of("grpc", "http/protobuf", "http/json");

  /** What is set and not known is not gRPC. */
  static final String PROTOCOL_IF_UNKNOWN = "http/protobuf";

  private static final String ALL = "otel.exporter.otlp.";
  private static final String METRICS = "otel.exporter.otlp.metrics.";

  private static final List<String> NAMES =
      List.of(
          "protocol",
          "endpoint",
          "insecure",
          "headers",
          "compression",
          "timeout",
          "certificate",
          "client.key",
          "client.certificate");

  private final Settings settings;
  private final String prefix;

  private StockOtlp(Settings settings, String prefix) {
    this.settings = settings;
    this.prefix = prefix;
  }

  static void unsetWhatIsRefused(Settings settings) {
    for (final String prefix : List.of(ALL, METRICS)) {
      new StockOtlp(settings, prefix).unsetWhatIsRefused();
    }
  }

  private void unsetWhatIsRefused() {
    NAMES.forEach(this::unsetIfEmpty);
    spellAsStock("protocol", PROTOCOLS, PROTOCOL_IF_UNKNOWN);
    if (!isCompressor(settings.text(prefix + "compression"))) {
      spellAsStock("compression", List.of("gzip", "none"), "none");
    }
    final String protocol = settings.text(prefix + "protocol", ALL + "protocol");
    final boolean isGrpc = protocol == null || protocol.equals("grpc");
    unsetIfRefused(
        "endpoint",
        url -> isRefused(url, isGrpc),
        "a URL that begins with http:// or https://",
        isGrpc ? "http://localhost:4317" : "http://localhost:4318/v1/metrics");
    unsetIfRefused(
        "headers",
        headers -> areHeadersRefused(),
        "a list of names and values, name=value,name=value, with values percent-encoded",
        "no headers");
    unsetIfRefused(
        "timeout",
        time -> isTimeRefused(),
        "milliseconds, or a number with the unit ms, s, m, h or d, 0 for no limit",
        "10000 ms");
    unsetIfRefused(
        "certificate",
        StockOtlp::isNoPemFile,
        "the path of a PEM file",
        "the certificates that the JVM trusts");
    unsetClientIfRefused("client.key", "client.certificate");
    unsetClientIfRefused("client.certificate", "client.key");
  }

  /** The stock SDK takes an empty value for one. */
  private void unsetIfEmpty(String name) {
    if (settings.text(prefix + name) == null) {
      settings.override(prefix + name, null);
    }
  }

  /** The stock SDK knows words in lower case only. */
  private void spellAsStock(String name, List<String> accepted, String standard) {
    final String value = settings.text(prefix + name);
    if (value == null) {
      return;
    }
    final String word = value.toLowerCase(Locale.ROOT);
    if (accepted.contains(word)) {
      settings.override(prefix + name, word);
    } else {
      refuse(name, String.join(", ", accepted), standard);
      settings.override(prefix + name, isOfAll(name) ? null : standard);
    }
  }

  private void unsetIfRefused(
      String name, Predicate<String> isRefused, String accepted, String instead) {
    final String value = settings.text(prefix + name);
    if (value != null && isRefused.test(value)) {
      refuse(name, accepted, instead);
      settings.override(prefix + name, null);
    }
  }

  private void refuse(String name, String accepted, String standard) {
    final String key = prefix + name;
    final String instead =
        prefix.equals(ALL)
            ? standard + ", and the like for traces and logs"
            : isOfAll(name) ? "that of " + ALL + name : standard;
    Settings.refuse(key, settings.text(key), accepted, instead);
  }

  /** Whether this is about metrics only, and what holds for all signals counts instead. */
  private boolean isOfAll(String name) {
    return prefix.equals(METRICS) && settings.text(ALL + name) != null;
  }

  /** One that an artifact on the class path has, which the stock exporters can use. */
  private boolean isCompressor(@Nullable String name) {
    try {
      for (final Compressor compressor :
          settings.config().getComponentLoader().load(Compressor.class)) {
        if (compressor.getEncoding().equals(name)) {
          return true;
        }
      }
      return false;
    } catch (LinkageError | ServiceConfigurationError e) {
      // Before 1.59 there are none that are public.
      return false;
    }
  }

  private boolean isRefused(String endpoint, boolean isGrpc) {
    try {
      final URL url = new URL(endpoint);
      if (List.of("http", "https").contains(url.getProtocol())
          && url.getQuery() == null
          && url.getRef() == null) {
        return false;
      }
    } catch (MalformedURLException e) {
      // Refused by the stock exporters.
    }
    try {
      final String url =
          OtlpProvider.isWithoutScheme(endpoint, isGrpc) ? "http://" + endpoint : endpoint;
      final OtlpMetricExporterBuilder unused =
          prefix.equals(ALL)
              ? OtlpMetricExporter.builder().setBaseEndpoint(url)
              : OtlpMetricExporter.builder().setEndpoint(url);
      return false;
    } catch (IllegalArgumentException e) {
      return true;
    }
  }

  private boolean areHeadersRefused() {
    try {
      settings
          .config()
          .getMap(prefix + "headers")
          .values()
          .forEach(value -> URLDecoder.decode(value, StandardCharsets.UTF_8));
      return false;
    } catch (RuntimeException e) {
      return true;
    }
  }

  private boolean isTimeRefused() {
    try {
      return settings.config().getDuration(prefix + "timeout").isNegative();
    } catch (RuntimeException e) {
      return true;
    }
  }

  private static boolean isNoPemFile(String path) {
    try {
      return !Files.readString(Path.of(path), StandardCharsets.ISO_8859_1).contains("-----BEGIN ");
    } catch (IOException | InvalidPathException e) {
      return true;
    }
  }

  /** A client's key is set with its certificate, for all signals or for one. */
  private void unsetClientIfRefused(String name, String other) {
    unsetIfRefused(
        name,
        path ->
            isNoPemFile(path)
                || signals().allMatch(signal -> settings.text(ALL + signal + other) == null),
        "the path of a PEM file; a client's key and certificate are set together",
        "no certificate of a client");
  }

  /** Of which signals settings may belong to this one. */
  private Stream<String> signals() {
    return prefix.equals(ALL)
        ? Stream.of("", "metrics.", "traces.", "logs.")
        : Stream.of("", "metrics.");
  }
}
