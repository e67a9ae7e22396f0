package io.glint.it.fidelity;

import io.glint.sdk.GlintPeriodicMetricReader;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import java.time.Duration;

/** Who collects. */
enum ReaderKind {
  /** Is handed the data of the SDK. */
  PULL,
  /** The stock periodic reader, when it is flushed. */
  PERIODIC,
  /** The one of Glint, when it is flushed. */
  GLINT_PERIODIC,
  /** Two scrapers in turn, over HTTP. */
  OPEN_METRICS,
  /** A receiver of OTLP over HTTP. */
  OTLP;

  private static final Duration NEVER = Duration.ofDays(1);

  boolean supports(AggregationTemporality temporality) {
    return this != OPEN_METRICS || temporality == AggregationTemporality.CUMULATIVE;
  }

  Looker open(AggregationTemporality temporality) throws Exception {
    return switch (this) {
      case PULL -> new PullReader(temporality);
      case PERIODIC -> {
        final KeepingExporter exporter = new KeepingExporter(temporality);
        yield new FlushLooker(
            PeriodicMetricReader.builder(exporter).setInterval(NEVER).build(), exporter::take);
      }
      case GLINT_PERIODIC -> {
        final KeepingExporter exporter = new KeepingExporter(temporality);
        yield new FlushLooker(
            GlintPeriodicMetricReader.builder(exporter).setInterval(NEVER).build(), exporter::take);
      }
      case OPEN_METRICS -> new ScrapeLooker();
      case OTLP -> new OtlpLooker(temporality, NEVER);
    };
  }
}
