package io.glint.examples.webstore;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;

/** An ended span, reduced to what the pages show so that twenty thousand traces stay small. */
record TraceSpan(
    String id,
    String parentId,
    String name,
    SpanKind kind,
    long startNanos,
    long endNanos,
    boolean failed,
    Attributes attributes,
    List<Event> events) {

  /** Something that happened at one moment of a span. */
  record Event(String name, long nanos) {}

  static TraceSpan of(SpanData span) {
    return new TraceSpan(
        span.getSpanId(),
        span.getParentSpanId(),
        span.getName(),
        span.getKind(),
        span.getStartEpochNanos(),
        span.getEndEpochNanos(),
        span.getStatus().getStatusCode() == StatusCode.ERROR,
        span.getAttributes(),
        span.getEvents().stream()
            .map(event -> new Event(event.getName(), event.getEpochNanos()))
            .toList());
  }

  long nanos() {
    return endNanos - startNanos;
  }
}
