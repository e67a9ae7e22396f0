package io.glint.sdk;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.context.Context;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a provider says about itself, through a meter of its own: how long its readers' collections
 * take, by the semantic conventions for OpenTelemetry SDK metrics, and what could not be recorded.
 *
 * <p>It is recorded like everything else and collected with the next collection, so there is no way
 * round in a circle: the number of points is fixed by the number of readers. Thread-safe; records
 * without allocation, unless a collection fails.
 */
final class InternalTelemetry {
  /** Name of the meter. */
  static final String SCOPE = "io.glint.sdk";

  private static final AttributeKey<String> TYPE = AttributeKey.stringKey("otel.component.type");
  private static final AttributeKey<String> NAME = AttributeKey.stringKey("otel.component.name");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

  /** The reasons for which measurements are dropped, as they are exported. */
  private static final Map<Losses.Reason, Attributes> REASONS = reasons();

  private static final String PERIODIC = "periodic_metric_reader";
  private static final String PROMETHEUS = "prometheus_http_text_metric_exporter";

  /**
   * The component types of the conventions, by class name, as not all of these are on the class
   * path. Readers of other classes have the name of their class.
   */
  private static final Map<String, String> TYPES =
      Map.of(
          "io.opentelemetry.sdk.metrics.export.PeriodicMetricReader", PERIODIC,
          "io.glint.sdk.GlintPeriodicMetricReader", PERIODIC,
          "io.opentelemetry.exporter.prometheus.PrometheusHttpServer", PROMETHEUS,
          "io.glint.exporter.openmetrics.OpenMetricsServer", PROMETHEUS);

  private final Map<RegisteredReader, Attributes> components = new HashMap<>();
  private final DoubleHistogram collectionDuration;

  InternalTelemetry(Meter meter, List<RegisteredReader> readers, Losses losses) {
    final Map<String, Integer> instances = new HashMap<>();
    for (final RegisteredReader reader : readers) {
      final String className = reader.reader().getClass().getName();
      final String type = TYPES.getOrDefault(className, className);
      final int instance = instances.merge(type, 1, Integer::sum) - 1;
      components.put(reader, Attributes.of(TYPE, type, NAME, type + "/" + instance));
    }
    // As the stock SDK: no buckets, but count, sum, minimum and maximum.
    collectionDuration =
        meter
            .histogramBuilder("otel.sdk.metric_reader.collection.duration")
            .setUnit("s")
            .setDescription("The duration of the collect operation of the metric reader.")
            .setExplicitBucketBoundariesAdvice(List.of())
            .build();
    var unused =
        meter
            .counterBuilder("glint.measurement.dropped")
            .setUnit("{measurement}")
            .setDescription(
                "The number of measurements that could not be recorded; callbacks that failed count"
                    + " as one.")
            .buildWithCallback(measurement -> observeMeasurements(losses, measurement));
    var unusedGauge =
        meter
            .gaugeBuilder("glint.cardinality.attribute_values")
            .ofLongs()
            .setUnit("{value}")
            .setDescription(
                "For an instrument that has hit its cardinality limit, the attribute key with the"
                    + " most values, and how many it had then.")
            .buildWithCallback(
                measurement ->
                    losses.exploding().forEach((key, values) -> measurement.record(values, key)));
    unused =
        meter
            .counterBuilder("glint.exemplar.dropped")
            .setUnit("{exemplar}")
            .setDescription("The number of times exemplars were lost because a reservoir failed.")
            .buildWithCallback(
                measurement -> measurement.record(losses.get(Losses.Reason.EXEMPLAR)));
  }

  /** Every reason, also those that have not occurred: a rate needs the zero before the first. */
  private static void observeMeasurements(Losses losses, ObservableLongMeasurement measurement) {
    REASONS.forEach((reason, attributes) -> measurement.record(losses.get(reason), attributes));
  }

  private static Map<Losses.Reason, Attributes> reasons() {
    final AttributeKey<String> key = AttributeKey.stringKey("glint.drop.reason");
    final Map<Losses.Reason, Attributes> reasons = new EnumMap<>(Losses.Reason.class);
    for (final Losses.Reason reason : EnumSet.complementOf(EnumSet.of(Losses.Reason.EXEMPLAR))) {
      reasons.put(reason, Attributes.of(key, reason.name().toLowerCase(Locale.ROOT)));
    }
    return reasons;
  }

  /**
   * Tells that a reader has collected.
   *
   * @param failure null if everything was collected, otherwise one of the causes
   */
  void collected(RegisteredReader reader, long nanos, Throwable failure) {
    Attributes attributes = components.get(reader);
    if (failure != null) {
      attributes = attributes.toBuilder().put(ERROR, failure.getClass().getName()).build();
    }
    // A collection belongs to no trace, on whichever thread it was asked for.
    collectionDuration.record(nanos / 1e9, attributes, Context.root());
  }
}
