package io.glint.autoconfigure;

import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.exporter.openmetrics.OpenMetricsServerBuilder;
import io.glint.exporter.openmetrics.TranslationStrategy;
import io.glint.exporter.otlp.OtlpMetricExporter;
import io.glint.exporter.otlp.OtlpMetricExporterBuilder;
import io.glint.sdk.GlintPeriodicMetricReader;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.DefaultAggregationSelector;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The readers of a declarative configuration file that Glint has readers of its own for: OTLP, and
 * the endpoint for Prometheus. A reader stays the stock one if the file says something of it that
 * Glint's does not know, or if it is not as the file says, as a customizer has changed it. Not
 * loaded without opentelemetry-api-incubator.
 */
final class FileReaders {
  /** How long a stock endpoint may take to give its port back. */
  private static final Duration PORT_IS_FREE_WITHIN = Duration.ofSeconds(5);

  private static final List<String> STRATEGIES =
      List.of(
          "underscore_escaping_with_suffixes",
          "underscore_escaping_without_suffixes/development",
          "no_utf8_escaping_with_suffixes/development",
          "no_translation/development");

  private static final List<String> COMPRESSIONS = List.of("gzip", "none");

  private static final String STOCK = "the stock reader and its exporter stay";

  /** A reader of the file: what the stock one looks like, and how Glint's is made. */
  private record Plan(Predicate<MetricReader> isStock, Maker maker) {}

  /** Makes a reader of Glint in place of a stock one, which it may shut down. */
  private interface Maker {
    MetricReader make(MetricReader stock);
  }

  private final FileNode glint;
  private final List<Plan> plans = new ArrayList<>();

  private FileReaders(FileNode glint) {
    this.glint = glint;
  }

  /**
   * Reads the file.
   *
   * @param file the node {@code meter_provider}
   * @param glint the node of Glint
   */
  static FileReaders of(FileNode file, FileNode glint) {
    final FileReaders readers = new FileReaders(glint);
    file.list("readers", STOCK).forEach(readers::plan);
    return readers;
  }

  /**
   * A reader of Glint in place of a stock one, which is shut down and exports nothing more; the
   * same one if it stays.
   */
  MetricReader inPlaceOf(MetricReader stock) {
    for (int i = 0; i < plans.size(); i++) {
      if (plans.get(i).isStock().test(stock)) {
        return made(plans.remove(i), stock);
      }
    }
    return stock;
  }

  private static MetricReader made(Plan plan, MetricReader stock) {
    try {
      return plan.maker().make(stock);
    } catch (RuntimeException e) {
      Settings.log(
          Level.WARNING,
          "Glint could not make a reader in place of "
              + stock
              + ", which stays. Metrics are recorded by Glint.",
          e);
      return stock;
    }
  }

  /** So that it reads nothing any more, and sends nothing at its end. */
  private static CompletableResultCode end(MetricReader stock) {
    stock.register(CollectionRegistration.noop());
    return stock.shutdown();
  }

  private void plan(FileNode reader) {
    final FileNode periodic = reader.child("periodic", "a mapping", STOCK);
    final FileNode pull = reader.child("pull", "a mapping", STOCK);
    if (periodic != null) {
      final FileNode exporter = periodic.child("exporter", "a mapping", STOCK);
      if (exporter != null
          && knows(
              periodic,
              "interval",
              "timeout",
              "max_export_batch_size/development",
              "cardinality_limits",
              "exporter")) {
        planOtlp(periodic, exporter.child("otlp_http", "a mapping", STOCK), /* isGrpc= */ false);
        planOtlp(periodic, exporter.child("otlp_grpc", "a mapping", STOCK), /* isGrpc= */ true);
      }
    } else if (pull != null) {
      final FileNode exporter = pull.child("exporter", "a mapping", STOCK);
      if (exporter != null && knows(pull, "cardinality_limits", "exporter")) {
        planPrometheus(exporter.child("prometheus/development", "a mapping", STOCK));
      }
    }
  }

  /** Whether there are no other keys than these; otherwise says so. */
  private static boolean knows(FileNode node, String... keys) {
    final Set<String> others = node.othersThan(List.of(keys));
    if (others.isEmpty()) {
      return true;
    }
    Settings.log(
        Level.INFO,
        node.path()
            + " has "
            + String.join(", ", others)
            + ", which Glint's readers and exporters do not know. Metrics are recorded by Glint,"
            + " and read and sent by the stock SDK.");
    return false;
  }

  // ------------------------------------------------------------------ OTLP

