package io.glint.it.unload;

import io.glint.autoconfigure.GlintAutoConfiguration;
import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.exporter.otlp.OtlpMetricExporter;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintOpenTelemetry;
import io.glint.sdk.GlintPeriodicMetricReader;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import io.opentelemetry.exporter.logging.LoggingMetricExporter;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * What one of several web applications in a process does with Glint. Loaded by a class loader of
 * its own, so that only types of the JDK lead to it. It is told what to do.
 */
public final class WebApplication implements UnaryOperator<String> {
  static final String TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";

  private static final ThreadLocal<Object> LEFT = new ThreadLocal<>();

  private GlintOpenTelemetry openTelemetry;

  /** Does what is asked, and answers with what is of interest, or with an empty text. */
  @Override
  public String apply(String request) {
    final String[] words = request.split(" ", -1);
    try {
      switch (words[0]) {
        case "builders" -> openTelemetry = builders(words[1], Integer.parseInt(words[2]));
        case "environment" -> openTelemetry = fromEnvironment();
        case "work" -> work();
        case "explain" -> {
          return openTelemetry.getMeterProvider().toString()
              + openTelemetry.getMeterProvider().explainExemplars();
        }
        case "close" -> openTelemetry.close();
        case "leave-thread-local" -> LEFT.set(this);
        case "leave-thread" -> {
          final Thread thread = new Thread(WebApplication::sleepForEver, "glint-left");
          thread.setDaemon(true);
          thread.start();
        }
        default -> throw new IllegalArgumentException(request);
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    return "";
  }

  private static GlintOpenTelemetry builders(String otlpUrl, int scrapePort) {
    return GlintOpenTelemetry.builder()
        .setMeterProvider(
            GlintMeterProvider.builder()
                .registerMetricReader(OpenMetricsServer.builder().setPort(scrapePort).build())
                .registerMetricReader(
                    GlintPeriodicMetricReader.builder(
                            OtlpMetricExporter.builder()
                                .setEndpoint(otlpUrl)
                                .setTimeout(Duration.ofSeconds(5))
                                .build())
                        .setInterval(Duration.ofMillis(100))
                        .build())
                .registerMetricReader(
                    GlintPeriodicMetricReader.builder(LoggingMetricExporter.create())
                        .setInterval(Duration.ofMillis(100))
                        .build())
                .build())
        .buildAndRegisterGlobal();
  }

  /** Without the hook of OpenTelemetry for the end of the JVM, which would be left behind. */
  private static GlintOpenTelemetry fromEnvironment() {
    return (GlintOpenTelemetry)
        GlintAutoConfiguration.build(
            AutoConfiguredOpenTelemetrySdk.builder().disableShutdownHook().setResultAsGlobal());
  }

  private void work() throws Exception {
    final Meter meter = openTelemetry.getMeter("web");
    final LongCounter counter = meter.counterBuilder("web.requests").build();
    final DoubleHistogram histogram = meter.histogramBuilder("web.duration").build();
    meter.gaugeBuilder("web.sessions").buildWithCallback(gauge -> gauge.record(1));
    final Runnable requests = () -> record(counter, histogram);
    requests.run();
    final Thread thread = new Thread(requests);
    thread.start();
    thread.join(TimeUnit.SECONDS.toMillis(30));
    if (Runtime.version().feature() >= 21) {
      final Thread virtual =
          (Thread)
              Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, requests);
      virtual.join(TimeUnit.SECONDS.toMillis(30));
    }
  }

  private static void record(LongCounter counter, DoubleHistogram histogram) {
    final Span span =
        Span.wrap(
            SpanContext.create(
                TRACE_ID, "00f067aa0ba902b7", TraceFlags.getSampled(), TraceState.getDefault()));
    try (Scope ignored = span.makeCurrent()) {
      for (long i = 0; i < 1_000; i++) {
        final Attributes attributes = Attributes.of(AttributeKey.longKey("page"), i % 100);
        counter.add(1, attributes);
        histogram.record((double) i, attributes);
      }
    }
  }

  private static void sleepForEver() {
    try {
      Thread.sleep(Long.MAX_VALUE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
