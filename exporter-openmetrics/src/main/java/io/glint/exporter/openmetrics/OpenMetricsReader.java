package io.glint.exporter.openmetrics;

import static java.util.Objects.requireNonNull;

import io.glint.sdk.OpenTelemetryVersion;
import io.glint.sdk.exemplar.ExemplarOutcomes;
import io.glint.sdk.internal.log.ProblemLog;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.DefaultAggregationSelector;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A metric reader that is scraped through an HTTP server that the application has. {@link
 * OpenMetricsServer} is one with a server of its own, and says what a scrape has.
 *
 * <pre>{@code
 * OpenMetricsReader reader = OpenMetricsReader.builder().build();
 * provider = SdkMeterProvider.builder().registerMetricReader(reader).build();
 *
 * // In a handler of com.sun.net.httpserver:
 * try (OpenMetricsResponse response =
 *     reader.scrape(
 *         exchange.getRequestMethod(),
 *         exchange.getRequestURI().getRawQuery(),
 *         exchange.getRequestHeaders()::get)) {
 *   response.headers().forEach(exchange.getResponseHeaders()::set);
 *   long length = response.contentLength();
 *   exchange.sendResponseHeaders(response.status(), length == 0 ? -1 : length);
 *   response.writeTo(exchange.getResponseBody());
 * }
 * }</pre>
 *
 * <p>Who may scrape, TLS, time limits, and the size of a request are up to the application's
 * server. What this reader bounds is how many scrapes run at once, how long one waits for the
 * collection of another, and the size of a query and of the Accept headers.
 *
 * <p>Threading: all methods may be called by any thread. Scrapes collect one after the other. Those
 * that wait share the next collection and its body, compressed or not, if they ask for the same.
 * The thread that calls {@link #scrape} runs callbacks and compresses.
 *
 * <p>Memory: as {@link OpenMetricsServer} says. A scrape allocates a fixed amount, and what the
 * application's server does.
 */
public final class OpenMetricsReader implements MetricReader, ExemplarOutcomes.Source {

  static final int DEFAULT_MAX_CONCURRENT_SCRAPES = 16;

  /** How long a scrape waits for a collection that another one has under way. */
  static final int MAX_COLLECTION_WAIT_SECONDS = 10;

  private static final long SHUTDOWN_WAIT_MILLIS = 1000;

  /** A scrape comes every few seconds and finds the same problem each time. */
  private static final Duration LOG_INTERVAL = Duration.ofMinutes(10);

  private static final int MAX_PROBLEMS_OF_A_KIND = 1024;

  private final Scrapes scrapes;
  private final DefaultAggregationSelector defaultAggregation;
  private final CompletableResultCode shutdownResult = new CompletableResultCode();

  OpenMetricsReader(Scrapes scrapes, DefaultAggregationSelector defaultAggregation) {
    this.scrapes = scrapes;
    this.defaultAggregation = defaultAggregation;
  }

  /**
   * Returns a builder with the default settings.
   *
   * @throws IllegalStateException if OpenTelemetry on the class path is too old; the message says
   *     what to do
   */
  public static OpenMetricsReaderBuilder builder() {
    OpenTelemetryVersion.requireSupported();
    return new OpenMetricsReaderBuilder();
  }

  static ProblemLog newLog(Logger logger) {
    return ProblemLog.every(LOG_INTERVAL, logger, MAX_PROBLEMS_OF_A_KIND, System::nanoTime);
  }

  /**
   * Answers a request for metrics. Returns when all has been collected and compressed, and never
   * throws for what the request holds, or for what fails in the application.
   *
   * <ul>
   *   <li>200: the metrics, in the format that {@code Accept} prefers, as gzip if {@code
   *       Accept-Encoding} allows it; to HEAD the headers only, without a collection
   *   <li>400: a query of more than 65536 characters or 1024 parameters, or with an escape that is
   *       none
   *   <li>405: another method than GET and HEAD
   *   <li>431: {@code Accept} or {@code Accept-Encoding} of more than 8192 characters
   *   <li>500: the collection failed; the log says why
   *   <li>503: not registered with a meter provider yet, or shut down; too many scrapes are
   *       running; or the collection of another scrape did not end within {@value
   *       #MAX_COLLECTION_WAIT_SECONDS} s
   * </ul>
   *
   * @param method the request's method, in capitals; not null
   * @param query the request's query as it was sent, with its escapes, without the question mark:
   *     {@code name[]=a&name[]=b} asks for single metrics; null if there is none
   * @param headers gives all values of a header whose name it is asked for, whatever the case that
   *     either has; not null. It may answer null, or an empty list, for none
   * @return the answer, to be written or closed; never null
   */
  public OpenMetricsResponse scrape(
      String method,
      @Nullable String query,
      Function<String, ? extends @Nullable List<String>> headers) {
    requireNonNull(method, "method");
    requireNonNull(headers, "headers");
    return scrapes.answer(method, query, headers);
  }

  Scrapes scrapes() {
    return scrapes;
  }

  /**
   * Connects the reader to a meter provider, which calls this when it is built.
   *
   * @throws IllegalStateException if it has been registered before, as a reader belongs to one
   *     provider, or has been shut down
   */
  @Override
  public void register(CollectionRegistration registration) {
    scrapes.register(requireNonNull(registration, "registration"), this);
  }

  /** Returns {@link AggregationTemporality#CUMULATIVE} for all instruments. */
  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType instrumentType) {
    return AggregationTemporality.CUMULATIVE;
  }

  @Override
  public Aggregation getDefaultAggregation(InstrumentType instrumentType) {
    return defaultAggregation.getDefaultAggregation(instrumentType);
  }

  /** Returns {@link MemoryMode#REUSABLE_DATA}: a scrape is written before the next collection. */
  @Override
  public MemoryMode getMemoryMode() {
    return MemoryMode.REUSABLE_DATA;
  }

  /** Does nothing, successfully: a scrape collects at the moment it is asked. */
  @Override
  public CompletableResultCode forceFlush() {
    return CompletableResultCode.ofSuccess();
  }

  /**
   * Refuses scrapes from now on, and waits up to a second for a collection that is under way.
   * Responses that are out may be written. Further calls have no effect and return the same result.
   *
   * @return a result that is complete when the first call returns; it is a failure only if a
   *     collection hangs, for instance in a callback that does not end
   */
  @Override
  public CompletableResultCode shutdown() {
    if (!scrapes.close()) {
      return shutdownResult;
    }
    boolean ended = false;
    try {
      ended = scrapes.awaitCollection(SHUTDOWN_WAIT_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return ended
        ? shutdownResult.succeed()
        : shutdownResult.failExceptionally(
            new IllegalStateException(
                this + " was shut down while a scrape was stuck; look for a callback that hangs"));
  }

  @Override
  public void close() {
    shutdown();
  }

  /** What became of the exemplars, as {@link OpenMetricsServer#exemplarOutcomes()} says. */
  @Override
  public ExemplarOutcomes exemplarOutcomes() {
    return scrapes.exemplarOutcomes();
  }

  @Override
  public String toString() {
    return "OpenMetricsReader@" + Integer.toHexString(System.identityHashCode(this));
  }
}
