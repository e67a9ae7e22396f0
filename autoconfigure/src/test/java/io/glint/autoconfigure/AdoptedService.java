package io.glint.autoconfigure;

import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.exporter.otlp.OtlpMetricExporter;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintOpenTelemetry;
import io.glint.sdk.GlintPeriodicMetricReader;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.prometheus.PrometheusHttpServer;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;

/** An application that records in spans, and ends when its standard input does. */
public final class AdoptedService {
  /** How often it records: some times into each of the fifteen lower buckets. */
  static final int RECORDED = 1_500;

  private AdoptedService() {}

  /** Apart, so that nothing of Glint is loaded where the stock SDK is used. */
  private static final class WithGlint {
    private WithGlint() {}

    static GlintOpenTelemetry make(String url, int port) {
      return GlintOpenTelemetry.builder()
          .setTracerProvider(tracerProvider(url))
          .setMeterProvider(
              GlintMeterProvider.builder()
                  .registerMetricReader(OpenMetricsServer.builder().setPort(port).build())
                  .registerMetricReader(
                      GlintPeriodicMetricReader.builder(
                              OtlpMetricExporter.builder().setEndpoint(url + "/v1/metrics").build())
                          .setInterval(Duration.ofHours(1))
                          .build())
                  .build())
          .build();
    }
  }

  private static SdkTracerProvider tracerProvider(String url) {
    return SdkTracerProvider.builder()
        .addSpanProcessor(
            BatchSpanProcessor.builder(
                    OtlpHttpSpanExporter.builder().setEndpoint(url + "/v1/traces").build())
                .build())
        .build();
  }

  private static OpenTelemetrySdk stock(String url, int port) {
    return OpenTelemetrySdk.builder()
        .setTracerProvider(tracerProvider(url))
        .setMeterProvider(
            SdkMeterProvider.builder()
                .registerMetricReader(
                    PrometheusHttpServer.builder().setHost("localhost").setPort(port).build())
                .registerMetricReader(
                    PeriodicMetricReader.builder(
                            OtlpHttpMetricExporter.builder()
                                .setEndpoint(url + "/v1/metrics")
                                .build())
                        .setInterval(Duration.ofHours(1))
                        .build())
                .build())
        .build();
  }

  private static void record(OpenTelemetry openTelemetry) {
    final Tracer tracer = openTelemetry.getTracer("shop");
    final DoubleHistogram histogram =
        openTelemetry.getMeter("shop").histogramBuilder("checkout.duration").setUnit("ms").build();
    final double[] values = {0, 3, 8, 20, 40, 60, 90, 200, 300, 600, 800, 900, 2_000, 4_000, 6_000};
    for (int i = 0; i < RECORDED; i++) {
      final Span span = tracer.spanBuilder("checkout").startSpan();
      try (Scope ignored = span.makeCurrent()) {
        histogram.record(values[i % values.length]);
      } finally {
        span.end();
      }
    }
  }

  /**
   * Runs until the end of the standard input.
   *
   * @param arguments how OpenTelemetry is had; where builders are used, the address of the receiver
   *     and the port to be scraped
   */
  public static void main(String[] arguments) throws IOException {
    final OpenTelemetry openTelemetry =
        switch (arguments[0]) {
          case "glint" -> WithGlint.make(arguments[1], Integer.parseInt(arguments[2]));
          case "stock" -> stock(arguments[1], Integer.parseInt(arguments[2]));
          case "global" -> {
            final var unused = AutoConfiguredOpenTelemetrySdk.initialize();
            yield GlobalOpenTelemetry.get();
          }
          default -> throw new IllegalArgumentException(arguments[0]);
        };
    record(openTelemetry);
    System.out.println("recorded with " + openTelemetry.getMeterProvider());
    while (System.in.read() >= 0) {
      // Until the end of the input.
    }
    // The global one is closed by the hook of auto-configuration.
    if (!arguments[0].equals("global")) {
      ((Closeable) openTelemetry).close();
    }
    System.exit(0);
  }
}
