package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.exporter.otlp.OtlpMetricExporter;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintPeriodicMetricReader;
import io.glint.sdk.exemplar.ExemplarOutcomes;
import io.glint.sdk.exemplar.ExemplarReport;
import io.glint.testing.OtlpServer;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a report says of exemplars that went, or did not go, through the real exporters. */
@Timeout(60)
class ExplainedExemplarsTest {
  private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0";

  private static OpenMetricsServer endpoint() {
    return OpenMetricsServer.builder().setHost("127.0.0.1").setPort(0).build();
  }

  private static SdkTracerProvider tracing(Sampler sampler) {
    return SdkTracerProvider.builder()
        .setSampler(sampler)
        .addSpanProcessor(SimpleSpanProcessor.create(InMemorySpanExporter.create()))
        .build();
  }

  private static GlintMeterProvider provider(MetricReader reader) {
    return GlintMeterProvider.builder().registerMetricReader(reader).build();
  }

  /** Requests, each in a span, that record how long they took. */
  private static void serve(GlintMeterProvider provider, Sampler sampler, boolean inScope) {
    final DoubleHistogram latency = provider.get("shop").histogramBuilder("latency").build();
    try (SdkTracerProvider tracing = tracing(sampler)) {
      final Tracer tracer = tracing.get("shop");
      for (int i = 0; i < 100; i++) {
        final Span span = tracer.spanBuilder("request").startSpan();
        try (Scope scope = span.makeCurrent()) {
          if (inScope) {
            latency.record(i);
          }
        } finally {
          span.end();
        }
        if (!inScope) {
          latency.record(i);
        }
      }
    }
  }

  private static String scrape(OpenMetricsServer endpoint, String accept) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + endpoint.getPort() + "/metrics"))
                .header("Accept", accept)
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private static ExemplarReport.Metric latency(GlintMeterProvider provider) {
    return provider.explainExemplars().metrics().stream()
        .filter(metric -> metric.name().equals("latency"))
        .findFirst()
        .orElseThrow();
  }

  /** The account of a scrape is entered just after its last byte was sent. */
  private static void awaitCause(GlintMeterProvider provider, ExemplarReport.Cause cause)
      throws InterruptedException {
    final long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (latency(provider).cause() != cause && System.nanoTime() < end) {
      Thread.sleep(5);
    }
    assertThat(latency(provider).cause()).isEqualTo(cause);
  }

  @Test
  void aScraperThatAsksForOpenMetricsGetsThem() throws Exception {
    try (OpenMetricsServer endpoint = endpoint();
        GlintMeterProvider provider = provider(endpoint)) {
      serve(provider, Sampler.alwaysOn(), true);
      assertThat(latency(provider).cause()).isEqualTo(ExemplarReport.Cause.NOT_COLLECTED);
      assertThat(scrape(endpoint, OPEN_METRICS)).contains("trace_id");
      awaitCause(provider, ExemplarReport.Cause.NONE);
      final ExemplarReport.Metric metric = latency(provider);
      assertThat(metric.eligible()).isEqualTo(100);
      assertThat(metric.outcomes().orElseThrow())
          .containsEntry(ExemplarOutcomes.Outcome.EXPORTED, metric.handedOver());
    }
  }

  @Test
  void exemplarsOfAnExponentialHistogramAreExportedByAScrape() throws Exception {
    try (OpenMetricsServer endpoint =
            OpenMetricsServer.builder()
                .setHost("127.0.0.1")
                .setPort(0)
                .setDefaultAggregationSelector(
                    type ->
                        type == InstrumentType.HISTOGRAM
                            ? Aggregation.base2ExponentialBucketHistogram()
                            : Aggregation.defaultAggregation())
                .build();
        GlintMeterProvider provider = provider(endpoint)) {
      serve(provider, Sampler.alwaysOn(), true);
      assertThat(scrape(endpoint, "text/plain")).contains("latency_bucket", "latency_count");
      awaitCause(provider, ExemplarReport.Cause.NOT_REQUESTED);
      assertThat(scrape(endpoint, OPEN_METRICS)).contains("trace_id");
      awaitCause(provider, ExemplarReport.Cause.NONE);
    }
  }

  @Test
  void aScraperThatAsksForPrometheusTextIsNamed() throws Exception {
    try (OpenMetricsServer endpoint = endpoint();
        GlintMeterProvider provider = provider(endpoint)) {
      serve(provider, Sampler.alwaysOn(), true);
      assertThat(scrape(endpoint, "text/plain")).doesNotContain("trace_id");
      awaitCause(provider, ExemplarReport.Cause.NOT_REQUESTED);
      assertThat(provider.explainExemplars().toString())
          .contains("not requested", "application/openmetrics-text");
    }
  }

  @Test
  void recordingAfterTheScopeWasClosedIsNamed() throws Exception {
    try (OpenMetricsServer endpoint = endpoint();
        GlintMeterProvider provider = provider(endpoint)) {
      serve(provider, Sampler.alwaysOn(), false);
      scrape(endpoint, OPEN_METRICS);
      awaitCause(provider, ExemplarReport.Cause.NO_SPAN);
      assertThat(latency(provider).outsideSpan()).isEqualTo(100);
    }
  }

  @Test
  void aSamplerThatDropsEverythingIsNamed() throws Exception {
    try (OpenMetricsServer endpoint = endpoint();
        GlintMeterProvider provider = provider(endpoint)) {
      serve(provider, Sampler.alwaysOff(), true);
      scrape(endpoint, OPEN_METRICS);
      awaitCause(provider, ExemplarReport.Cause.SPAN_NOT_SAMPLED);
      assertThat(latency(provider).spanNotSampled()).isEqualTo(100);
    }
  }

  @Test
  void anOtlpReceiverThatTakesThemAndOneThatDoesNot() throws Exception {
    for (final int status : new int[] {200, 400}) {
      try (OtlpServer receiver = new OtlpServer().answer(status);
          GlintMeterProvider provider =
              provider(
                  GlintPeriodicMetricReader.create(
                      OtlpMetricExporter.builder()
                          .setEndpoint(receiver.url("/v1/metrics"))
                          .build()))) {
        serve(provider, Sampler.alwaysOn(), true);
        provider.forceFlush().join(10, TimeUnit.SECONDS);
        awaitCause(
            provider,
            status == 200 ? ExemplarReport.Cause.NONE : ExemplarReport.Cause.EXPORT_FAILED);
      }
    }
  }

  @Test
  void theStockReaderHidesItsExporter() {
    final PeriodicMetricReader reader =
        PeriodicMetricReader.create(
            OtlpMetricExporter.builder()
                .setEndpoint("http://127.0.0.1:1/v1/metrics")
                // Closing exports, which would be tried again for seconds.
                .setRetryPolicy(null)
                .build());
    try (GlintMeterProvider provider = provider(reader)) {
      serve(provider, Sampler.alwaysOn(), true);
      assertThat(latency(provider).outcomes()).isEmpty();
      assertThat(provider.explainExemplars().toString())
          .contains("what the exporter does with them is not known");
    }
  }
}
