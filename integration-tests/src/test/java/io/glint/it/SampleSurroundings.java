package io.glint.it;

import io.glint.exporter.openmetrics.OpenMetricsReader;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintOpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.io.OutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.SubmissionPublisher;
import java.util.function.Function;

/**
 * What the fragments of Java in the documents take for granted: the class around them extends this
 * one. It is compiled, never run.
 */
public abstract class SampleSurroundings {
  protected static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("outcome");

  protected GlintMeterProvider meterProvider;
  protected GlintOpenTelemetry openTelemetry;
  protected OpenTelemetrySdk openTelemetrySdk;
  protected SdkTracerProvider tracerProvider;
  protected SdkLoggerProvider loggerProvider;
  protected ContextPropagators propagators;
  protected Resource resource;
  protected MetricExporter exporter;

  protected Meter meter;
  protected Tracer tracer;
  protected DoubleHistogram latency;
  protected LongCounter counter;
  protected Attributes attributes;
  protected Span span;

  protected HttpClient client;
  protected HttpRequest request;
  protected CompletableFuture<String> future;
  protected SubmissionPublisher<Item> publisher;

  protected OpenMetricsReader reader;
  protected String method;
  protected String query;
  protected Function<String, List<String>> headers;
  protected OutputStream stream;
  protected String password;
  protected Map<String, String> environment;

  /** An item of a stream. */
  public interface Item {
    double elapsed();
  }

  protected abstract double elapsed();

  protected abstract void handle(HttpRequest request);

  protected abstract int parse(String body);
}
