package io.glint.it.fidelity;

import io.opentelemetry.sdk.metrics.ExemplarFilter;

/** Which measurements may become exemplars. */
enum Filter {
  ALWAYS_ON,
  TRACE_BASED,
  ALWAYS_OFF;

  ExemplarFilter stock() {
    return switch (this) {
      case ALWAYS_ON -> ExemplarFilter.alwaysOn();
      case TRACE_BASED -> ExemplarFilter.traceBased();
      case ALWAYS_OFF -> ExemplarFilter.alwaysOff();
    };
  }

  boolean admits(SpanKind span) {
    return switch (this) {
      case ALWAYS_ON -> true;
      case TRACE_BASED -> span.isSampled();
      case ALWAYS_OFF -> false;
    };
  }
}
