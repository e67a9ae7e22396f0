package io.glint.sdk.internal.stream;

import io.glint.sdk.exemplar.ExemplarAttributes;
import io.glint.sdk.internal.exemplar.ExemplarAttributeFilter;
import io.glint.sdk.internal.exemplar.ExemplarSampling;
import io.glint.sdk.internal.exemplar.MeasurementClock;
import io.glint.sdk.internal.metric.InstrumentDescriptor;
import io.glint.sdk.internal.metric.MetricDescriptor;
import io.glint.sdk.internal.series.AliasBudget;
import io.glint.sdk.internal.view.AttributeFilter;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a stream, whatever its aggregation is.
 *
 * @param instrument as messages name it
 * @param metric name and description as they are exported, which a view may have set
 * @param attributeFilter null if all attributes are kept
 * @param aliasBudget that of the provider
 * @param exemplarAttributes which of the attributes that are not kept stay on exemplars
 * @param creationEpochNanos when the instrument was created
 * @param idleTimeoutNanos how long a series may be silent before it is dropped. Under cumulative
 *     temporality 0 means permanently; under delta, that the first collection which finds it silent
 *     drops it
 */
public record StreamSettings(
    InstrumentDescriptor instrument,
    MetricDescriptor metric,
    @Nullable AttributeFilter attributeFilter,
    AliasBudget aliasBudget,
    ExemplarAttributes exemplarAttributes,
    AggregationTemporality temporality,
    int cardinalityLimit,
    ExemplarSampling sampling,
    MeasurementClock clock,
    long creationEpochNanos,
    long idleTimeoutNanos) {

  /** Settings of a stream that no view has changed. */
  public StreamSettings(
      InstrumentDescriptor instrument,
      AggregationTemporality temporality,
      int cardinalityLimit,
      ExemplarSampling sampling,
      Clock clock,
      long creationEpochNanos) {
    this(
        instrument,
        MetricDescriptor.of(instrument),
        /* attributeFilter= */ null,
        new AliasBudget(),
        ExemplarAttributes.all(),
        temporality,
        cardinalityLimit,
        sampling,
        new MeasurementClock(clock),
        creationEpochNanos,
        /* idleTimeoutNanos= */ 0);
  }

  /** What exemplars carry of the attributes of a measurement that its point does not. */
  public ExemplarAttributeFilter exemplarAttributeFilter() {
    return new ExemplarAttributeFilter(attributeFilter, exemplarAttributes);
  }
}
