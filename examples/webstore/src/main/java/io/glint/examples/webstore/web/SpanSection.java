package io.glint.examples.webstore.web;

import io.glint.examples.webstore.shop.Signals;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Metrics that are made from spans beside those that the shop records, when to use which, and what
 * becomes of a label with ids in it.
 */
final class SpanSection {

  private static final AttributeKey<String> SPAN_NAME = AttributeKey.stringKey("span.name");
  private static final AttributeKey<Boolean> OVERFLOW =
      AttributeKey.booleanKey("otel.metric.overflow");

  private static final String GUARD = "glint.cardinality.attribute_values";
  private static final AttributeKey<String> INSTRUMENT = AttributeKey.stringKey("glint.instrument");
  private static final AttributeKey<String> KEY = AttributeKey.stringKey("glint.attribute.key");

  private SpanSection() {}

  /**
   * Writes the section.
   *
   * @param metrics what the metrics endpoint shows
   * @param countsUrls whether the button was pressed
   */
  static String html(Collection<MetricData> metrics, boolean countsUrls) {
    final List<HistogramPointData> recorded = histogram(metrics, Signals.PAYMENT_DURATION).toList();
    final List<HistogramPointData> spans = histogram(metrics, Signals.SPAN_DURATION).toList();
    final List<HistogramPointData> paymentSpans =
        spans.stream()
            .filter(point -> Signals.PAYMENT_SPAN.equals(point.getAttributes().get(SPAN_NAME)))
            .toList();
    return Html.fragment(
        "spans.html",
        Map.of(
            "recordedMetric",
            Signals.PAYMENT_DURATION,
            "spanMetric",
            Signals.SPAN_DURATION,
            "recorded",
            Format.count(count(recorded)),
            "recordedSeries",
            Format.count(recorded.size()),
            "fromSpans",
            Format.count(count(paymentSpans)),
            "spanSeries",
            Format.count(spans.size()),
            "urlMetric",
            Signals.SPANS_BY_URL,
            "urls",
            countsUrls ? urls(metrics) : button()));
  }

  private static String button() {
    return "<form method=\"post\" action=\"/explain\"><button id=\"by-url\">Make the URL a label"
        + "</button></form>";
  }

  private static String urls(Collection<MetricData> metrics) {
    final List<LongPointData> points = longs(metrics, Signals.SPANS_BY_URL).toList();
    final long rest =
        points.stream()
            .filter(point -> Boolean.TRUE.equals(point.getAttributes().get(OVERFLOW)))
            .mapToLong(LongPointData::getValue)
            .sum();
    if (rest == 0) {
      return "<p>%s URLs have a series each, so far.</p>".formatted(Format.count(points.size()));
    }
    return "<p>%s URLs have a series each: that is the limit here. %s further requests are counted in one series, <code>otel.metric.overflow=\"true\"</code>. %s</p>"
        .formatted(
            Format.count(points.size() - 1L),
            Format.count(rest),
            longs(metrics, GUARD)
                .filter(point -> Signals.SPANS_BY_URL.equals(point.getAttributes().get(INSTRUMENT)))
                .map(SpanSection::guilty)
                .findFirst()
                .orElse(""));
  }

  private static String guilty(LongPointData found) {
    return "Glint has found who is to blame, and says so in the log and in <code>%s</code>: <b id=\"guilty\">%s</b> has the most values, %s. Use <code>%s</code> in its place."
        .formatted(
            GUARD,
            Html.escape(found.getAttributes().get(KEY)),
            Format.count(found.getValue()),
            Signals.ROUTE.getKey());
  }

  private static long count(List<HistogramPointData> points) {
    return points.stream().mapToLong(HistogramPointData::getCount).sum();
  }

  private static Stream<HistogramPointData> histogram(Collection<MetricData> metrics, String name) {
    return named(metrics, name).flatMap(metric -> metric.getHistogramData().getPoints().stream());
  }

  private static Stream<LongPointData> longs(Collection<MetricData> metrics, String name) {
    return named(metrics, name)
        .flatMap(
            metric ->
                Stream.concat(
                    metric.getLongSumData().getPoints().stream(),
                    metric.getLongGaugeData().getPoints().stream()));
  }

  private static Stream<MetricData> named(Collection<MetricData> metrics, String name) {
    return metrics.stream().filter(metric -> metric.getName().equals(name));
  }
}
