package io.glint.examples.webstore;

import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.exporter.otlp.OtlpMetricExporter;
import io.glint.sdk.ExemplarReport;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintMeterProviderBuilder;
import io.glint.sdk.GlintOpenTelemetry;
import io.glint.sdk.GlintPeriodicMetricReader;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.ExemplarFilter;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Wires traces of the stock SDK to metrics of Glint. Everything Glint needs of a service is in
 * {@link #meterProvider} and {@link #openTelemetry}; the shop itself knows only the OpenTelemetry
 * API.
 */
final class Telemetry implements AutoCloseable {

  private static final Duration PUSH_INTERVAL = Duration.ofSeconds(5);

  /** An OTLP endpoint that does not answer must not hold up the end. */
  private static final long CLOSE_SECONDS = 5;

  private final TraceStore traces = new TraceStore();
  private final IntervalReader interval = new IntervalReader();
  private final OpenMetricsServer metrics;
  private final PinningReader pinning;
  private final SdkTracerProvider tracerProvider;
  private final GlintMeterProvider meterProvider;
  private final OpenTelemetry openTelemetry;

  Telemetry(Options options, Optional<String> otlpEndpoint) throws CannotStartException {
    Optional<MetricReader> push = push(otlpEndpoint);
    metrics = listen(options.metricsPort());
    pinning = new PinningReader(metrics, metrics.exemplarOutcomes(), traces);
    Resource resource =
        Resource.getDefault()
            .merge(
                Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "webstore")));
    tracerProvider =
        SdkTracerProvider.builder()
            .setResource(resource)
            .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(options.sampleRatio())))
            .addSpanProcessor(traces)
            .build();
    meterProvider = meterProvider(resource, push);
    openTelemetry =
        GlintOpenTelemetry.create(
            OpenTelemetrySdk.builder()
                .setTracerProvider(tracerProvider)
                .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
                .build(),
            meterProvider);
  }

  private GlintMeterProvider meterProvider(Resource resource, Optional<MetricReader> push) {
    GlintMeterProviderBuilder builder =
        GlintMeterProvider.builder()
            .setResource(resource)
            .setExemplarFilter(ExemplarFilter.traceBased())
            .registerMetricReader(pinning)
            .registerMetricReader(interval);
    push.ifPresent(builder::registerMetricReader);
    return builder.build();
  }

  OpenTelemetry openTelemetry() {
    return openTelemetry;
  }

  TraceStore traces() {
    return traces;
  }

  URI metricsAddress() {
    return URI.create("http://" + Webstore.HOST + ":" + metrics.getPort() + "/metrics");
  }

  /** What happened since the last call; the exemplars on the metrics page are pinned with it. */
  Interval collect() {
    pinning.collect();
    return Interval.of(interval.collect());
  }

  /** Which metrics have exemplars, and why the others have none. */
  ExemplarReport explainExemplars() {
    return meterProvider.explainExemplars();
  }

  /** What the metrics page shows now. */
  Collection<MetricData> shown() {
    return pinning.collect();
  }

  @Override
  public void close() {
    meterProvider.shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS);
    tracerProvider.shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS);
  }

  /** Without retries: a few seconds later the next push tells all that a lost one would have. */
  private static Optional<MetricReader> push(Optional<String> endpoint)
      throws CannotStartException {
    try {
      return endpoint.map(
          address ->
              GlintPeriodicMetricReader.builder(
                      OtlpMetricExporter.builder()
                          .setBaseEndpoint(address)
                          .setRetryPolicy(null)
                          .build())
                  .setInterval(PUSH_INTERVAL)
                  .build());
    } catch (IllegalArgumentException malformed) {
      throw CannotStartException.badEnvironment(
          "OTEL_EXPORTER_OTLP_ENDPOINT cannot be used: " + malformed.getMessage());
    }
  }

  private static OpenMetricsServer listen(int port) throws CannotStartException {
    try {
      return OpenMetricsServer.builder().setHost(Webstore.HOST).setPort(port).build();
    } catch (IllegalStateException failure) {
      throw Webstore.cannotListen(failure, port, "--metrics-port");
    }
  }
}