  private void planOtlp(FileNode periodic, @Nullable FileNode node, boolean isGrpc) {
    if (node == null
        || !knows(
            node,
            "endpoint",
            "tls",
            "headers",
            "headers_list",
            "compression",
            "timeout",
            "encoding",
            "temporality_preference",
            "default_histogram_aggregation")) {
      return;
    }
    final String compression = node.text("compression", "none");
    if (compression != null && !COMPRESSIONS.contains(compression)) {
      Settings.log(
          Level.INFO,
          node.path()
              + " has a compression that Glint's OTLP exporter does not know. Metrics are recorded"
              + " by Glint, and read and sent by the stock SDK; name gzip or none for Glint's"
              + " exporter.");
      return;
    }
    final String problem = isGrpc ? Grpc.problem() : null;
    if (problem != null) {
      Settings.log(
          Level.INFO,
          node.path()
              + " is gRPC, which Glint's OTLP exporter cannot speak here: "
              + problem
              + " Metrics are recorded by Glint and sent by the stock OTLP exporter; name"
              + " otlp_http for Glint's exporter.");
      return;
    }
    final String set = node.text("endpoint", STOCK);
    final String endpoint =
        set != null ? set : isGrpc ? "http://localhost:4317" : "http://localhost:4318/v1/metrics";
    final Integer interval = periodic.number("interval", 1, Integer.MAX_VALUE, "60000");
    final Duration every = Duration.ofMillis(interval == null ? 60_000 : interval);
    plans.add(
        new Plan(
            stock ->
                stock instanceof PeriodicMetricReader
                    && has(stock, "intervalNanos=" + every.toNanos())
                    && has(stock, isGrpc ? "OtlpGrpcMetricExporter{" : "OtlpHttpMetricExporter{")
                    && has(stock, "endpoint=" + endpoint),
            stock -> {
              final MetricReader reader =
                  periodic(periodic, every, exporter(node, endpoint, isGrpc));
              end(stock);
              return reader;
            }));
  }

  /** The stock readers tell what they are made of. */
  private static boolean has(MetricReader stock, String part) {
    final String text = stock.toString();
    final int end = text.indexOf(part) + part.length();
    return text.contains(part)
        && (part.endsWith("{") || end == text.length() || ",}".indexOf(text.charAt(end)) >= 0);
  }

  private static MetricReader periodic(
      FileNode periodic, Duration interval, OtlpMetricExporter exporter) {
    final Integer timeout = periodic.number("timeout", 0, Integer.MAX_VALUE, "30000");
    final Integer batch =
        periodic.number("max_export_batch_size/development", 1, Integer.MAX_VALUE, "no limit");
    return GlintPeriodicMetricReader.builder(exporter)
        .setInterval(interval)
        .setExportTimeout(
            Takeover.exportTimeout(Duration.ofMillis(timeout == null ? 30_000 : timeout)))
        .setMaxExportBatchSize(batch == null ? Integer.MAX_VALUE : batch)
        .build();
  }

  private OtlpMetricExporter exporter(FileNode node, String endpoint, boolean isGrpc) {
    final boolean isJson =
        "json".equals(node.word("encoding", List.of("protobuf", "json"), "protobuf"));
    final Integer timeout = node.number("timeout", 0, Integer.MAX_VALUE, "10000");
    final String compression = node.word("compression", COMPRESSIONS, "none");
    final OtlpMetricExporterBuilder builder =
        OtlpMetricExporter.builder()
            .setProtocol(isGrpc ? "grpc" : isJson ? "http/json" : "http/protobuf")
            .setEndpoint(endpoint)
            .setTimeout(Duration.ofMillis(timeout == null ? 10_000 : timeout))
            .setCompression(compression == null ? "none" : compression)
            .setAggregationTemporalitySelector(temporality(node))
            .setDefaultAggregationSelector(aggregation(node));
    headers(node)
        .forEach(
            (name, value) -> {
              try {
                builder.addHeader(name, value);
              } catch (IllegalArgumentException e) {
                Settings.refuseInFile(
                    node.path() + ".headers",
                    name + "=",
                    "names and values that HTTP can send (" + e.getMessage() + ")",
                    "the other headers");
              }
            });
    setTls(node, builder);
    setOwn(builder);
    return builder.build();
  }

  /** What an exporter's node prefers. A variable spells the last one as one word. */
  static AggregationTemporalitySelector temporality(FileNode exporter) {
    return MetricSettings.temporality(
        exporter.word(
            "temporality_preference", List.of("cumulative", "delta", "low_memory"), "cumulative"));
  }

  /** The histograms of an exporter's node. */
  static DefaultAggregationSelector aggregation(FileNode exporter) {
    return MetricSettings.aggregation(
        exporter.word(
            "default_histogram_aggregation",
            MetricSettings.HISTOGRAMS,
            MetricSettings.HISTOGRAMS.get(0)));
  }

  /** Those of {@code headers} win. In {@code headers_list} values are percent-encoded. */
  private static Map<String, String> headers(FileNode node) {
    final Map<String, String> headers = new HashMap<>();
    final String list = node.text("headers_list", "no headers");
    if (list != null) {
      for (final String header : list.split(",", -1)) {
        final int equals = header.indexOf('=');
        if (equals > 0) {
          headers.put(
              header.substring(0, equals).trim(),
              OtlpProvider.decoded(header.substring(equals + 1).trim()));
        }
      }
    }
    for (final FileNode header : node.list("headers", "no headers")) {
      final String name = header.scalar("name", "no header");
      final String value = header.scalar("value", "no header");
      if (name != null && value != null) {
        headers.put(name, value);
      }
    }
    return headers;
  }

