package io.glint.examples.webstore.traces;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.List;
import java.util.Optional;

/**
 * An ended span, reduced to what the pages show so that twenty thousand traces stay small.
 *
 * @param failure what went wrong; empty if nothing did
 */
public record TraceSpan(
    String id,
    String parentId,
    String name,
    SpanKind kind,
    long startNanos,
    long endNanos,
    Optional<String> failure,
    Attributes attributes,
    List<Event> events) {

  /** Something that happened at one moment of a span. */
  public record Event(String name, long nanos) {}

  public static TraceSpan of(SpanData span) {
    return new TraceSpan(
        span.getSpanId(),
        span.getParentSpanId(),
        span.getName(),
        span.getKind(),
        span.getStartEpochNanos(),
        span.getEndEpochNanos(),
        failure(span.getStatus()),
        span.getAttributes(),
        span.getEvents().stream()
            .map(event -> new Event(event.getName(), event.getEpochNanos()))
            .toList());
  }

  private static Optional<String> failure(StatusData status) {
    return status.getStatusCode() == StatusCode.ERROR
        ? Optional.of(status.getDescription().isEmpty() ? "failed" : status.getDescription())
        : Optional.empty();
  }

  public long nanos() {
    return endNanos - startNanos;
  }
}
