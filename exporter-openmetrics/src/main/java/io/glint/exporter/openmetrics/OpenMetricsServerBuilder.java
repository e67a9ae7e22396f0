package io.glint.exporter.openmetrics;

import static java.util.Objects.requireNonNull;

import io.glint.sdk.internal.log.ProblemLog;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.sdk.metrics.export.DefaultAggregationSelector;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Builds an {@link OpenMetricsServer}. Not safe for use by several threads; each {@link #build()}
 * starts a server of its own.
 */
public final class OpenMetricsServerBuilder {

  private static final int MAX_PORT = 65535;

  private String host = OpenMetricsServer.DEFAULT_HOST;
  private int port = OpenMetricsServer.DEFAULT_PORT;
  private boolean createdSamples;
  private boolean scopeLabels = true;
  private boolean targetInfo = true;
  private DefaultAggregationSelector defaultAggregation = DefaultAggregationSelector.getDefault();

  private TranslationStrategy strategy = TranslationStrategy.UNDERSCORE_ESCAPING_WITH_SUFFIXES;
  private boolean openMetrics2;

  /** Null for none. */
  private Predicate<String> resourceKeys;

  /** Null for none. */
  private Supplier<? extends MeterProvider> meterProvider;

  /** Shorter in tests. */
  int maxCollectionWaitSeconds = OpenMetricsServer.MAX_COLLECTION_WAIT_SECONDS;

  OpenMetricsServerBuilder() {}

  /**
   * Sets the name or address of the interface to listen on. The default, {@code localhost}, cannot
   * be reached from other machines; {@code 0.0.0.0} listens on all interfaces.
   *
   * @param host a host name or an IP address, not null nor empty
   * @return this builder
   * @throws IllegalArgumentException if {@code host} is empty
   */
  public OpenMetricsServerBuilder setHost(String host) {
    requireNonNull(host, "host");
    if (host.isBlank()) {
      throw new IllegalArgumentException(
          "host must not be empty; for all interfaces use \"0.0.0.0\"");
    }
    this.host = host;
    return this;
  }

  /**
   * Sets the TCP port to listen on, 9464 by default.
   *
   * @param port from 0 to 65535; 0 for any free port, see {@link OpenMetricsServer#getPort()}
   * @return this builder
   * @throws IllegalArgumentException if {@code port} is out of range
   */
  public OpenMetricsServerBuilder setPort(int port) {
    if (port < 0 || port > MAX_PORT) {
      throw new IllegalArgumentException(
          "port must be from 0 (any free port) to " + MAX_PORT + " but is " + port);
    }
    this.port = port;
    return this;
  }

  /**
   * Sets whether OpenMetrics has a {@code _created} sample for each counter, histogram and summary:
   * the time its count began, in seconds since the epoch (OpenMetrics 1.0, "Counter"; OpenTelemetry
   * specification, "Prometheus and OpenMetrics Compatibility", "Sums"). Off by default.
   *
   * <p>What it gives: a scraper that understands it knows when a series began, so that the first
   * value that it sees is an increase too, and that a series began again although its value has not
   * fallen. Prometheus does so from version 2.55 on with {@code
   * --enable-feature=created-timestamp-zero-ingestion}, and from 3.0 on then stores no series of
   * it.
   *
   * <p>What it costs: to any other scraper it is a series of its own, one more for each counter and
   * for each label set of a histogram. Prometheus text never has it; protobuf and OpenMetrics 2.0
   * have the time in any case, where it is no series.
   *
   * @return this builder
   */
  public OpenMetricsServerBuilder setCreatedSamplesEnabled(boolean enabled) {
    this.createdSamples = enabled;
    return this;
  }

  /**
   * Sets whether each sample has labels for the name, version, schema URL and attributes of its
   * instrumentation scope. On by default. Without them, points of two scopes that have the same
   * name and the same attributes are one series: what counts adds up, of gauges one stays; see
   * {@link OpenMetricsServer}.
   *
   * @return this builder
   */
  public OpenMetricsServerBuilder setScopeLabelsEnabled(boolean enabled) {
    this.scopeLabels = enabled;
    return this;
  }

  /**
   * Sets whether a scrape begins with {@code target_info}, whose labels are the attributes of the
   * resource. On by default.
   *
   * @return this builder
   */
  public OpenMetricsServerBuilder setTargetInfoEnabled(boolean enabled) {
    this.targetInfo = enabled;
    return this;
  }

  /**
   * Sets which attributes of the resource are labels of each sample too (OpenTelemetry
   * specification, "Metrics Exporter - Prometheus", {@code resource_constant_labels}). By default
   * none is. {@code target_info} has all of them in any case.
   *
   * <p>Where a point or its scope has a label of the same name, the point's own stays.
   *
   * @param keys tells of the key of an attribute whether it is a label, the same at each call; not
   *     null. It is called by the threads that answer scrapes, one at a time. If it throws, the
   *     scrape is answered 500.
   * @return this builder
   */
  public OpenMetricsServerBuilder setResourceLabels(Predicate<String> keys) {
    this.resourceKeys = requireNonNull(keys, "keys");
    return this;
  }

  /**
   * Sets how names become names of Prometheus (OpenTelemetry specification, "Metrics Exporter -
   * Prometheus", "Translation Strategy"). {@link
   * TranslationStrategy#UNDERSCORE_ESCAPING_WITH_SUFFIXES} by default. Another one changes the
   * names of series, and so what queries and dashboards find.
   *
   * @param strategy not null
   * @return this builder
   */
  public OpenMetricsServerBuilder setTranslationStrategy(TranslationStrategy strategy) {
    this.strategy = requireNonNull(strategy, "strategy");
    return this;
  }

  /**
   * Sets whether a scraper that asks for OpenMetrics 2.0 gets it, as of the release candidate
   * 2.0.0-rc0: with native histograms and all exemplars in text. Off by default, as the format may
   * still change. Then a scraper gets what it asks for besides, and Prometheus text if that is
   * nothing.
   *
   * @return this builder
   */
  public OpenMetricsServerBuilder setOpenMetrics2Enabled(boolean enabled) {
    this.openMetrics2 = enabled;
    return this;
  }

  /**
   * Sets the aggregation of instruments that no view gives one. By default that of the
   * OpenTelemetry specification. OpenMetrics 1.0 and Prometheus text have no exponential
   * histograms: these are written as classic ones with 37 buckets, see {@link OpenMetricsServer}.
   * To a scraper that asks for protobuf, as Prometheus does where its native histograms are
   * switched on, they are native histograms.
   *
   * @param selector not null
   * @return this builder
   */
  public OpenMetricsServerBuilder setDefaultAggregationSelector(
      DefaultAggregationSelector selector) {
    this.defaultAggregation = requireNonNull(selector, "selector");
    return this;
  }

  /**
   * Sets where the server records metrics about itself, by the semantic conventions for
   * OpenTelemetry SDK metrics. By default nowhere, as these are still in development.
   *
   * <ul>
   *   <li>{@code otel.sdk.exporter.metric_data_point.inflight}: points of scrapes being answered
   *   <li>{@code otel.sdk.exporter.metric_data_point.exported}: points of answered scrapes; those
   *       that the scraper did not get with {@code error.type}
   *   <li>{@code otel.sdk.exporter.operation.duration}: seconds from a scrape to the end of its
   *       answer, the collection included
   * </ul>
   *
   * @param meterProvider asked at the first scrape, and again at each later one until it answers a
   *     provider that records; it may answer null, as long as there is none. It may answer the
   *     provider that is scraped.
   * @return this builder
   */
  public OpenMetricsServerBuilder setMeterProvider(
      Supplier<? extends MeterProvider> meterProvider) {
    this.meterProvider = requireNonNull(meterProvider, "meterProvider");
    return this;
  }

  /**
   * Binds the address and starts to listen. Sets those system properties of the JDK's HTTP server
   * that {@link OpenMetricsServer} names and nobody has set.
   *
   * @return the listening server; scrapes are refused with status 503 until it is registered with a
   *     meter provider
   * @throws IllegalStateException if the host is unknown, or the address cannot be bound, for
   *     instance because the port is in use; the message says which and what to do
   */
  public OpenMetricsServer build() {
    ProblemLog log = OpenMetricsServer.newLog();
    ExpositionSettings settings =
        new ExpositionSettings(strategy, scopeLabels, targetInfo, createdSamples, resourceKeys);
    return OpenMetricsServer.start(
        host,
        port,
        defaultAggregation,
        new ExpositionWriter(settings, log),
        log,
        meterProvider,
        openMetrics2,
        maxCollectionWaitSeconds);
  }
}
