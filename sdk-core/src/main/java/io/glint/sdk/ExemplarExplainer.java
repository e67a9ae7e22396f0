package io.glint.sdk;

import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.ArrayList;
import java.util.List;

/** Puts together what is known of the exemplars of a provider. Thread-safe. */
final class ExemplarExplainer {
  private final ProviderState provider;

  ExemplarExplainer(ProviderState provider) {
    this.provider = provider;
  }

  /** Everything, up to this moment. */
  ExemplarReport report() {
    final List<ExemplarReport.Metric> metrics = new ArrayList<>();
    for (final RegisteredReader reader : provider.readers()) {
      metrics.addAll(metrics(reader, /* isLive= */ true));
    }
    return new ExemplarReport(metrics);
  }

  /**
   * The metrics of one reader.
   *
   * @param isLive whether measurements count that no collection has seen yet, which takes time
   */
  List<ExemplarReport.Metric> metrics(RegisteredReader reader, boolean isLive) {
    final List<ExemplarReport.Metric> metrics = new ArrayList<>();
    final ExemplarOutcomes outcomes = outcomes(reader.reader());
    for (final GlintMeter meter : provider.meters()) {
      for (final ReaderSource source : meter.sources(reader)) {
        metrics.add(
            new ExemplarReport.Metric(
                source.scope(),
                source.source().metric(),
                provider.readerNames().of(reader),
                source.exemplarAccount(isLive),
                outcomes));
      }
    }
    return metrics;
  }

  /** Null if the reader, or its exporter, keeps no account. */
  private static ExemplarOutcomes outcomes(MetricReader reader) {
    final Object exporter =
        reader instanceof GlintPeriodicMetricReader periodic ? periodic.exporter() : reader;
    return exporter instanceof ExemplarOutcomes.Source source ? source.exemplarOutcomes() : null;
  }
}
