package io.glint.autoconfigure;

import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.sdk.exemplar.CustomExemplarFilter;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import io.opentelemetry.sdk.autoconfigure.spi.internal.ConfigurableMetricReaderProvider;
import io.opentelemetry.sdk.autoconfigure.spi.metrics.ConfigurableMetricExporterProvider;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.metrics.export.DefaultAggregationSelector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;

/** The settings of metrics, each read in one place. */
final class MetricSettings {
  /** Names of Glint's exporters; those without it are the stock ones. */
  static final String GLINT_OTLP = "glint_otlp";

  static final String GLINT_PROMETHEUS = "glint_prometheus";

  /** {@code glint}, the default, or {@code stock}: whose exporters otlp and prometheus are. */
  private static final String WHOSE_EXPORTERS = "glint.exporters";

  private static final String EXPORTER = "otel.metrics.exporter";
  private static final String EXEMPLAR_FILTER = "otel.metrics.exemplar.filter";
  private static final String SPAN_MARKING = "glint.exemplar.span.marking";
  private static final String SPAN_MARKING_KEY = "glint.exemplar.span.marking.key";
  private static final String CARDINALITY_LIMIT = "otel.java.metrics.cardinality.limit";
  private static final String INTERVAL = "otel.metric.export.interval";
  private static final String TIMEOUT = "otel.metric.export.timeout";
  private static final String BATCH = "otel.metric.export.max.batch.size";
  private static final String MEMORY_MODE = "otel.java.exporter.memory_mode";
  private static final String TELEMETRY_VERSION = "otel.experimental.sdk.telemetry.version";
  private static final String OTLP = "otel.exporter.otlp.";
  private static final String OTLP_METRICS = "otel.exporter.otlp.metrics.";
  private static final String PROMETHEUS_HISTOGRAM =
      "otel.java.experimental.exporter.prometheus.metrics.default.histogram.aggregation";
  private static final String LIVE_PAGE = "glint.prometheus.live.page";
  private static final String TRACE_URL = "glint.prometheus.trace.url.template";
  static final List<String> EXEMPLAR_FILTERS = List.of("trace_based", "always_on", "always_off");
  static final List<String> HISTOGRAMS =
      List.of("explicit_bucket_histogram", "base2_exponential_bucket_histogram");
  private static final String RESOURCE = "otel.resource.attributes";
  private static final int MOST_SERIES = 1_000_000_000;

  /** How many series an instrument may have. */
  static final int DEFAULT_LIMIT = 2000;

  /** The stock exporters' names that other artifacts than Glint's provide. */
  private static final Set<String> STOCK =
      Set.of("console", "logging", "logging-otlp", "experimental-otlp/stdout");

  private final Settings settings;

  /** Answers why Glint's exporter cannot speak gRPC, or null if it can. */
  private final Supplier<@Nullable String> grpcProblem;

  /** Null until it is asked for. */
  private @Nullable String otlpProtocol;

  MetricSettings(ConfigProperties config) {
    this(config, Grpc::problem);
  }

  /** For tests. */
  MetricSettings(ConfigProperties config, Supplier<@Nullable String> grpcProblem) {
    this.settings = new Settings(config);
    this.grpcProblem = grpcProblem;
  }

  // ------------------------------------------------------------------ before the stock SDK reads

  /**
   * What to set so that the stock SDK, which gives up traces and logs too where it finds a
   * malformed value, finds none of metrics; and so that it makes Glint's exporters.
   */
  static Map<String, String> overrides(ConfigProperties config) {
    return new MetricSettings(config).overrides();
  }

  /** As {@link #overrides(ConfigProperties)}. */
  Map<String, String> overrides() {
    StockOtlp.unsetWhatIsRefused(settings);
    unsetIfRefused();
    // The stock SDK takes what is malformed for false, without a word.
    final var unused = settings.truth("otel.sdk.disabled", "false");
    unsetResourceIfRefused();
    settings.override(EXPORTER, String.join(",", exporters()));
    if (otlpProtocol != null && protocolSetting() != null) {
      settings.override(OTLP_METRICS + "protocol", otlpProtocol);
    }
    return settings.overrides();
  }

