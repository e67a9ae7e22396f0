package io.glint.autoconfigure;

import io.glint.exporter.otlp.OtlpMetricExporter;
import io.glint.exporter.otlp.OtlpMetricExporterBuilder;
import io.opentelemetry.sdk.common.export.Compressor;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ServiceConfigurationError;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
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

  private static final String CERTIFICATE = "certificate";
  private static final String CLIENT_KEY = "client.key";
  private static final String CLIENT_CERTIFICATE = "client.certificate";

  private static final List<String> NAMES =
      List.of(
          "protocol",
          "endpoint",
          "insecure",
          "headers",
          "compression",
          "timeout",
          CERTIFICATE,
          CLIENT_KEY,
          CLIENT_CERTIFICATE);

  /** Of a header that the stock exporters can send. */
  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  private static final Pattern VALUE = Pattern.compile("[\\t -~]*");

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
    spellScheme();
    unsetIfRefused(
        "endpoint",
        url -> isRefused(url, isGrpc),
        "a URL that begins with http:// or https://, such as http://localhost:4318",
        isGrpc ? "http://localhost:4317" : "http://localhost:4318/v1/metrics");
    unsetIfRefused(
        "headers",
        headers -> areHeadersRefused(),
        "a list of names and values, name=value,name=value, with values percent-encoded",
        "no headers");
    leaveOutHeaders();
    unsetIfRefused(
        "timeout",
        time -> isTimeRefused(),
        "milliseconds, or a number with the unit ms, s, m, h or d, 0 for no limit",
        "10000 ms");
    unsetCertificateIfRefused();
    unsetClientIfRefused();
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
    if (isTakenByStock(endpoint)) {
      return false;
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

  /** Not if they refuse it at once, and not if each of their exports fails for it. */
  private static boolean isTakenByStock(String endpoint) {
    try {
      final URL url = new URL(endpoint);
      return List.of("http", "https").contains(new URI(endpoint).getScheme())
          && url.getQuery() == null
          && url.getRef() == null
          && !url.getHost().isEmpty()
          && url.getPort() != 0
          && url.getPort() <= 65_535;
    } catch (MalformedURLException | URISyntaxException e) {
      return false;
    }
  }

  /** The stock exporters know it in lower case only. */
  private void spellScheme() {
    final String url = settings.text(prefix + "endpoint");
    if (url == null) {
      return;
    }
    final int end = url.indexOf("://");
    if (end > 0) {
      settings.override(
          prefix + "endpoint", url.substring(0, end).toLowerCase(Locale.ROOT) + url.substring(end));
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

  /**
   * Headers that can be sent by no exporter are left out; with the stock ones each export would
   * fail.
   */
  private void leaveOutHeaders() {
    final String headers = settings.text(prefix + "headers");
    if (headers == null) {
      return;
    }
    final List<String> sent = new ArrayList<>();
    final List<String> refused = new ArrayList<>();
    for (final String header : headers.split(",", -1)) {
      (header.isBlank() || isSent(header) ? sent : refused).add(header);
    }
    if (!refused.isEmpty()) {
      Settings.refuse(
          prefix + "headers",
          String.join(",", refused),
          "a list of names and values, name=value,name=value, of characters that HTTP can send",
          "the other headers");
      settings.override(prefix + "headers", String.join(",", sent));
    }
  }

  /** By Glint's exporter, or by the stock ones. */
  private static boolean isSent(String header) {
    final int equals = header.indexOf('=');
    final String name = header.substring(0, equals).trim();
    final String value =
        URLDecoder.decode(header.substring(equals + 1).trim(), StandardCharsets.UTF_8);
    if (NAME.matcher(name).matches() && VALUE.matcher(value).matches()) {
      return true;
    }
    try {
      final OtlpMetricExporterBuilder unused = OtlpMetricExporter.builder().addHeader(name, value);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** What is wrong with a file of certificates; null if nothing is. */
  private static @Nullable String certificateProblem(String path) {
    return problem(
        () -> OtlpMetricExporter.builder().setTrustedCertificates(OtlpProvider.read(path)));
  }

  /** As {@link #certificateProblem}, of a client's key and certificate. */
  private @Nullable String clientProblem() {
    final String key = settings.text(prefix + CLIENT_KEY, ALL + CLIENT_KEY);
    final String chain = settings.text(prefix + CLIENT_CERTIFICATE, ALL + CLIENT_CERTIFICATE);
    return key == null || chain == null
        ? null
        : problem(
            () ->
                OtlpMetricExporter.builder()
                    .setClientTls(OtlpProvider.read(key), OtlpProvider.read(chain)));
  }

  private static @Nullable String problem(Supplier<OtlpMetricExporterBuilder> setter) {
    try {
      final OtlpMetricExporterBuilder unused = setter.get();
      return null;
    } catch (RuntimeException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private void unsetCertificateIfRefused() {
    final String path = settings.text(prefix + CERTIFICATE);
    final String problem = path == null ? null : certificateProblem(path);
    if (problem != null) {
      unsetIfRefused(
          CERTIFICATE,
          unused -> true,
          "the path of a PEM file (" + problem + ")",
          "the certificates that the JVM trusts");
    }
  }

  /**
   * A client's key is set with its certificate, for all signals or for one. What is wrong with one
   * of them unsets both.
   */
  private void unsetClientIfRefused() {
    if (settings.text(prefix + CLIENT_KEY, prefix + CLIENT_CERTIFICATE) == null) {
      return;
    }
    final String problem = clientProblem();
    for (final String name : List.of(CLIENT_KEY, CLIENT_CERTIFICATE)) {
      final String other = name.equals(CLIENT_KEY) ? CLIENT_CERTIFICATE : CLIENT_KEY;
      unsetIfRefused(
          name,
          path ->
              problem != null
                  || signals().allMatch(signal -> settings.text(ALL + signal + other) == null),
          "the path of a PEM file; a client's key and certificate are set together"
              + (problem == null ? "" : " (" + problem + ")"),
          "no certificate of a client");
    }
  }

  /** Of which signals settings may belong to this one. */
  private Stream<String> signals() {
    return prefix.equals(ALL)
        ? Stream.of("", "metrics.", "traces.", "logs.")
        : Stream.of("", "metrics.");
  }
}