  private static void setTls(FileNode node, OtlpMetricExporterBuilder builder) {
    final FileNode tls = node.child("tls", "a mapping", "no certificates");
    if (tls == null) {
      return;
    }
    final String trusted = tls.text("ca_file", "the certificates that the JVM trusts");
    final String key = tls.text("key_file", "no certificate of a client");
    final String certificate = tls.text("cert_file", "no certificate of a client");
    if (trusted != null) {
      builder.setTrustedCertificates(OtlpProvider.read(trusted));
    }
    if (key != null && certificate != null) {
      builder.setClientTls(OtlpProvider.read(key), OtlpProvider.read(certificate));
    }
  }

  /** What the schema of the specification has no keys for. */
  private void setOwn(OtlpMetricExporterBuilder builder) {
    final FileNode own = glint.child("otlp", "a mapping", "the defaults");
    if (own == null) {
      return;
    }
    own.refuseOthersThan(
        List.of("max_request_size", "max_pending_series", "resend_unanswered", "pending_file"));
    set(
        own.number("max_request_size", 1, Integer.MAX_VALUE, "the default"),
        builder::setMaxRequestSize);
    set(
        own.number("max_pending_series", 0, Integer.MAX_VALUE, "100000"),
        builder::setMaxPendingSeries);
    set(own.truth("resend_unanswered", "false"), builder::setResendUnanswered);
    own.use(
        "pending_file",
        file -> builder.setPendingFile(Path.of(file)),
        "the path of a file",
        "no file");
  }

  private static <T> void set(@Nullable T value, Consumer<T> setter) {
    if (value != null) {
      setter.accept(value);
    }
  }

  // ------------------------------------------------------------------ Prometheus

  private void planPrometheus(@Nullable FileNode node) {
    if (node == null
        || !knows(
            node,
            "host",
            "port",
            "scope_info_enabled",
            "target_info_enabled/development",
            "resource_constant_labels",
            "translation_strategy")) {
      return;
    }
    final String setHost = node.text("host", "localhost");
    final Integer setPort = node.number("port", 0, 65_535, "9464");
    final String host = setHost == null ? "localhost" : setHost;
    final int port = setPort == null ? 9464 : setPort;
    plans.add(
        new Plan(
            stock ->
                has(stock, "PrometheusHttpServer{")
                    && has(stock, "host=" + host)
                    && has(stock, "port=" + port),
            stock -> server(node, host, port, stock)));
  }

  private MetricReader server(FileNode node, String host, int port, MetricReader stock) {
    final OpenMetricsServerBuilder builder =
        OpenMetricsServer.builder().setHost(host).setPort(port);
    set(node.truth("scope_info_enabled", "true"), builder::setScopeLabelsEnabled);
    set(node.truth("target_info_enabled/development", "true"), builder::setTargetInfoEnabled);
    final String strategy = node.word("translation_strategy", STRATEGIES, STRATEGIES.get(0));
    if (strategy != null) {
      builder.setTranslationStrategy(
          TranslationStrategy.valueOf(
              strategy.replace("/development", "").toUpperCase(Locale.ROOT)));
    }
    final FileNode labels =
        node.child("resource_constant_labels", "a mapping", "no labels of the resource");
    if (labels != null) {
      builder.setResourceLabels(keys(labels));
    }
    final FileNode own = glint.child("prometheus", "a mapping", "the defaults");
    if (own != null) {
      own.refuseOthersThan(List.of("live_page", "trace_url_template"));
      set(
          own.truth("live_page", "true where only this machine can reach it, else false"),
          builder::setLivePageEnabled);
      own.use(
          "trace_url_template",
          builder::setTraceUrlTemplate,
          "an address of http or https, or one relative to the page, with {traceId} in it",
          "none, so the live page has no links to traces");
    }
    end(stock).join(PORT_IS_FREE_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    return PrometheusProvider.start(
        builder, host + ":" + port, "host and port of the reader in the configuration file");
  }

  /** Patterns of keys; what is excluded wins. */
  private static Predicate<String> keys(FileNode labels) {
    final List<Pattern> included = patterns(labels, "included");
    final List<Pattern> excluded = patterns(labels, "excluded");
    return key -> (included.isEmpty() || matches(included, key)) && !matches(excluded, key);
  }

  private static List<Pattern> patterns(FileNode node, String key) {
    return node.texts(key, "none").stream()
        .map(glob -> Pattern.quote(glob).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q"))
        .map(regex -> Pattern.compile(regex, Pattern.DOTALL))
        .toList();
  }

  private static boolean matches(List<Pattern> patterns, String key) {
    return patterns.stream().anyMatch(pattern -> pattern.matcher(key).matches());
  }
}