  /** Where a setting is refused, its default is what the stock SDK is to find, silently. */
  private void unsetIfRefused() {
    unsetIf(isDefault(interval(), 60_000), INTERVAL);
    unsetIf(isDefault(timeout(), 30_000), TIMEOUT);
    unsetIf(cardinalityLimit() == DEFAULT_LIMIT, CARDINALITY_LIMIT);
    unsetIf(maxBatchSize() == Integer.MAX_VALUE, BATCH);
    unsetIf(exemplarFilter() == CustomExemplarFilter.traceBased(), EXEMPLAR_FILTER);
    unsetIf(temporalityWord().equals("cumulative"), OTLP_METRICS + "temporality.preference");
    unsetIf(
        histogramWord(OTLP_METRICS + "default.histogram.aggregation").equals(HISTOGRAMS.get(0)),
        OTLP_METRICS + "default.histogram.aggregation");
    unsetIf(
        settings
            .word(List.of("reusable_data", "immutable_data"), "reusable_data", MEMORY_MODE)
            .equals("reusable_data"),
        MEMORY_MODE);
    unsetIf(prometheusPort() == 9464, "otel.exporter.prometheus.port");
    // Of the metrics that stock exporters and processors record about themselves.
    unsetIf(
        settings.word(List.of("legacy", "latest"), "legacy", TELEMETRY_VERSION).equals("legacy"),
        TELEMETRY_VERSION);
  }

  /**
   * It is of all signals, and the stock SDK would not be made. The specification of the resource
   * discards the whole value, too.
   */
  private void unsetResourceIfRefused() {
    try {
      settings.config().getMap(RESOURCE);
    } catch (ConfigurationException e) {
      Settings.refuse(
          RESOURCE,
          settings.text(RESOURCE),
          "a list of keys and values, key=value,key=value, with values percent-encoded",
          "no attributes of it");
      settings.override(RESOURCE, null);
    }
  }

  private static boolean isDefault(Duration time, long defaultMillis) {
    return time.toMillis() == defaultMillis;
  }

  /** Also if it is empty, which the stock SDK refuses in words. */
  private void unsetIf(boolean isDefault, String key) {
    if (isDefault) {
      settings.override(key, null);
    }
  }

  /** The exporters by the names that the stock SDK is to look for; {@code none} alone for none. */
  private List<String> exporters() {
    final String setting = settings.text(EXPORTER);
    final Set<String> wanted = new LinkedHashSet<>();
    for (final String name : (setting == null ? "otlp" : setting).split(",", -1)) {
      if (!name.isBlank()) {
        wanted.add(name.trim());
      }
    }
    if (wanted.isEmpty()) {
      // Commas alone, as if it were unset.
      wanted.add("otlp");
    }
    if (wanted.stream().anyMatch("none"::equalsIgnoreCase)) {
      if (wanted.size() > 1) {
        Settings.refuse(EXPORTER, setting, "none alone, or exporters without none", "none");
      }
      return List.of("none");
    }
    final boolean areStock =
        settings.word(List.of("glint", "stock"), "glint", WHOSE_EXPORTERS).equals("stock");
    final Set<String> found = new LinkedHashSet<>();
    for (final String name : wanted) {
      final String resolved = resolve(name, areStock);
      if (resolved != null) {
        found.add(resolved);
      }
    }
    return found.isEmpty() ? List.of("none") : List.copyOf(found);
  }

  /** Null if there is no such exporter. */
  private @Nullable String resolve(String name, boolean isStock) {
    final String word = name.toLowerCase(Locale.ROOT);
    if (word.equals("otlp") && !isStock) {
      return otlp();
    }
    if (word.equals("prometheus") && !isStock) {
      return GLINT_PROMETHEUS;
    }
    final Set<String> known = knownNames();
    for (final String spelling : List.of(name, word)) {
      if (known.contains(spelling)) {
        return spelling;
      }
    }
    known.add("otlp");
    known.add("prometheus");
    known.removeIf(Set.of(GLINT_OTLP, GLINT_PROMETHEUS)::contains);
    Settings.refuse(
        EXPORTER,
        name,
        "one or more of none, "
            + String.join(", ", known)
            + (STOCK.contains(name)
                ? "; for '" + name + "', add the artifact opentelemetry-exporter-logging"
                : "")
            + ", separated by commas",
        "the others that are set; none without any");
    return null;
  }

