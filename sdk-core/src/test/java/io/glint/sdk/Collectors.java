package io.glint.sdk;

import io.glint.sdk.internal.collect.ReaderStream;
import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.diagnostics.ExemplarExplainer.ExplainedRegistration;
import io.glint.sdk.internal.meter.GlintMeter;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;

/** The collectors of streams. A stream does not know its own; the meter does. */
final class Collectors {
  private Collectors() {}

  /**
   * Finds the collector of a stream.
   *
   * @param reader of what the reader was registered with
   */
  static StreamCollector of(MetricStream stream, Meter meter, CollectionRegistration reader) {
    for (final ReaderStream each :
        ((GlintMeter) meter).sources(((ExplainedRegistration) reader).reader().id())) {
      if (each.source() instanceof StreamCollector collector && collector.stream() == stream) {
        return collector;
      }
    }
    throw new IllegalStateException("the reader does not collect this stream");
  }
}
