package io.glint.examples.webstore.telemetry;

import io.glint.exporter.otlp.OtlpMetricExporter;
import io.glint.sdk.GlintPeriodicMetricReader;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;

/** Pushes metrics and traces to an OpenTelemetry Collector, by OTLP over HTTP. */
public final class Collector {

  private static final Duration METRICS_INTERVAL = Duration.ofSeconds(5);
  private static final Duration SPANS_INTERVAL = Duration.ofSeconds(1);

  /** Several seconds of the fastest traffic: a trace with a hole in it explains nothing. */
  private static final int MOST_SPANS = 32_768;

  private final MetricExporter metrics;
  private final SpanExporter spans;

  /**
   * Connects to nothing yet.
   *
   * @param address without the path of a signal
   * @throws IllegalArgumentException if that is no address
   */
  public Collector(String address) {
    // Metrics without retries: a few seconds later the next push tells all that a lost one would.
    metrics = OtlpMetricExporter.builder().setBaseEndpoint(address).setRetryPolicy(null).build();
    spans =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(address.replaceFirst("/+$", "") + "/v1/traces")
            .build();
  }

  MetricReader reader() {
    return GlintPeriodicMetricReader.builder(metrics).setInterval(METRICS_INTERVAL).build();
  }

  SpanExporter spans() {
    return spans;
  }

  static SpanProcessor inBatches(SpanExporter exporter) {
    return BatchSpanProcessor.builder(exporter)
        .setScheduleDelay(SPANS_INTERVAL)
        .setMaxQueueSize(MOST_SPANS)
        .build();
  }
}