  private Set<String> knownNames() {
    final Set<String> names = new TreeSet<>();
    for (final ConfigurableMetricExporterProvider provider :
        services(ConfigurableMetricExporterProvider.class)) {
      names.add(provider.getName());
    }
    for (final ConfigurableMetricReaderProvider provider :
        services(ConfigurableMetricReaderProvider.class)) {
      names.add(provider.getName());
    }
    return names;
  }

  /**
   * What auto-configuration finds, in the loader that it was given; old versions do not tell it.
   */
  private <T> List<T> services(Class<T> type) {
    final List<T> services = new ArrayList<>();
    try {
      settings.config().getComponentLoader().load(type).forEach(services::add);
    } catch (LinkageError e) {
      for (final ClassLoader loader :
          new ClassLoader[] {
            AutoConfiguredOpenTelemetrySdk.class.getClassLoader(),
            Thread.currentThread().getContextClassLoader()
          }) {
        ServiceLoader.load(type, loader).stream()
            .forEach(provider -> addIfLoaded(services, provider));
      }
    }
    return services;
  }

  private static <T> void addIfLoaded(List<T> services, ServiceLoader.Provider<T> provider) {
    try {
      services.add(provider.get());
    } catch (ServiceConfigurationError e) {
      // The stock SDK reports it.
    }
  }

  /** Glint's exporter speaks gRPC if there is a sender for it. */
  private String otlp() {
    final String problem = otlpProtocol().equals("grpc") ? grpcProblem.get() : null;
    if (problem == null) {
      return GLINT_OTLP;
    }
    final boolean isSet = protocolSetting() != null;
    final String why =
        "otel.exporter.otlp.protocol "
            + (isSet ? "is set to grpc" : "is not set, for which grpc is the default")
            + ", which Glint's OTLP exporter cannot speak here: "
            + problem;
    if (knownNames().contains("otlp")) {
      Settings.log(
          Level.INFO,
          why
              + " Metrics are recorded by Glint and sent by the stock OTLP exporter; set"
              + " http/protobuf, and the port of it, usually 4318, for Glint's exporter.");
      return "otlp";
    }
    Settings.log(
        isSet ? Level.WARNING : Level.INFO,
        why
            + " As opentelemetry-exporter-otlp is not on the class path either, metrics are sent by"
            + " http/protobuf, to http://localhost:4318/v1/metrics unless an endpoint is set.");
    return GLINT_OTLP;
  }

  // ------------------------------------------------------------------ provider and readers

  CustomExemplarFilter exemplarFilter() {
    return exemplarFilter(settings.word(EXEMPLAR_FILTERS, "trace_based", EXEMPLAR_FILTER));
  }

  /** The one of {@link #EXEMPLAR_FILTERS} with this name. */
  static CustomExemplarFilter exemplarFilter(String word) {
    return switch (word) {
      case "always_on" -> CustomExemplarFilter.alwaysOn();
      case "always_off" -> CustomExemplarFilter.alwaysOff();
      default -> CustomExemplarFilter.traceBased();
    };
  }

  /** Whether the spans of exemplars are marked. */
  boolean marksSpans() {
    return settings.isTrue(SPAN_MARKING);
  }

  /** The key of the attribute that marks the spans of exemplars; null for Glint's default. */
  @Nullable String spanMarkKey() {
    return settings.text(SPAN_MARKING_KEY);
  }

  int cardinalityLimit() {
    return settings.number(1, MOST_SERIES, DEFAULT_LIMIT, CARDINALITY_LIMIT);
  }

  Duration interval() {
    return settings.time(/* mayBeZero= */ false, Duration.ofMinutes(1), INTERVAL);
  }

