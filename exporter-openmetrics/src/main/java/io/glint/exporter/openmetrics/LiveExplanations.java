package io.glint.exporter.openmetrics;

import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.glint.sdk.exemplar.ExemplarReport;
import io.glint.sdk.exemplar.ExemplarReport.Cause;
import io.glint.sdk.exemplar.ExemplarReport.Metric;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The report on exemplars for people: a verdict, cause and remedy in a sentence, and numbers. */
final class LiveExplanations {

  private enum Verdict {
    /** No exemplars, and something can be done. */
    TROUBLE,
    /** There are exemplars. */
    LINKED,
    /** Nothing yet, and nothing wrong. */
    WAITING,
    /** There will be none, and that is meant. */
    WITHOUT
  }

  private LiveExplanations() {}

  /**
   * Writes an array.
   *
   * @param withoutPlace metrics, by {@link #key}, that have no place for exemplars in OpenMetrics
   */
  static void write(ExemplarReport report, Set<String> withoutPlace, LiveJson json) {
    json.open('[');
    int written = 0;
    for (final Metric metric : report.metrics()) {
      if (written++ == LiveMetrics.MAX_METRICS) {
        break;
      }
      json.open('{');
      json.name("name").string(LiveJson.cut(metric.name()));
      json.name("scope").string(LiveJson.cut(metric.scope().getName()));
      final Cause cause =
          withoutPlace.contains(key(metric.scope(), metric.name()))
              ? Cause.NOT_REPRESENTABLE
              : metric.cause();
      json.name("verdict").string(verdict(cause, metric).name());
      json.name("cause").string(cause.name());
      json.name("sentence").string(sentence(cause, metric));
      json.name("more").string(metric.explanation());
      metric.boundaryAdvice().ifPresent(advice -> json.name("advice").string(advice));
      json.name("numbers").open('{');
      numbers(metric).forEach((what, number) -> json.name(what).integer(number));
      json.close('}').close('}');
    }
    json.close(']');
  }

  static String key(InstrumentationScopeInfo scope, String name) {
    return scope.getName() + '\n' + name;
  }

  private static Verdict verdict(Cause cause, Metric metric) {
    return switch (cause) {
      case NONE, NOT_EXPORTED_YET -> Verdict.LINKED;
      case NOTHING_RECORDED, NOT_COLLECTED -> Verdict.WAITING;
      case ASYNCHRONOUS, NOT_REPRESENTABLE, METER_DISABLED, FILTER_OFF -> Verdict.WITHOUT;
      case NO_SPAN -> isOfGlint(metric.scope().getName()) ? Verdict.WITHOUT : Verdict.TROUBLE;
      case SPAN_NOT_SAMPLED,
          REFUSED_BY_FILTER,
          RESERVOIR_KEPT_NONE,
          NOT_REQUESTED,
          LABELS_TOO_LONG,
          EXPORT_FAILED ->
          Verdict.TROUBLE;
    };
  }

  /**
   * What Glint records of itself belongs to no request. What Micrometer records by Glint's registry
   * has a scope of Glint, too, and is the application's.
   */
  private static boolean isOfGlint(String scope) {
    return scope.equals("io.glint.sdk") || scope.startsWith("io.glint.exporter.");
  }

  /** Cause and remedy. */
  private static String sentence(Cause cause, Metric metric) {
    return switch (cause) {
      case NONE ->
          "Exemplars are exported."
              + outsideOfSpans(metric, " But %s were made outside of a span.");
      case NOT_EXPORTED_YET ->
          "Exemplars are there, as you see here. No scraper has asked for them yet.";
      case NOTHING_RECORDED -> "Nothing was recorded yet.";
      case NOT_COLLECTED -> "Measurements were eligible. The next collection may have exemplars.";
      case METER_DISABLED -> "The meter configurator has disabled this meter.";
      case FILTER_OFF -> "The exemplar filter is always_off: set trace_based to have exemplars.";
      case ASYNCHRONOUS ->
          "It is observed by a callback, outside of any request, so there is no trace to link.";
      case NOT_REPRESENTABLE ->
          "OpenMetrics has exemplars on counters and histogram buckets only: export by OTLP to have"
              + " them here.";
      case NO_SPAN ->
          "No span was current where it was recorded: record before the scope is closed, or carry"
              + " the context to the other thread, as Context.taskWrapping(executor) does.";
      case SPAN_NOT_SAMPLED ->
          "It was recorded in spans that are not sampled: raise the ratio of the sampler.";
      case REFUSED_BY_FILTER ->
          "The exemplar filter refused every measurement: check what it asks for.";
      case RESERVOIR_KEPT_NONE ->
          "The reservoir kept none of the eligible measurements: if it is your own, see whether it"
              + " throws.";
      case NOT_REQUESTED ->
          "Scrapers ask for Prometheus text, which has no exemplars: let them ask for"
              + " application/openmetrics-text, as Prometheus does by default.";
      case LABELS_TOO_LONG ->
          "The labels of its exemplars are longer than OpenMetrics allows: let fewer attributes stay"
              + " on exemplars.";
      case EXPORT_FAILED ->
          "Every scraper broke its scrape off: look at the log of the scraper, and at its timeout.";
    };
  }

  /** Nothing if nearly all were made in a span. */
  private static String outsideOfSpans(Metric metric, String sentence) {
    final long percent =
        Math.round(100.0 * metric.outsideSpan() / Math.max(1, metric.measurements()));
    return percent == 0 ? "" : String.format(sentence, percent + " % of measurements");
  }

  private static Map<String, Long> numbers(Metric metric) {
    final Map<String, Long> numbers = new LinkedHashMap<>();
    numbers.put("measurements", metric.measurements());
    numbers.put("eligible for exemplars", metric.eligible());
    numbers.put("outside of a span", metric.outsideSpan());
    numbers.put("in a span that is not sampled", metric.spanNotSampled());
    numbers.put("refused by the filter", metric.refusedByFilter());
    numbers.put("exemplars kept", metric.kept());
    numbers.put("handed to this endpoint", metric.handedOver());
    metric
        .outcomes()
        .ifPresent(
            outcomes -> {
              numbers.put("sent to scrapers", outcomes.get(Outcome.EXPORTED));
              numbers.put(
                  "sent without attributes that do not fit",
                  outcomes.get(Outcome.EXPORTED_IN_PART));
              numbers.put(
                  "not sent, as the scraper asked for a format without",
                  outcomes.get(Outcome.NOT_REQUESTED));
              numbers.put(
                  "not sent, as a line has room for one", outcomes.get(Outcome.NOT_REPRESENTABLE));
              numbers.put("too long", outcomes.get(Outcome.LABELS_TOO_LONG));
              numbers.put("in a scrape that failed", outcomes.get(Outcome.EXPORT_FAILED));
            });
    return numbers;
  }
}
