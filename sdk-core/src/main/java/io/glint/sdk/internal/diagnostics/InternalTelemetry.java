package io.glint.sdk.internal.diagnostics;

import io.glint.sdk.internal.collect.CollectionListener;
import io.glint.sdk.internal.collect.ReaderId;
import io.glint.sdk.internal.meter.ProviderState;
import io.glint.sdk.internal.meter.RegisteredReader;
import io.glint.sdk.internal.meter.StreamFactory;
import io.glint.sdk.internal.metric.DropCounters;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.context.Context;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a provider says about itself, through a meter of its own: how long its readers' collections
 * take, by the semantic conventions for OpenTelemetry SDK metrics, and what could not be recorded.
 *
 * <p>It is recorded like everything else and collected with the next collection, so there is no way
 * round in a circle: the number of points is fixed by the number of readers and, where exemplars
 * are told of, of other metrics. Thread-safe; records without allocation, unless a collection
 * fails.
 */
public final class InternalTelemetry implements CollectionListener {
  /** Name of the meter. */
  public static final String SCOPE = StreamFactory.OWN_SCOPE;

  private static final String EXEMPLAR_MEASUREMENTS = "glint.exemplar.measurements";
  private static final String EXEMPLAR_EXPORTS = "glint.exemplar.exports";
  private static final String EXEMPLAR_SPANS = "glint.exemplar.spans";

  private static final AttributeKey<String> TYPE = AttributeKey.stringKey("otel.component.type");
  private static final AttributeKey<String> NAME = AttributeKey.stringKey("otel.component.name");
  private static final AttributeKey<String> METER = AttributeKey.stringKey("glint.meter");
  private static final AttributeKey<String> METRIC = AttributeKey.stringKey("glint.metric");
  private static final AttributeKey<String> VERDICT =
      AttributeKey.stringKey("glint.exemplar.verdict");
  private static final AttributeKey<String> OUTCOME =
      AttributeKey.stringKey("glint.exemplar.outcome");
  private static final AttributeKey<String> MARK = AttributeKey.stringKey("glint.exemplar.mark");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

  /** The reasons for which measurements are dropped, as they are exported. */
  private static final Map<DropCounters.Reason, Attributes> REASONS = reasons();

  private final Map<ReaderId, Attributes> components = new LinkedHashMap<>();
  private final DoubleHistogram collectionDuration;

