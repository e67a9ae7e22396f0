package io.glint.exporter.openmetrics;

import static java.util.Objects.requireNonNull;

import io.glint.sdk.internal.log.ProblemLog;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.sdk.metrics.export.DefaultAggregationSelector;
import java.net.InetSocketAddress;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The settings that a reader and a server have in common: what a scrape has, and how many may run.
 * Not safe for use by several threads.
 *
 * @param <B> the builder that has them
 */
public abstract sealed class ExpositionBuilder<B extends ExpositionBuilder<B>>
    permits OpenMetricsReaderBuilder, OpenMetricsServerBuilder {

  private boolean createdSamples;
  private boolean scopeLabels = true;
  private boolean targetInfo = true;
  private DefaultAggregationSelector defaultAggregation = DefaultAggregationSelector.getDefault();

  private TranslationStrategy strategy = TranslationStrategy.UNDERSCORE_ESCAPING_WITH_SUFFIXES;
  private boolean openMetrics2;
  private int maxConcurrentScrapes = OpenMetricsReader.DEFAULT_MAX_CONCURRENT_SCRAPES;

  /** Null for none. */
  private @Nullable Predicate<String> resourceKeys;

  /** Null for none. */
  private @Nullable Supplier<? extends MeterProvider> meterProvider;

  /** Shorter in tests. */
  int maxCollectionWaitSeconds = OpenMetricsReader.MAX_COLLECTION_WAIT_SECONDS;

  ExpositionBuilder() {}

  abstract B self();

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
  public B setCreatedSamplesEnabled(boolean enabled) {
    this.createdSamples = enabled;
    return self();
  }

  /**
   * Sets whether each sample has labels for the name, version, schema URL and attributes of its
   * instrumentation scope. On by default. Without them, points of two scopes that have the same
   * name and the same attributes are one series: what counts adds up, of gauges one stays; see
   * {@link OpenMetricsServer}.
   *
   * @return this builder
   */
  public B setScopeLabelsEnabled(boolean enabled) {
    this.scopeLabels = enabled;
    return self();
  }

  /**
   * Sets whether a scrape begins with {@code target_info}, whose labels are the attributes of the
   * resource. On by default.
   *
   * @return this builder
   */
  public B setTargetInfoEnabled(boolean enabled) {
    this.targetInfo = enabled;
    return self();
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
  public B setResourceLabels(Predicate<String> keys) {
    this.resourceKeys = requireNonNull(keys, "keys");
    return self();
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
  public B setTranslationStrategy(TranslationStrategy strategy) {
    this.strategy = requireNonNull(strategy, "strategy");
    return self();
  }

  /**
   * Sets whether a scraper that asks for OpenMetrics 2.0 gets it, as of the release candidate
   * 2.0.0-rc0: with native histograms and all exemplars in text. Off by default, as the format may
   * still change. Then a scraper gets what it asks for besides, and Prometheus text if that is
   * nothing.
   *
   * @return this builder
   */
  public B setOpenMetrics2Enabled(boolean enabled) {
    this.openMetrics2 = enabled;
    return self();
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
  public B setDefaultAggregationSelector(DefaultAggregationSelector selector) {
    this.defaultAggregation = requireNonNull(selector, "selector");
    return self();
  }

  /**
   * Sets where the endpoint records metrics about itself, by the semantic conventions for
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
  public B setMeterProvider(Supplier<? extends MeterProvider> meterProvider) {
    this.meterProvider = requireNonNull(meterProvider, "meterProvider");
    return self();
  }

  /**
   * Sets how many scrapes may run at once, {@value
   * OpenMetricsReader#DEFAULT_MAX_CONCURRENT_SCRAPES} by default: from the request to the end of
   * the answer, those included that wait for a collection. Any more are answered 503 with {@code
   * Retry-After}; an {@link OpenMetricsServer} first tries for two seconds to end one whose client
   * does not read. So it bounds the memory of bodies that are not sent yet.
   *
   * @param scrapes at least 1
   * @return this builder
   * @throws IllegalArgumentException if {@code scrapes} is less than 1
   */
  public B setMaxConcurrentScrapes(int scrapes) {
    if (scrapes < 1) {
      throw new IllegalArgumentException(
          "maxConcurrentScrapes must be at least 1 but is " + scrapes);
    }
    this.maxConcurrentScrapes = scrapes;
    return self();
  }

  /** How metrics are named to a scraper that says nothing of escaping. */
  Naming naming() {
    return new Naming(strategy, Escaping.UNDERSCORES);
  }

  /**
   * Makes the reader.
   *
   * @param address where it is scraped; null if it is not known
   */
  OpenMetricsReader newReader(
      ProblemLog log, String loggerName, @Nullable InetSocketAddress address) {
    final ExpositionSettings settings =
        new ExpositionSettings(strategy, scopeLabels, targetInfo, createdSamples, resourceKeys);
    final Scrapes scrapes =
        new Scrapes(
            new ExpositionWriter(settings, log),
            log,
            loggerName,
            new ScrapeTelemetry(meterProvider, address, log),
            openMetrics2,
            maxConcurrentScrapes,
            maxCollectionWaitSeconds);
    return new OpenMetricsReader(scrapes, defaultAggregation);
  }
}
