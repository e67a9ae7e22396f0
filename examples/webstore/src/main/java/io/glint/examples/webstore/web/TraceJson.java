package io.glint.examples.webstore.web;

import io.glint.examples.webstore.json.Json;
import io.glint.examples.webstore.traces.Trace;
import io.glint.examples.webstore.traces.TraceSpan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Traces for programs. */
final class TraceJson {

  private TraceJson() {}

  static String list(List<Trace> traces) {
    return Json.write(Map.of("traces", traces.stream().map(TraceJson::head).toList()));
  }

  static String one(Trace trace) {
    final Map<String, Object> json = head(trace);
    json.put("spans", trace.rows().stream().map(row -> span(trace, row.span())).toList());
    return Json.write(json);
  }

  private static Map<String, Object> head(Trace trace) {
    final Map<String, Object> json = new LinkedHashMap<>();
    json.put("traceId", trace.id());
    json.put("name", trace.name());
    json.put("startUnixNano", trace.startNanos());
    json.put("durationNanos", trace.nanos());
    json.put("slowestSpan", trace.slowest().map(TraceSpan::name).orElse(null));
    json.put("spansRunning", trace.running());
    json.put("shownAsExemplar", trace.pinned());
    return json;
  }

  private static Map<String, Object> span(Trace trace, TraceSpan span) {
    final Map<String, Object> json = new LinkedHashMap<>();
    json.put("spanId", span.id());
    json.put("parentSpanId", span.parentId());
    json.put("name", span.name());
    json.put("kind", span.kind());
    json.put("startUnixNano", span.startNanos());
    json.put("durationNanos", span.nanos());
    json.put("ownNanos", trace.ownNanos(span));
    json.put("failure", span.failure().orElse(null));
    final Map<String, Object> attributes = new LinkedHashMap<>();
    span.attributes().forEach((key, value) -> attributes.put(key.getKey(), value));
    json.put("attributes", attributes);
    json.put(
        "events",
        span.events().stream()
            .map(event -> Map.of("name", event.name(), "unixNano", event.nanos()))
            .toList());
    return json;
  }
}
