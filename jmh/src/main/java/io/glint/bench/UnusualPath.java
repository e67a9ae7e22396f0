package io.glint.bench;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;

/** Ways of a recording that a service should not, but does, take again and again. */
public enum UnusualPath {
  /** Into the series for what comes after the cardinality limit. */
  OVERFLOW("beyond the cardinality limit"),

  /** A view removes an attribute, so that the series has others than the recording. */
  FILTERED("a view removes two of three attributes"),

  /** Exemplars are on, and the span is not sampled. */
  NOT_SAMPLED("in a span that is not sampled"),

  /** Exemplars are on, and there is no span. */
  NO_SPAN("outside of spans"),

  /** Dropped. */
  NEGATIVE("a negative value, dropped"),

  /** Dropped. */
  NOT_A_NUMBER("not a number, dropped");

  private static final Span NOT_SAMPLED_SPAN =
      Span.wrap(
          SpanContext.create(
              "0af7651916cd43dd8448eb211c80319c",
              "b7ad6b7169203331",
              TraceFlags.getDefault(),
              TraceState.getDefault()));

  private final String describe;

  UnusualPath(String describe) {
    this.describe = describe;
  }

  String describe() {
    return describe;
  }

  /** What a value is multiplied by. */
  double factor() {
    return switch (this) {
      case NEGATIVE -> -1;
      case NOT_A_NUMBER -> Double.NaN;
      default -> 1;
    };
  }

  /** The context that is recorded with. */
  Context context() {
    return switch (this) {
      case NOT_SAMPLED -> Context.root().with(NOT_SAMPLED_SPAN);
      case NO_SPAN -> Context.root();
      default -> Context.root().with(Spans.startSampled());
    };
  }

  /** True if what is recorded is counted. */
  boolean isCounted() {
    return this != NEGATIVE && this != NOT_A_NUMBER;
  }

  /** True if what is recorded becomes exemplars where they are on. */
  boolean isSampled() {
    return this == OVERFLOW || this == FILTERED;
  }
}