  /** Zero for none. */
  Duration timeout() {
    return settings.time(/* mayBeZero= */ true, Duration.ofSeconds(30), TIMEOUT);
  }

  int maxBatchSize() {
    return settings.number(1, Integer.MAX_VALUE, Integer.MAX_VALUE, BATCH);
  }

  // ------------------------------------------------------------------ OTLP

  /** The protocol that Glint's exporter is made with. */
  String otlpProtocolOfGlint() {
    final String protocol = otlpProtocol();
    return protocol.equals("grpc") && grpcProblem.get() != null ? "http/protobuf" : protocol;
  }

  private String otlpProtocol() {
    if (otlpProtocol == null) {
      otlpProtocol =
          protocolSetting() == null
              ? "grpc"
              : settings.word(
                  StockOtlp.PROTOCOLS,
                  StockOtlp.PROTOCOL_IF_UNKNOWN,
                  OTLP_METRICS + "protocol",
                  OTLP + "protocol");
    }
    return otlpProtocol;
  }

  private @Nullable String protocolSetting() {
    return settings.text(OTLP_METRICS + "protocol", OTLP + "protocol");
  }

  private String temporalityWord() {
    return settings.word(
        List.of("cumulative", "delta", "lowmemory"),
        "cumulative",
        OTLP_METRICS + "temporality.preference");
  }

  AggregationTemporalitySelector temporality() {
    return temporality(temporalityWord());
  }

  /**
   * For a temporality preference, as the variable or a configuration file spells it; null for the
   * default.
   */
  static AggregationTemporalitySelector temporality(@Nullable String word) {
    return switch (word == null ? "" : word) {
      case "delta" -> AggregationTemporalitySelector.deltaPreferred();
      case "lowmemory", "low_memory" -> AggregationTemporalitySelector.lowMemory();
      default -> AggregationTemporalitySelector.alwaysCumulative();
    };
  }

  private String histogramWord(String key) {
    return settings.word(HISTOGRAMS, HISTOGRAMS.get(0), key);
  }

  /** For one of {@link #HISTOGRAMS}; null for the default. */
  static DefaultAggregationSelector aggregation(@Nullable String histogram) {
    final DefaultAggregationSelector standard = DefaultAggregationSelector.getDefault();
    return HISTOGRAMS.get(1).equals(histogram)
        ? standard.with(InstrumentType.HISTOGRAM, Aggregation.base2ExponentialBucketHistogram())
        : standard;
  }

  DefaultAggregationSelector otlpAggregation() {
    return aggregation(histogramWord(OTLP_METRICS + "default.histogram.aggregation"));
  }

  Duration otlpTimeout() {
    return settings.time(
        /* mayBeZero= */ true, Duration.ofSeconds(10), OTLP_METRICS + "timeout", OTLP + "timeout");
  }

  Settings settings() {
    return settings;
  }

  // ------------------------------------------------------------------ Prometheus

  int prometheusPort() {
    return settings.number(0, 65_535, 9464, "otel.exporter.prometheus.port");
  }

  String prometheusHost() {
    final String host = settings.text("otel.exporter.prometheus.host");
    return host == null ? "localhost" : host;
  }

  DefaultAggregationSelector prometheusAggregation() {
    return aggregation(histogramWord(PROMETHEUS_HISTOGRAM));
  }

  /** Whether there is a live page; null to leave it to who can reach the endpoint. */
  @Nullable Boolean livePage() {
    return settings.truth(LIVE_PAGE, "true where only this machine can reach it, else false");
  }

  /** Where the live page says that traces are; null for nowhere. */
  @Nullable String traceUrlTemplate() {
    final String template = settings.text(TRACE_URL);
    return template == null
        ? null
        : settings.parsed(
            TRACE_URL,
            () -> {
              final var unused = OpenMetricsServer.builder().setTraceUrlTemplate(template);
              return template;
            },
            "an address of http or https, or one relative to the page, with {traceId} in it",
            "none, so the live page has no links to traces");
  }
}
