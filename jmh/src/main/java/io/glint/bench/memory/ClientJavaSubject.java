package io.glint.bench.memory;

import io.glint.bench.SeriesAttributes;
import io.opentelemetry.api.common.Attributes;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;

/**
 * An instrument of Prometheus client_java. It considers one measurement of a series for an exemplar
 * in each interval, whatever the bucket.
 */
final class ClientJavaSubject implements Subject {
  private static final String[] NAMES = {"method", "route", "status"};

  /** The default boundaries of OpenTelemetry. */
  private static final double[] BOUNDS = {
    0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000
  };

  /** Its default is 90: with that, filling would take an hour, and no less memory. */
  static final String SAMPLE_INTERVAL = "-Dio.prometheus.exemplars.sample_interval_milliseconds=1";

  private static final int PAUSE_MILLIS = 15;
  private static final int COLLECTIONS = 3;

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final String[][] labels;
  private final Recording instrument;

  private interface Recording {
    void record(double value, String... labels);
  }

  ClientJavaSubject(Kind kind, boolean hasExemplars, int mostSeries) {
    this.labels = labels(SeriesAttributes.create(mostSeries));
    this.instrument = instrument(kind, hasExemplars);
  }

  /** The strings are the application's, as with the other libraries; the arrays are copied. */
  private static String[][] labels(Attributes[] attributes) {
    final String[][] labels = new String[attributes.length][];
    for (int i = 0; i < labels.length; i++) {
      labels[i] =
          attributes[i].asMap().values().stream().map(Object::toString).toArray(String[]::new);
    }
    return labels;
  }

  private Recording instrument(Kind kind, boolean hasExemplars) {
    return switch (kind) {
      case SUM -> {
        final Counter.Builder builder = Counter.builder();
        if (hasExemplars) {
          builder.withExemplars();
        } else {
          builder.withoutExemplars();
        }
        final Counter counter = builder.name("requests").labelNames(NAMES).register(registry);
        yield (value, labels) -> counter.labelValues(labels).inc(value);
      }
      case LAST_VALUE -> {
        final Gauge.Builder builder = Gauge.builder();
        if (hasExemplars) {
          builder.withExemplars();
        } else {
          builder.withoutExemplars();
        }
        final Gauge gauge = builder.name("queue_size").labelNames(NAMES).register(registry);
        yield (value, labels) -> gauge.labelValues(labels).set(value);
      }
      case EXPLICIT -> histogram(Histogram.builder().classicOnly(), hasExemplars);
      case EXPONENTIAL -> histogram(Histogram.builder().nativeOnly(), hasExemplars);
    };
  }

  private Recording histogram(Histogram.Builder builder, boolean hasExemplars) {
    if (hasExemplars) {
      builder.withExemplars();
    } else {
      builder.withoutExemplars();
    }
    final Histogram histogram =
        builder.classicUpperBounds(BOUNDS).name("duration").labelNames(NAMES).register(registry);
    return (value, labels) -> histogram.labelValues(labels).observe(value);
  }

  @Override
  public Object held() {
    return labels;
  }

  @Override
  public Object root() {
    return List.of(registry, instrument);
  }

  @Override
  public void record(int series, double value) {
    // What a call with three labels makes of them.
    instrument.record(value, labels[series].clone());
  }

  @Override
  public void collect() {
    for (int i = 0; i < COLLECTIONS; i++) {
      registry.scrape();
    }
  }

  @Override
  public void awaitNextExemplar() throws InterruptedException {
    Thread.sleep(PAUSE_MILLIS);
  }
}
