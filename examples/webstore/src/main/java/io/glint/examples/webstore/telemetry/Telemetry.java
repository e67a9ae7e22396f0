package io.glint.examples.webstore.telemetry;

import io.glint.examples.webstore.shop.Signals;
import io.glint.examples.webstore.traces.ShownTraces;
import io.glint.examples.webstore.traces.TraceStore;
import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintMeterProviderBuilder;
import io.glint.sdk.GlintOpenTelemetry;
import io.glint.sdk.GlintView;
import io.glint.sdk.exemplar.ExemplarReport;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SdkTracerProviderBuilder;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Traces of the stock SDK and metrics of Glint. What a service would copy is the constructor,
 * without the two readers that serve the demo's own pages.
 */
public final class Telemetry implements ShopTelemetry {

  /** So low that the demo gets there while somebody looks. */
  private static final int URL_LIMIT = 20;

  /** An OTLP endpoint that does not answer must not hold up the end. */
  private static final long CLOSE_SECONDS = 5;

  private final TraceStore traces = new TraceStore();
  private final ManualReader pages = ManualReader.delta();
  private final OpenMetricsServer endpoint;
  private final PinningReader pinning;
  private final SpanMetrics spanMetrics;
  private final SdkTracerProvider tracerProvider;
  private final GlintMeterProvider meterProvider;
  private final OpenTelemetry openTelemetry;

  /**
   * Starts recording and listening.
   *
   * @param host where to listen
   * @param site where the pages of the demo are, with a slash at the end
   * @param lateTraces how many traces to keep that exemplars have led to, besides those that they
   *     lead to now
   * @param backends get metrics and traces as well
   * @throws IllegalStateException if the port cannot be listened on
   */
  public Telemetry(
      String host,
      int metricsPort,
      URI site,
      double sampleRatio,
      int lateTraces,
      Backends backends) {
    final Resource resource =
        Resource.getDefault()
            .merge(
                Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "webstore")));

    // Metrics. A real service registers the endpoint itself, or a GlintPeriodicMetricReader.
    endpoint =
        OpenMetricsServer.builder()
            .setHost(host)
            .setPort(metricsPort)
            .setTraceUrlTemplate(
                backends
                    .zipkin()
                    .map(zipkin -> zipkin + "zipkin/traces/{traceId}")
                    .orElse(site + "traces/{traceId}#{spanId}"))
            .setLivePageEnabled(true)
            .build();
    pinning =
        new PinningReader(
            endpoint, endpoint.exemplarOutcomes(), new ShownTraces(traces, lateTraces));
    final GlintMeterProviderBuilder metrics =
        GlintMeterProvider.builder()
            .setResource(resource)
            .setInternalTelemetryEnabled(true)
            .registerView(
                InstrumentSelector.builder().setName(Signals.SPANS_BY_URL).build(),
                GlintView.builder().setCardinalityLimit(URL_LIMIT).build())
            .registerMetricReader(pinning)
            .registerMetricReader(pages);
    backends.collector().map(Collector::reader).ifPresent(metrics::registerMetricReader);
    // For a tail sampler, here or behind a collector: it keeps the traces that exemplars lead to.
    final Optional<SpanProcessor> exporting = backends.processor();
    metrics.setExemplarSpanMarking(exporting.isPresent());
    meterProvider = metrics.build();

    // Traces, as with any OpenTelemetry SDK. A real service has a BatchSpanProcessor only.
    spanMetrics = new SpanMetrics(meterProvider.get(Signals.SCOPE));
    final SdkTracerProviderBuilder tracers =
        SdkTracerProvider.builder()
            .setResource(resource)
            .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(sampleRatio)))
            .addSpanProcessor(traces)
            .addSpanProcessor(spanMetrics);
    exporting.ifPresent(tracers::addSpanProcessor);
    tracerProvider = tracers.build();

    // Both in one: this is what the shop is handed.
    openTelemetry =
        GlintOpenTelemetry.create(
            OpenTelemetrySdk.builder()
                .setTracerProvider(tracerProvider)
                .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
                .build(),
            meterProvider);
  }

  @Override
  public OpenTelemetry openTelemetry() {
    return openTelemetry;
  }

  @Override
  public TraceStore traces() {
    return traces;
  }

  @Override
  public URI metricsAddress(String host) {
    return URI.create("http://" + host + ":" + endpoint.getPort() + "/metrics");
  }

  /** Nothing to do: the traces have been kept since before the scrape. */
  @Override
  public void scraped(Set<String> traceIds) {}

  @Override
  public Collection<MetricData> sinceLastTime() {
    return pages.collect();
  }

  /** What the metrics endpoint shows now. */
  public Collection<MetricData> shown() {
    return pinning.collect();
  }

  /** Which metrics have exemplars, and why the others have none. */
  public ExemplarReport explainExemplars() {
    return meterProvider.explainExemplars();
  }

  /** From now on a metric that is made from spans has the URL of requests as a label. */
  public void countUrls() {
    spanMetrics.countUrls();
  }

  public boolean countsUrls() {
    return spanMetrics.countsUrls();
  }

  /** Whether a reader in {@link #explainExemplars()} is that of the metrics endpoint. */
  public static boolean isEndpoint(String reader) {
    return reader.startsWith(PinningReader.class.getName());
  }

  /** Whether a reader in {@link #explainExemplars()} is that of the demo's own pages. */
  public static boolean isPages(String reader) {
    return reader.startsWith(ManualReader.class.getName());
  }

  @Override
  public void close() {
    meterProvider.shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS);
    tracerProvider.shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
