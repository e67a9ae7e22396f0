package io.glint.sdk.internal.diagnostics;

import io.glint.sdk.exemplar.ExemplarReport;

/** What the causes of missing exemplars are called in plain words, and what to do about each. */
final class ExemplarAdvice {
  /** For {@code NONE}, where not all of an exemplar was exported. */
  static final String EXPORTED_IN_PART =
      "Exemplars are exported, some without attributes that do not fit: OpenMetrics and Prometheus"
          + " have room for 128 characters of names and values, of which the ids of the span take 63."
          + " Let only those attributes stay on exemplars that you look at"
          + " (GlintView.Builder.setExemplarAttributes), and shorten their values.";

  private ExemplarAdvice() {}

  static String of(ExemplarReport.Cause cause) {
    return switch (cause) {
      case NONE -> "Exemplars are exported.";
      case NOTHING_RECORDED -> "Nothing was recorded yet.";
      case METER_DISABLED ->
          "The meter is disabled by the meter configurator: nothing is recorded or exported.";
      case FILTER_OFF ->
          "Exemplars are off: the exemplar filter is always_off. Set trace_based to have them.";
      case ASYNCHRONOUS ->
          "The instrument is asynchronous: its callbacks run outside of any request, so there is no"
              + " trace to link. Record with a synchronous instrument where the request is"
              + " handled.";
      case NO_SPAN ->
          "The measurements were made outside of a span: no span was current on the recording"
              + " thread. Usually the scope was closed before the recording, or another thread"
              + " records. If no metric has exemplars, look whether the tracer provider has a span"
              + " processor: without one its spans are no-ops since OpenTelemetry 1.67."
              + " Record before the scope is closed, carry the context over"
              + " (Context.current().wrap(task), Context.taskWrapping(executor)), or pass it:"
              + " record(value, attributes, context). Without tracing, set"
              + " ExemplarFilter.alwaysOff(): recording gets cheaper.";
      case SPAN_NOT_SAMPLED ->
          "The measurements were made in spans that are not sampled: the sampler of the tracer"
              + " provider, or of the caller, drops them. Raise its ratio, or set"
              + " ExemplarFilter.alwaysOn() to link traces that may not have been recorded.";
      case REFUSED_BY_FILTER ->
          "The exemplar filter that was set refused every measurement. Check what it asks for.";
      case RESERVOIR_KEPT_NONE ->
          "Eligible measurements were offered to the reservoir, which kept none. If it is one of"
              + " your own, see whether it throws (the log, and glint.exemplar.dropped) and whether"
              + " its collect method visits what it keeps.";
      case NOT_COLLECTED ->
          "Exemplars are there, but the reader has not collected since. Wait for its next"
              + " collection, or call forceFlush().";
      case NOT_EXPORTED_YET ->
          "The reader has collected; its exporter has not exported yet, or nobody has scraped.";
      case NOT_REQUESTED ->
          "The scraper asks for Prometheus text, which has no exemplars. Let it ask for"
              + " application/openmetrics-text: Prometheus does so by default and keeps exemplars"
              + " if it was started with --enable-feature=exemplar-storage; check scrape_protocols,"
              + " and proxies that change the Accept header.";
      case LABELS_TOO_LONG ->
          "The labels of the exemplars are longer than the 128 characters that OpenMetrics allows."
              + " Let fewer attributes stay on exemplars"
              + " (GlintView.Builder.setExemplarAttributes).";
      case NOT_REPRESENTABLE ->
          "OpenMetrics has exemplars on counters and histogram buckets only, and none where the"
              + " name of the metric clashes with another one, of which the log tells. For a gauge"
              + " or an up-down counter export by OTLP; rename what clashes by a view.";
      case EXPORT_FAILED ->
          "Every export has failed. See the exporter's messages in the log for the reason.";
    };
  }

  /** Whether it lies with a reader or its exporter, so that another one may have exemplars. */
  static boolean isOfReader(ExemplarReport.Cause cause) {
    return switch (cause) {
      case NOT_COLLECTED,
          NOT_EXPORTED_YET,
          NOT_REQUESTED,
          LABELS_TOO_LONG,
          NOT_REPRESENTABLE,
          EXPORT_FAILED ->
          true;
      case NONE,
          NOTHING_RECORDED,
          METER_DISABLED,
          FILTER_OFF,
          ASYNCHRONOUS,
          NO_SPAN,
          SPAN_NOT_SAMPLED,
          REFUSED_BY_FILTER,
          RESERVOIR_KEPT_NONE ->
          false;
    };
  }

  /** Whether the log says so although nobody has asked: of what looks like a mistake. */
  static boolean isWorthLogging(ExemplarReport.Cause cause) {
    return switch (cause) {
      case NO_SPAN,
          SPAN_NOT_SAMPLED,
          REFUSED_BY_FILTER,
          RESERVOIR_KEPT_NONE,
          NOT_REQUESTED,
          LABELS_TOO_LONG,
          EXPORT_FAILED ->
          true;
      case NONE,
          NOTHING_RECORDED,
          METER_DISABLED,
          FILTER_OFF,
          ASYNCHRONOUS,
          NOT_COLLECTED,
          NOT_EXPORTED_YET,
          NOT_REPRESENTABLE ->
          false;
    };
  }
}
