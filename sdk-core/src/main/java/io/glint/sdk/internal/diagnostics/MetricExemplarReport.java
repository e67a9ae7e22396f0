package io.glint.sdk.internal.diagnostics;

import io.glint.sdk.exemplar.ExemplarOutcomes;
import io.glint.sdk.exemplar.ExemplarReport;
import io.glint.sdk.exemplar.ExemplarReport.Cause;
import io.glint.sdk.exemplar.ExemplarReport.SpanMark;
import io.glint.sdk.internal.exemplar.ExemplarAccount;
import io.glint.sdk.internal.exemplar.ExemplarCounts;
import io.glint.sdk.internal.exemplar.ExemplarSampling;
import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.metric.InstrumentDescriptor;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the report on exemplars says of one metric, and how the cause is found. Immutable. */
final class MetricExemplarReport implements ExemplarReport.Metric {

  /** The report on all metrics. Immutable. */
  static final class OfAll implements ExemplarReport {
    private final List<MetricExemplarReport> metrics;

    OfAll(List<MetricExemplarReport> metrics) {
      this.metrics = List.copyOf(metrics);
    }

    @Override
    public List<Metric> metrics() {
      return Collections.unmodifiableList(metrics);
    }

    @Override
    public String toString() {
      final StringBuilder text = new StringBuilder(200 + 300 * metrics.size());
      text.append("Exemplars, by reader and metric\n");
      for (final MetricExemplarReport metric : metrics) {
        text.append('\n');
        metric.appendTo(text);
        text.append('\n');
      }
      return text.toString();
    }
  }

  private final InstrumentationScopeInfo scope;
  private final String name;
  private final String reader;
  private final int cardinalityLimit;
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
  private final @Nullable Map<ExemplarOutcomes.Outcome, Long> outcomes;

  /** Null if spans are not marked, or there are none. */
  private final @Nullable Map<SpanMark, Long> spanMarks;

  private final Cause cause;
  private final @Nullable String boundaryAdvice;

  /**
   * What is said of a metric.
   *
   * @param outcomes how many exemplars have had each outcome; null if no account is kept
   */
  MetricExemplarReport(
      InstrumentationScopeInfo scope,
      InstrumentDescriptor metric,
      String reader,
      int cardinalityLimit,
      boolean isDisabled,
      ExemplarAccount account,
      @Nullable Map<ExemplarOutcomes.Outcome, Long> outcomes) {
    final ExemplarSampling sampling = account.sampling();
    final ExemplarCounts tally = account.tally();
    final boolean isCustom = sampling.filter() == ExemplarSampling.Filter.CUSTOM;
    this.scope = scope;
    this.name = metric.name();
    this.reader = reader;
    this.cardinalityLimit = cardinalityLimit;
    this.filter = sampling.describeFilter();
    this.reservoir = sampling.describeReservoir();
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
    this.outcomes = outcomes;
    this.spanMarks =
        sampling.spanMarking() == null || isAsynchronous || isOff
            ? null
            : Collections.unmodifiableMap(sampling.spanMarking().counts());
    this.cause = isDisabled ? Cause.METER_DISABLED : findCause();
    this.boundaryAdvice = BoundaryAdvice.of(metric, tally);
  }

