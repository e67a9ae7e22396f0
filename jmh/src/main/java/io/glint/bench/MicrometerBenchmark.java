package io.glint.bench;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.api.common.Attributes;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.tracer.otel.OpenTelemetrySpanContext;

/**
 * What benchmarks of Micrometer share: its Prometheus registry, which is the one that takes
 * exemplars while it counts since the start.
 *
 * <p>Where exemplars are on, the registry is told the same way to the current OpenTelemetry span
 * that client_java finds by itself, whose sampler it uses. All points are cumulative.
 */
public abstract class MicrometerBenchmark extends RecordingBenchmark {
  private PrometheusScraper scraper;
  private MeterRegistry registry;
  private LabelNames labelNames;

  /** Makes an unprepared benchmark, for JMH. */
  protected MicrometerBenchmark() {}

  @Override
  final long open(Attributes[] series) {
    final PrometheusRegistry prometheus = new PrometheusRegistry();
    scraper = new PrometheusScraper(prometheus);
    registry =
        new PrometheusMeterRegistry(
                PrometheusConfig.DEFAULT,
                prometheus,
                Clock.SYSTEM,
                switch (exemplars) {
                  case OFF -> null;
                  case TRACE_BASED -> new OpenTelemetrySpanContext();
                })
            .throwExceptionOnRegistrationFailure();
    labelNames = new LabelNames(series);
    createInstrument(registry);
    for (final Attributes attributes : series) {
      createSeries(tags(attributes));
    }
    return 0;
  }

  /** Makes what meters are looked up with. */
  abstract void createInstrument(MeterRegistry registry);

  /** Makes the meter of a series, without a recording. */
  abstract void createSeries(Tags tags);

  /** A new instance. */
  final Tags tags(Attributes attributes) {
    final String[] names = labelNames.names();
    final String[] values = labelNames.values(attributes);
    Tags tags = Tags.empty();
    for (int i = 0; i < names.length; i++) {
      tags = tags.and(names[i], values[i]);
    }
    return tags;
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
    registry.close();
  }

  @Override
  final String system() {
    return "Micrometer";
  }
}
