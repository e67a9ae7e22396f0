package io.glint.sdk;

import io.glint.sdk.internal.log.LogText;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Why there are exemplars, and why there are none: for each metric of each reader what became of
 * its measurements, from the recording call to the exporter. {@link #toString} is for people.
 * Immutable.
 *
 * @see GlintMeterProvider#explainExemplars
 */
public final class ExemplarReport {

  /** The first thing that keeps the exemplars of a metric from being seen. */
  public enum Cause {
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
    NO_PLACE_IN_FORMAT,
    /** Every export has failed. */
    EXPORT_FAILED
  }

  /** One metric of one reader. Immutable; all numbers are since the instrument was made. */
  public static final class Metric {
    private final InstrumentationScopeInfo scope;
    private final String name;
    private final String reader;
    private final String filter;
    private final String reservoir;
    private final long measurements;
    private final long eligible;
    private final long outsideSpan;
    private final long spanNotSampled;
    private final long refusedByFilter;
    private final boolean isOff;
    private final boolean isAsynchronous;
    private final boolean isCollected;
    private final long kept;
    private final long handedOver;
    private final Map<ExemplarOutcomes.Outcome, Long> outcomes;
    private final Cause cause;
    private final String boundaryAdvice;

    Metric(
        InstrumentationScopeInfo scope,
        InstrumentDescriptor metric,
        String reader,
        boolean isDisabled,
        ExemplarAccount account,
        ExemplarOutcomes exports) {
      final ExemplarSampling sampling = account.sampling();
      final ExemplarTally tally = account.tally();
      final boolean isCustom = sampling.filter() == ExemplarSampling.Filter.CUSTOM;
      this.scope = scope;
      this.name = metric.name();
      this.reader = reader;
      this.filter = sampling.filterInWords();
      this.reservoir = sampling.reservoirInWords();
      this.measurements = tally.measurements;
      this.eligible = sampling.readsContext() ? tally.eligible() : 0;
      this.outsideSpan = tally.noSpan;
      this.spanNotSampled = isCustom ? 0 : tally.refused;
      this.refusedByFilter = isCustom ? tally.refused : 0;
      this.isOff = !sampling.readsContext();
      this.isAsynchronous = metric.isAsynchronous();
      this.isCollected = account.isCollected();
      this.kept = tally.kept;
      this.handedOver = account.handedOver();
      this.outcomes = exports == null ? null : outcomes(exports);
      this.cause = isDisabled ? Cause.METER_DISABLED : findCause();
      this.boundaryAdvice = BoundaryAdvice.of(metric, tally);
    }

    private Map<ExemplarOutcomes.Outcome, Long> outcomes(ExemplarOutcomes exports) {
      final Map<ExemplarOutcomes.Outcome, Long> outcomes =
          new EnumMap<>(ExemplarOutcomes.Outcome.class);
      for (final ExemplarOutcomes.Outcome outcome : ExemplarOutcomes.Outcome.values()) {
        outcomes.put(outcome, exports.get(scope, name, outcome));
      }
      return Collections.unmodifiableMap(outcomes);
    }

    /** Scope of the meter. */
    public InstrumentationScopeInfo scope() {
      return scope;
    }

    /** Name of the metric, which a view may have changed from the instrument's. */
    public String name() {
      return name;
    }

    /** The reader, as the component name of the SDK's own metrics has it. */
    public String reader() {
      return reader;
    }

    /** The exemplar filter that is in force. */
    public String filter() {
      return filter;
    }

    /** True if the exemplar filter is always off. */
    boolean isOff() {
      return isOff;
    }

    /** The exemplar reservoir that is in force. */
    public String reservoir() {
      return reservoir;
    }

    /**
     * Measurements that were counted; of an asynchronous instrument, the series that were observed,
     * collection by collection.
     */
    public long measurements() {
      return measurements;
    }

    /** Measurements that the exemplar filter admitted. */
    public long eligible() {
      return eligible;
    }

    /** Measurements that were made where no span was current, under a trace based filter. */
    public long outsideSpan() {
      return outsideSpan;
    }

    /** Measurements that were made in a span that is not sampled, under a trace based filter. */
    public long spanNotSampled() {
      return spanNotSampled;
    }

    /** Measurements that a filter of the user's own refused. */
    public long refusedByFilter() {
      return refusedByFilter;
    }

    /** Exemplars that the reservoirs accepted and still had when they were collected. */
    public long kept() {
      return kept;
    }

    /**
     * Exemplars on the points that the reader was handed. One that stays visible for several
     * collections, as under cumulative temporality, counts in each.
     */
    public long handedOver() {
      return handedOver;
    }

    /**
     * What became of those that were handed over. Metrics of one scope that share a name, which is
     * a conflict that was warned of, share these numbers too. Empty if the reader or exporter keeps
     * no account, as those of others do not.
     */
    public Optional<Map<ExemplarOutcomes.Outcome, Long>> outcomes() {
      return Optional.ofNullable(outcomes);
    }

    /** Why nobody sees an exemplar of this metric; {@link Cause#NONE} if they are seen. */
    public Cause cause() {
      return cause;
    }

    /** The cause in plain words, and what to do. */
    public String explanation() {
      return cause == Cause.NONE && outcomes == null
          ? "Exemplars are handed to the reader."
          : ExemplarAdvice.of(cause);
    }

    /**
     * What to set if the metric is a histogram with the default boundaries and nearly all of its
     * values are in one bucket, as those of a duration in seconds are: then each series has one
     * exemplar, and quantiles cannot be estimated. Empty if the boundaries suit the values, and
     * with few values.
     */
    public Optional<String> boundaryAdvice() {
      return Optional.ofNullable(boundaryAdvice);
    }

    /** Several lines, as in that of the report. */
    @Override
    public String toString() {
      final StringBuilder text = new StringBuilder(300);
      appendTo(text);
      return text.toString();
    }

    private void appendTo(StringBuilder text) {
      text.append("'").append(LogText.of(name));
      text.append("' of meter '").append(LogText.of(scope.getName()));
      text.append("' for ").append(reader).append('\n');
      text.append("  measurements: ").append(measurements);
      text.append(", eligible: ").append(eligible);
      text.append(" (filter ").append(filter).append(')');
      append(text, ", outside of a span: ", outsideSpan);
      append(text, ", in a span that is not sampled: ", spanNotSampled);
      append(text, ", refused by the filter: ", refusedByFilter);
      text.append("\n  exemplars kept: ").append(kept);
      text.append(" (reservoir ").append(reservoir).append("), handed over: ").append(handedOver);
      if (outcomes == null) {
        text.append(", what the exporter does with them is not known");
      } else {
        text.append(", exported: ").append(exported());
        append(text, ", not requested: ", ExemplarOutcomes.Outcome.NOT_REQUESTED);
        append(text, ", labels too long: ", ExemplarOutcomes.Outcome.LABELS_TOO_LONG);
        append(text, ", no place in the format: ", ExemplarOutcomes.Outcome.NO_PLACE);
        append(text, ", export failed: ", ExemplarOutcomes.Outcome.EXPORT_FAILED);
      }
      text.append("\n  ").append(explanation());
      if (boundaryAdvice != null) {
        text.append("\n  ").append(boundaryAdvice);
      }
    }

    private void append(StringBuilder text, String what, ExemplarOutcomes.Outcome outcome) {
      append(text, what, outcomes.get(outcome));
    }

    private static void append(StringBuilder text, String what, long number) {
      if (number > 0) {
        text.append(what).append(number);
      }
    }

    private Cause findCause() {
      if (measurements == 0) {
        return Cause.NOTHING_RECORDED;
      }
      if (isOff) {
        return Cause.FILTER_OFF;
      }
      if (eligible == 0) {
        return notEligible();
      }
      if (handedOver == 0) {
        return kept == 0 && isCollected ? Cause.RESERVOIR_KEPT_NONE : Cause.NOT_COLLECTED;
      }
      return outcomes == null || exported() > 0 ? Cause.NONE : notExported();
    }

    private Cause notEligible() {
      if (isAsynchronous) {
        return Cause.ASYNCHRONOUS;
      }
      if (refusedByFilter > 0) {
        return Cause.REFUSED_BY_FILTER;
      }
      return outsideSpan >= spanNotSampled ? Cause.NO_SPAN : Cause.SPAN_NOT_SAMPLED;
    }

    private long exported() {
      return outcomes.get(ExemplarOutcomes.Outcome.EXPORTED);
    }

    private Cause notExported() {
      ExemplarOutcomes.Outcome most = ExemplarOutcomes.Outcome.EXPORTED;
      for (final ExemplarOutcomes.Outcome outcome : ExemplarOutcomes.Outcome.values()) {
        most = outcomes.get(outcome) > outcomes.get(most) ? outcome : most;
      }
      return switch (most) {
        case EXPORTED -> Cause.NOT_EXPORTED_YET;
        case NOT_REQUESTED -> Cause.NOT_REQUESTED;
        case LABELS_TOO_LONG -> Cause.LABELS_TOO_LONG;
        case NO_PLACE -> Cause.NO_PLACE_IN_FORMAT;
        case EXPORT_FAILED -> Cause.EXPORT_FAILED;
      };
    }
  }

  private final List<Metric> metrics;

  ExemplarReport(List<Metric> metrics) {
    this.metrics = List.copyOf(metrics);
  }

  /** All metrics, by reader, scope and name. */
  public List<Metric> metrics() {
    return metrics;
  }

  /** Several lines for each metric. */
  @Override
  public String toString() {
    final StringBuilder text = new StringBuilder(200 + 300 * metrics.size());
    text.append("Exemplars, by reader and metric\n");
    for (final Metric metric : metrics) {
      text.append('\n');
      metric.appendTo(text);
      text.append('\n');
    }
    return text.toString();
  }
}
