package io.glint.examples.webstore.web;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toList;

import io.glint.examples.webstore.telemetry.Telemetry;
import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.glint.sdk.exemplar.ExemplarReport;
import io.glint.sdk.exemplar.ExemplarReport.Cause;
import io.glint.sdk.exemplar.ExemplarReport.Metric;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code provider.explainExemplars()} for people: trouble first, one sentence each, numbers on
 * demand. What is said of a metric is what scrapers of the metrics endpoint get.
 */
final class ExplainPage {

  /** In the order of the page. */
  enum Verdict {
    TROUBLE("Trouble", "no exemplars, and something can be done"),
    LINKED("With exemplars", "each leads to a trace"),
    WAITING("Not yet", "nothing to show so far, and nothing wrong"),
    BY_NATURE("By nature without", "no exemplars in this format, and nothing to mend");

    private final String title;
    private final String meaning;

    Verdict(String title, String meaning) {
      this.title = title;
      this.meaning = meaning;
    }

    static Verdict of(Cause cause) {
      return switch (cause) {
        case NONE -> LINKED;
        case NOTHING_RECORDED, NOT_COLLECTED, NOT_EXPORTED_YET -> WAITING;
        case ASYNCHRONOUS, NOT_REPRESENTABLE -> BY_NATURE;
        default -> TROUBLE;
      };
    }
  }

  private ExplainPage() {}

  /**
   * Writes the page.
   *
   * @param more HTML that follows
   */
  static Reply reply(Request request, ExemplarReport report, String more) {
    if (!request.wantsHtml()) {
      return Reply.text(200, report.toString());
    }
    final Map<Verdict, List<Metric>> byVerdict = new EnumMap<>(Verdict.class);
    for (final Metric metric : report.metrics()) {
      if (Telemetry.isEndpoint(metric.reader()) && !isOfGlint(metric)) {
        byVerdict
            .computeIfAbsent(Verdict.of(metric.cause()), unused -> new ArrayList<>())
            .add(metric);
      }
    }
    final Map<String, List<Metric>> byName =
        report.metrics().stream().collect(groupingBy(ExplainPage::key, toList()));
    return Reply.html(
        200,
        Html.page(
            "Explain",
            "explain.html",
            Map.of(
                "summary",
                summary(byVerdict),
                "groups",
                byVerdict.entrySet().stream()
                    .map(group -> group(group.getKey(), group.getValue(), byName))
                    .collect(joining()),
                "more",
                more)));
  }

  /** What Glint says of itself belongs to no request. */
  private static boolean isOfGlint(Metric metric) {
    return metric.scope().getName().equals("io.glint.sdk");
  }

  private static String summary(Map<Verdict, List<Metric>> byVerdict) {
    final int linked = count(byVerdict, Verdict.LINKED);
    final int trouble = count(byVerdict, Verdict.TROUBLE);
    if (linked + trouble == 0) {
      return "Nothing was recorded yet that could have an exemplar.";
    }
    final String sentence =
        "<b>%d of %d</b> metrics that could have exemplars have them."
            .formatted(linked, linked + trouble);
    return trouble == 0
        ? sentence + " Nothing needs your attention."
        : sentence + " <b class=\"bad\">%d needs your attention.</b>".formatted(trouble);
  }

  private static int count(Map<Verdict, List<Metric>> byVerdict, Verdict verdict) {
    return byVerdict.getOrDefault(verdict, List.of()).size();
  }

  private static String group(
      Verdict verdict, List<Metric> metrics, Map<String, List<Metric>> byName) {
    return """
    <section class="verdicts %s"><h2>%s <span>%s</span></h2>
    %s</section>
    """
        .formatted(
            verdict.name().toLowerCase(Locale.ROOT),
            verdict.title,
            verdict.meaning,
            metrics.stream()
                .map(metric -> card(metric, byName.get(key(metric))))
                .collect(joining()));
  }

  private static String card(Metric metric, List<Metric> readers) {
    return """
    <article class="metric"><h3><code>%s</code></h3>
    <p>%s</p>
    <details id="%s"><summary>Numbers</summary>
    %s
    <p class="fine">%s</p></details></article>
    """
        .formatted(
            Html.escape(metric.name()),
            Html.escape(sentence(metric)),
            Html.escape(key(metric).replace(" ", "-")),
            readers.stream().map(ExplainPage::numbers).collect(joining()),
            Html.escape(metric.explanation()));
  }

  /** Cause and remedy. */
  private static String sentence(Metric metric) {
    return switch (metric.cause()) {
      case NONE -> linked(metric);
      case NOTHING_RECORDED -> "Nothing was recorded yet.";
      case NOT_COLLECTED, NOT_EXPORTED_YET ->
          "Its exemplars are there; the next scrape takes them.";
      case ASYNCHRONOUS ->
          "It is observed at each scrape, outside of any request, so there is no trace to link.";
      case NOT_REPRESENTABLE ->
          "OpenMetrics has exemplars on counters and histogram buckets only; OTLP has them here,"
              + " too.";
      case NO_SPAN ->
          "It is recorded on a thread where no span is current: wrap the pool that does it with"
              + " Context.taskWrapping(pool).";
      case SPAN_NOT_SAMPLED ->
          "Its requests are not sampled: raise the sampler's ratio (--sample-ratio of this demo).";
      default -> metric.explanation();
    };
  }

  private static String linked(Metric metric) {
    if (metric.outsideSpan() == 0) {
      return "Exemplars are exported.";
    }
    return "Exemplars are exported; but %s of %s measurements were made where no span was current."
        .formatted(Format.count(metric.outsideSpan()), Format.count(metric.measurements()));
  }

  private static String numbers(Metric metric) {
    final Map<String, Long> rows = new LinkedHashMap<>();
    rows.put("measurements", metric.measurements());
    rows.put("in a sampled span", metric.eligible());
    rows.put("outside of a span", metric.outsideSpan());
    rows.put("in a span that is not sampled", metric.spanNotSampled());
    rows.put("exemplars kept", metric.kept());
    rows.put("handed over", metric.handedOver());
    metric
        .outcomes()
        .ifPresent(
            outcomes -> {
              rows.put("exported", outcomes.get(Outcome.EXPORTED));
              rows.put("exported without all attributes", outcomes.get(Outcome.EXPORTED_IN_PART));
              rows.put("not requested by the scraper", outcomes.get(Outcome.NOT_REQUESTED));
            });
    return "<h4>%s</h4><dl>%s</dl>"
        .formatted(
            Html.escape(reader(metric.reader())),
            rows.entrySet().stream()
                .map(
                    row ->
                        "<dt>%s</dt><dd>%s</dd>"
                            .formatted(Html.escape(row.getKey()), Format.count(row.getValue())))
                .collect(joining()));
  }

  private static String reader(String name) {
    if (Telemetry.isEndpoint(name)) {
      return "Metrics endpoint";
    }
    return Telemetry.isPages(name) ? "Pages of this demo" : name;
  }

  private static String key(Metric metric) {
    return metric.scope().getName() + " " + metric.name();
  }
}
