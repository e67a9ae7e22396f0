package io.glint.sdk.exemplar;

import io.glint.sdk.GlintMeterProvider;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Why there are exemplars, and why there are none: for each metric of each reader what became of
 * its measurements, from the recording call to the exporter. {@link #toString} is for people.
 * Immutable. Implemented by Glint only; methods may be added.
 *
 * @see GlintMeterProvider#explainExemplars
 */
public interface ExemplarReport {

  /** The first thing that keeps the exemplars of a metric from being seen. */
  enum Cause {
    /** Nothing does: exemplars are exported, or at least handed to the reader. */
    NONE,
    /** Nothing was recorded. */
    NOTHING_RECORDED,
    /** The meter configurator has disabled the meter. */
    METER_DISABLED,
    /** The exemplar filter is always off. */
    FILTER_OFF,
    /** An asynchronous instrument: its callbacks run outside of any request. */
    ASYNCHRONOUS,
    /** All or most measurements were made where no span was current. */
    NO_SPAN,
    /** All or most measurements were made in spans that the sampler does not record. */
    SPAN_NOT_SAMPLED,
    /** A filter of the user's own admits nothing. */
    REFUSED_BY_FILTER,
    /** The reservoir kept nothing of what it was offered, or failed. */
    RESERVOIR_KEPT_NONE,
    /** The reader has not collected yet. */
    NOT_COLLECTED,
    /** The reader has collected, the exporter has not exported yet. */
    NOT_EXPORTED_YET,
    /** Every scraper asked for a format without exemplars. */
    NOT_REQUESTED,
    /** The labels of the exemplars would be longer than the format allows. */
    LABELS_TOO_LONG,
    /** The format has no exemplars for metrics of this type. */
    NOT_REPRESENTABLE,
    /** Every export has failed. */
    EXPORT_FAILED
  }

  /**
   * What became of the span of a measurement that a reservoir kept, where spans are marked.
   *
   * @see io.glint.sdk.GlintMeterProviderBuilder#setExemplarSpanMarking
   */
  enum SpanMark {
    /**
     * It was given the attribute. A span that has as many attributes as its limit allows drops a
     * further one, and nothing says so: it counts here all the same. Raise the limit of the tracing
     * SDK ({@code otel.span.attribute.count.limit}, 128 unless it is set) if spans come near it.
     */
    MARKED,
    /** It has not: it belongs to another process. */
    REMOTE,
    /** It has not: it has ended, or its sampler does not record it. */
    NOT_RECORDING,
    /** It has not: the span threw, which is logged. */
    FAILED
  }

  /**
   * One metric of one reader. Immutable; all numbers are since the instrument was made. Implemented
   * by Glint only; methods may be added.
   */
  interface Metric {
    /** Scope of the meter. */
    InstrumentationScopeInfo scope();

    /** Name of the metric, which a view may have changed from the instrument's. */
    String name();

    /** The reader, as the component name of the SDK's own metrics has it. */
    String reader();

    /**
     * How many attribute sets may have a point, and exemplars, of their own (SDK specification,
     * "Cardinality limits"). Those beyond share one more point, which has the attribute {@code
     * otel.metric.overflow}.
     */
    int cardinalityLimit();

    /** The exemplar filter that is in force. */
    String filter();

    /** The exemplar reservoir that is in force. */
    String reservoir();

    /**
     * Measurements that were counted; of an asynchronous instrument, the series that were observed,
     * collection by collection.
     */
    long measurements();

    /** Measurements that the exemplar filter admitted. */
    long eligible();

    /** Measurements that were made where no span was current, under a trace based filter. */
    long outsideSpan();

    /** Measurements that were made in a span that is not sampled, under a trace based filter. */
    long spanNotSampled();

    /** Measurements that a filter of the user's own refused. */
    long refusedByFilter();

    /** Exemplars that the reservoirs accepted and still had when they were collected. */
    long kept();

    /**
     * Exemplars on the points that the reader was handed. One that stays visible for several
     * collections, as under cumulative temporality, counts in each.
     */
    long handedOver();

    /**
     * What became of those that were handed over. Metrics of one scope that share a name, which is
     * a conflict that was warned of, share these numbers too. Empty if the reader or exporter keeps
     * no account, as those of others do not.
     */
    Optional<Map<ExemplarOutcomes.Outcome, Long>> outcomes();

    /**
     * What became of the spans of measurements that the reservoirs kept, also of those that another
     * one has replaced since. Readers with cumulative temporality that ask for the same share these
     * numbers. Empty if spans are not marked, and where exemplars have none: if they are off, and
     * of asynchronous instruments.
     */
    Optional<Map<SpanMark, Long>> spanMarks();

    /** Why nobody sees an exemplar of this metric; {@link Cause#NONE} if they are seen. */
    Cause cause();

    /** The cause in plain words, and what to do. */
    String explanation();

    /**
     * What to set if the metric is a histogram with the default boundaries and nearly all of its
     * values are in one bucket, as those of a duration in seconds are: then each series has one
     * exemplar, and quantiles cannot be estimated. Empty if the boundaries suit the values, and
     * with few values.
     */
    Optional<String> boundaryAdvice();

    /** Several lines, as in that of the report. */
    @Override
    String toString();
  }

  /**
   * What tells of the exemplars of one reader. The {@code CollectionRegistration} that a {@link
   * GlintMeterProvider} hands to a reader is one. Implemented by Glint, and by readers that pass
   * such a registration on.
   */
  interface Source {
    /**
     * The metrics of the reader, up to its last collection. Changes nothing. Waits for an
     * instrument that is just being collected, for a second at most. For any thread.
     *
     * @return never null
     */
    ExemplarReport explainExemplars();
  }

  /** All metrics, by reader, scope and name. */
  List<Metric> metrics();

  /** Several lines for each metric. */
  @Override
  String toString();
}
