package io.glint.bench;

import io.opentelemetry.api.common.Attributes;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/**
 * What benchmarks of Prometheus client_java share: a registry of their own.
 *
 * <p>An instrument takes its exemplars as it does for its users: it finds the OpenTelemetry API,
 * asks it for the current span, and considers one measurement of a series each 90 ms; {@code
 * exemplars} off is its own switch for that. All points are cumulative: it knows no delta.
 */
public abstract class ClientJavaBenchmark extends RecordingBenchmark {
  private PrometheusScraper scraper;
  private LabelNames labelNames;

  /** Makes an unprepared benchmark, for JMH. */
  protected ClientJavaBenchmark() {}

  @Override
  final long open(Attributes[] series) {
    final PrometheusRegistry registry = new PrometheusRegistry();
    scraper = new PrometheusScraper(registry);
    labelNames = new LabelNames(series);
    createInstrument(registry, labelNames.names());
    for (final Attributes attributes : series) {
      createSeries(labels(attributes));
    }
    // A first recording outside of any span would keep exemplars away for 90 ms.
    return 0;
  }

  /** Makes the instrument that the benchmark records into. */
  abstract void createInstrument(PrometheusRegistry registry, String... names);

  /** Makes a series, without a recording. */
  abstract void createSeries(String... labels);

  /** Label values, in the order of the names. */
  final String[] labels(Attributes attributes) {
    return labelNames.values(attributes);
  }

  @Override
  final void collect() {
    scraper.collect();
  }

  @Override
  final long arrived() {
    return scraper.total();
  }

  @Override
  final long exemplarsArrived() {
    return scraper.exemplars();
  }

  @Override
  final void close() {
    // There is nothing to close.
  }

  @Override
  final String system() {
    return "client_java";
  }
}