  @Override
  public InstrumentationScopeInfo scope() {
    return scope;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String reader() {
    return reader;
  }

  @Override
  public int cardinalityLimit() {
    return cardinalityLimit;
  }

  @Override
  public String filter() {
    return filter;
  }

  /** True if the exemplar filter is always off. */
  boolean isOff() {
    return isOff;
  }

  @Override
  public String reservoir() {
    return reservoir;
  }

  @Override
  public long measurements() {
    return measurements;
  }

  @Override
  public long eligible() {
    return eligible;
  }

  @Override
  public long outsideSpan() {
    return outsideSpan;
  }

  @Override
  public long spanNotSampled() {
    return spanNotSampled;
  }

  @Override
  public long refusedByFilter() {
    return refusedByFilter;
  }

  @Override
  public long kept() {
    return kept;
  }

  @Override
  public long handedOver() {
    return handedOver;
  }

  @Override
  public Optional<Map<ExemplarOutcomes.Outcome, Long>> outcomes() {
    return Optional.ofNullable(outcomes);
  }

  @Override
  public Optional<Map<SpanMark, Long>> spanMarks() {
    return Optional.ofNullable(spanMarks);
  }

  @Override
  public Cause cause() {
    return cause;
  }

  @Override
  public String explanation() {
    if (cause != Cause.NONE) {
      return ExemplarAdvice.of(cause);
    }
    if (outcomes == null) {
      return "Exemplars are handed to the reader.";
    }
    return number(ExemplarOutcomes.Outcome.EXPORTED_IN_PART) > 0
        ? ExemplarAdvice.EXPORTED_IN_PART
        : ExemplarAdvice.of(cause);
  }

  @Override
  public Optional<String> boundaryAdvice() {
    return Optional.ofNullable(boundaryAdvice);
  }

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
      append(text, " (without all attributes: ", ExemplarOutcomes.Outcome.EXPORTED_IN_PART, ")");
      append(text, ", not requested: ", ExemplarOutcomes.Outcome.NOT_REQUESTED);
      append(text, ", labels too long: ", ExemplarOutcomes.Outcome.LABELS_TOO_LONG);
      append(text, ", no place in the format: ", ExemplarOutcomes.Outcome.NOT_REPRESENTABLE);
      append(text, ", export failed: ", ExemplarOutcomes.Outcome.EXPORT_FAILED);
    }
    if (spanMarks != null) {
      text.append("\n  spans marked: ").append(number(SpanMark.MARKED));
      append(text, ", of another process: ", SpanMark.REMOTE);
      append(text, ", ended or not recorded: ", SpanMark.NOT_RECORDING);
      append(text, ", that threw: ", SpanMark.FAILED);
    }
    text.append("\n  ").append(explanation());
    if (boundaryAdvice != null) {
      text.append("\n  ").append(boundaryAdvice);
    }
  }

  private void append(StringBuilder text, String what, ExemplarOutcomes.Outcome outcome) {
    append(text, what, number(outcome));
  }

  private void append(
      StringBuilder text, String what, ExemplarOutcomes.Outcome outcome, String end) {
    if (number(outcome) > 0) {
      append(text, what, outcome);
      text.append(end);
    }
  }

  private void append(StringBuilder text, String what, SpanMark mark) {
    append(text, what, number(mark));
  }

  @SuppressWarnings("NullAway") // Called if there are outcomes: then there is a number of each.
  private long number(ExemplarOutcomes.Outcome outcome) {
    return outcomes.get(outcome);
  }

  @SuppressWarnings("NullAway") // Called if spans are marked: then there is a number of each mark.
  private long number(SpanMark mark) {
    return spanMarks.get(mark);
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
    return number(ExemplarOutcomes.Outcome.EXPORTED)
        + number(ExemplarOutcomes.Outcome.EXPORTED_IN_PART);
  }

  private Cause notExported() {
    ExemplarOutcomes.Outcome most = ExemplarOutcomes.Outcome.EXPORTED;
    for (final ExemplarOutcomes.Outcome outcome : ExemplarOutcomes.Outcome.values()) {
      most = number(outcome) > number(most) ? outcome : most;
    }
    return switch (most) {
      case EXPORTED, EXPORTED_IN_PART -> Cause.NOT_EXPORTED_YET;
      case NOT_REQUESTED -> Cause.NOT_REQUESTED;
      case LABELS_TOO_LONG -> Cause.LABELS_TOO_LONG;
      case NOT_REPRESENTABLE -> Cause.NOT_REPRESENTABLE;
      case EXPORT_FAILED -> Cause.EXPORT_FAILED;
    };
  }
}
