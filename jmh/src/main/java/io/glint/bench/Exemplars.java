package io.glint.bench;

import io.opentelemetry.sdk.metrics.ExemplarFilter;

/** Which measurements may become exemplars. A sampled span is current in either case. */
public enum Exemplars {
  OFF,

  /** The default of both SDKs. */
  TRACE_BASED;

  ExemplarFilter filter() {
    return switch (this) {
      case OFF -> ExemplarFilter.alwaysOff();
      case TRACE_BASED -> ExemplarFilter.traceBased();
    };
  }
}