  public InternalTelemetry(Meter meter, ProviderState provider, ExemplarExplainer explainer) {
    final DropCounters losses = provider.losses();
    for (final RegisteredReader reader : provider.readers()) {
      final ReaderId id = reader.id();
      components.put(id, Attributes.of(TYPE, id.type(), NAME, id.name()));
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
    final var unusedGauge =
        meter
            .gaugeBuilder("glint.cardinality.attribute_values")
            .ofLongs()
            .setUnit("{value}")
            .setDescription(
                "For an instrument that has hit its cardinality limit, the attribute key with the"
                    + " most values, and how many it had then.")
            .buildWithCallback(
                measurement ->
                    losses
                        .highCardinalityKeys()
                        .forEach((key, values) -> measurement.record(values, key)));
    unused =
        meter
            .counterBuilder("glint.exemplar.dropped")
            .setUnit("{exemplar}")
            .setDescription("The number of times exemplars were lost because a reservoir failed.")
            .buildWithCallback(
                measurement -> measurement.record(losses.get(DropCounters.Reason.EXEMPLAR)));
    observeExemplars(meter, explainer);
  }

  private void observeExemplars(Meter meter, ExemplarExplainer explainer) {
    final ObservableLongMeasurement measurements =
        meter
            .counterBuilder(EXEMPLAR_MEASUREMENTS)
            .setUnit("{measurement}")
            .setDescription("The number of measurements, by what the exemplar filter said of them.")
            .buildObserver();
    final ObservableLongMeasurement exports =
        meter
            .counterBuilder(EXEMPLAR_EXPORTS)
            .setUnit("{exemplar}")
            .setDescription("The number of exemplars handed to a reader, by what became of them.")
            .buildObserver();
    final ObservableLongMeasurement spans =
        meter
            .counterBuilder(EXEMPLAR_SPANS)
            .setUnit("{span}")
            .setDescription(
                "The number of spans of measurements that a reservoir kept, by what became of their"
                    + " mark.")
            .buildObserver();
    final var unused =
        meter.batchCallback(
            () -> {
              for (final ReaderId reader : components.keySet()) {
                for (final MetricExemplarReport metric : explainer.metrics(reader)) {
                  if (!metric.scope().getName().equals(SCOPE)) {
                    observe(metric, measurements, exports);
                    observeSpans(metric, spans);
                  }
                }
              }
            },
            measurements,
            exports,
            spans);
  }

  private static void observeSpans(MetricExemplarReport metric, ObservableLongMeasurement spans) {
    metric
        .spanMarks()
        .ifPresent(
            marks ->
                marks.forEach(
                    (mark, count) ->
                        observeIfAny(
                            spans, count, metric, MARK, mark.name().toLowerCase(Locale.ROOT))));
  }

  private static void observe(
      MetricExemplarReport metric,
      ObservableLongMeasurement measurements,
      ObservableLongMeasurement exports) {
    // Not by the cause, which is another one while nothing was recorded.
    if (metric.isOff()) {
      return;
    }
    measurements.record(metric.eligible(), attributes(metric, VERDICT, "eligible"));
    observeIfAny(measurements, metric.outsideSpan(), metric, VERDICT, "no_span");
    observeIfAny(measurements, metric.spanNotSampled(), metric, VERDICT, "span_not_sampled");
    observeIfAny(measurements, metric.refusedByFilter(), metric, VERDICT, "refused_by_filter");
    exports.record(metric.handedOver(), attributes(metric, OUTCOME, "handed_over"));
    metric
        .outcomes()
        .ifPresent(
            outcomes ->
                outcomes.forEach(
                    (outcome, count) ->
                        observeIfAny(
                            exports,
                            count,
                            metric,
                            OUTCOME,
                            outcome.name().toLowerCase(Locale.ROOT))));
  }

  /** With all that might be and is not there would be more of these than of the metrics. */
  private static void observeIfAny(
      ObservableLongMeasurement measurement,
      long count,
      MetricExemplarReport metric,
      AttributeKey<String> key,
      String value) {
    if (count > 0) {
      measurement.record(count, attributes(metric, key, value));
    }
  }

  private static Attributes attributes(
      MetricExemplarReport metric, AttributeKey<String> key, String value) {
    return Attributes.of(
        METER, metric.scope().getName(), METRIC, metric.name(), NAME, metric.reader(), key, value);
  }

  /** Every reason, also those that have not occurred: a rate needs the zero before the first. */
  private static void observeMeasurements(
      DropCounters losses, ObservableLongMeasurement measurement) {
    REASONS.forEach((reason, attributes) -> measurement.record(losses.get(reason), attributes));
  }

  private static Map<DropCounters.Reason, Attributes> reasons() {
    final AttributeKey<String> key = AttributeKey.stringKey("glint.drop.reason");
    final Map<DropCounters.Reason, Attributes> reasons = new EnumMap<>(DropCounters.Reason.class);
    for (final DropCounters.Reason reason :
        EnumSet.complementOf(EnumSet.of(DropCounters.Reason.EXEMPLAR))) {
      reasons.put(reason, Attributes.of(key, reason.name().toLowerCase(Locale.ROOT)));
    }
    return reasons;
  }

  @Override
  @SuppressWarnings("NullAway") // All readers are known.
  public void collected(ReaderId reader, long nanos, @Nullable Throwable failure) {
    Attributes attributes = components.get(reader);
    if (failure != null) {
      attributes = attributes.toBuilder().put(ERROR, failure.getClass().getName()).build();
    }
    // A collection belongs to no trace, on whichever thread it was asked for.
    collectionDuration.record(nanos / 1e9, attributes, Context.root());
  }
}
