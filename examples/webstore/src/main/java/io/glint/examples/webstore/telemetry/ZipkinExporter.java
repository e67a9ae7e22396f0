package io.glint.examples.webstore.telemetry;

import io.glint.examples.webstore.json.Json;
import io.glint.examples.webstore.traces.TraceSpan;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Sends spans to Zipkin, as the JSON of its second version. A service would send OTLP to a
 * Collector, which has an exporter for Zipkin: OpenTelemetry's exporter for Java is no longer
 * published.
 */
final class ZipkinExporter implements SpanExporter {

  private static final Logger LOGGER = Logger.getLogger(ZipkinExporter.class.getName());

  private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("service.name");
  private static final int TIMEOUT_MILLIS = 5_000;

  private final URI spans;
  private boolean failing;

  /**
   * Connects to nothing yet.
   *
   * @param zipkin where the server answers, with a slash at the end
   */
  ZipkinExporter(URI zipkin) {
    spans = zipkin.resolve("api/v2/spans");
  }

  /** Waits for the answer. A batch processor calls it on its own thread, once at a time. */
  @Override
  public CompletableResultCode export(Collection<SpanData> batch) {
    try {
      send(Json.write(batch.stream().map(ZipkinExporter::json).toList()));
      failing = false;
      return CompletableResultCode.ofSuccess();
    } catch (IOException failure) {
      if (!failing) {
        LOGGER.log(
            Level.WARNING,
            "Zipkin did not take {0} spans: {1}. They are on the pages of the demo only, as are all"
                + " others until it takes spans again.",
            new Object[] {batch.size(), failure});
      }
      failing = true;
      return CompletableResultCode.ofFailure();
    }
  }

  private void send(String body) throws IOException {
    final HttpURLConnection connection = (HttpURLConnection) spans.toURL().openConnection();
    try {
      connection.setRequestMethod("POST");
      connection.setDoOutput(true);
      connection.setRequestProperty("Content-Type", "application/json");
      // A kept connection would leave a JDK thread behind after close.
      connection.setRequestProperty("Connection", "close");
      connection.setConnectTimeout(TIMEOUT_MILLIS);
      connection.setReadTimeout(TIMEOUT_MILLIS);
      try (OutputStream request = connection.getOutputStream()) {
        request.write(body.getBytes(StandardCharsets.UTF_8));
      }
      final int status = connection.getResponseCode();
      if (status != HttpURLConnection.HTTP_ACCEPTED) {
        throw new IOException("it answered with status " + status);
      }
    } finally {
      connection.disconnect();
    }
  }

  /** Zipkin counts in microseconds, and a duration is at least one of them. */
  private static Map<String, Object> json(SpanData data) {
    final TraceSpan span = TraceSpan.of(data);
    final Map<String, Object> json = new LinkedHashMap<>();
    json.put("traceId", data.getTraceId());
    json.put("id", span.id());
    if (SpanId.isValid(span.parentId())) {
      json.put("parentId", span.parentId());
    }
    if (span.kind() != SpanKind.INTERNAL) {
      json.put("kind", span.kind());
    }
    json.put("name", span.name());
    json.put("timestamp", TimeUnit.NANOSECONDS.toMicros(span.startNanos()));
    json.put("duration", Math.max(1, TimeUnit.NANOSECONDS.toMicros(span.nanos())));
    json.put(
        "localEndpoint",
        Map.of("serviceName", String.valueOf(data.getResource().getAttribute(SERVICE))));
    json.put("annotations", span.events().stream().map(ZipkinExporter::json).toList());
    final Map<String, String> tags = new LinkedHashMap<>();
    span.attributes().forEach((key, value) -> tags.put(key.getKey(), value.toString()));
    span.failure().ifPresent(failure -> tags.put("error", failure));
    json.put("tags", tags);
    return json;
  }

  private static Map<String, Object> json(TraceSpan.Event event) {
    final Map<String, Object> json = new LinkedHashMap<>();
    json.put("timestamp", TimeUnit.NANOSECONDS.toMicros(event.nanos()));
    json.put("value", event.name());
    return json;
  }

  @Override
  public CompletableResultCode flush() {
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode shutdown() {
    return CompletableResultCode.ofSuccess();
  }
}
