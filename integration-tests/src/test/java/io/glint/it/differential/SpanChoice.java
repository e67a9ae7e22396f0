package io.glint.it.differential;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;

/**
 * The span that a measurement is made in.
 *
 * @param number part of its ids, which tells spans apart
 * @param isExplicit whether its context is passed to the recording call, rather than made current
 */
record SpanChoice(Kind kind, long number, boolean isExplicit) {
  enum Kind {
    NONE,
    SAMPLED,
    UNSAMPLED,
    NULL_CONTEXT
  }

  static final SpanChoice NONE = new SpanChoice(Kind.NONE, 0, false);

  boolean isSampled() {
    return kind == Kind.SAMPLED;
  }

  SpanContext spanContext() {
    return kind == Kind.SAMPLED || kind == Kind.UNSAMPLED
        ? SpanContext.create(
            String.format("%032x", number),
            String.format("%016x", number),
            isSampled() ? TraceFlags.getSampled() : TraceFlags.getDefault(),
            TraceState.getDefault())
        : SpanContext.getInvalid();
  }

  /** Null for {@link Kind#NULL_CONTEXT}. */
  Context context() {
    return switch (kind) {
      case NONE -> Context.root();
      case SAMPLED, UNSAMPLED -> Context.root().with(Span.wrap(spanContext()));
      case NULL_CONTEXT -> null;
    };
  }

  String code() {
    return switch (kind) {
      case NONE -> isExplicit ? "Context.root()" : "";
      case NULL_CONTEXT -> "null";
      case SAMPLED, UNSAMPLED ->
          (isExplicit ? "" : "current ")
              + (isSampled() ? "sampled" : "unsampled")
              + "Span"
              + number;
    };
  }
}
