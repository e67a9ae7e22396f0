package io.glint.bench;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;

/**
 * Takes the snapshots that a scrape of client_java encodes, encodes nothing, and adds up what it is
 * given: what {@link OnDemandReader} does for the SDKs. All points are cumulative. Not thread-safe.
 */
final class PrometheusScraper {
  private final PrometheusRegistry registry;
  private long total;
  private long exemplars;

  PrometheusScraper(PrometheusRegistry registry) {
    this.registry = registry;
  }

  void collect() {
    total = 0;
    for (final MetricSnapshot metric : registry.scrape()) {
      for (final DataPointSnapshot point : metric.getDataPoints()) {
        if (point instanceof HistogramDataPointSnapshot histogram) {
          total += histogram.getCount();
          exemplars += histogram.getExemplars().size();
        } else if (point instanceof CounterDataPointSnapshot counter) {
          total += (long) counter.getValue();
          exemplars += counter.getExemplar() == null ? 0 : 1;
        }
        // Micrometer adds a gauge to each distribution summary, of its largest value.
      }
    }
  }

  /** Measurements in histograms, and the value of counters, since the start. */
  long total() {
    return total;
  }

  /** Number of exemplars in all collections, counted again whenever they are collected again. */
  long exemplars() {
    return exemplars;
  }
}
