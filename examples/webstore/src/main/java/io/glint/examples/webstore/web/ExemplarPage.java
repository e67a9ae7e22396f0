package io.glint.examples.webstore.web;

import io.glint.examples.webstore.shop.Signals;
import io.glint.examples.webstore.watch.Slice;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The payment histogram as a table: a row for each series, a column for each bucket, and in each
 * bucket in use the way to the trace of its exemplar. The slowest bucket is on the left, where a
 * phone shows it.
 */
final class ExemplarPage {

  private static final double FULL_SHADE = 40;

  private ExemplarPage() {}

  static Reply reply(Collection<MetricData> metrics) {
    final List<HistogramPointData> series =
        metrics.stream()
            .filter(metric -> metric.getName().equals(Signals.PAYMENT_DURATION))
            .flatMap(metric -> metric.getHistogramData().getPoints().stream())
            .sorted(Comparator.comparing(ExemplarPage::name))
            .toList();
    return Reply.html(
        200,
        Html.page(
            "Exemplars",
            "exemplars.html",
            Map.of(
                "bounds",
                buckets().map(bucket -> "<th>" + bound(bucket) + "</th>").collect(joined()),
                "rows",
                series.stream().map(ExemplarPage::row).collect(joined()),
                "metric",
                Signals.PAYMENT_DURATION)));
  }

  private static String row(HistogramPointData point) {
    return "<tr><th>%s</th>%s</tr>\n"
        .formatted(
            Html.escape(name(point)),
            buckets().map(bucket -> cell(point, bucket)).collect(joined()));
  }

  private static String cell(HistogramPointData point, int bucket) {
    final long count = point.getCounts().get(bucket);
    if (count == 0) {
      return "<td></td>";
    }
    final boolean slow =
        bucket > 0 && point.getBoundaries().get(bucket - 1) >= Signals.SLOW_SECONDS;
    return point.getExemplars().stream()
        .filter(exemplar -> Slice.bucketOf(exemplar.getValue()) == bucket)
        .findFirst()
        .map(exemplar -> shade(slow, count, link(exemplar, count)))
        .orElseGet(() -> shade(slow, count, Format.count(count)));
  }

  private static String shade(boolean slow, long count, String content) {
    return String.format(
        Locale.ROOT,
        "<td class=\"%s\" style=\"--share:%.2f\">%s</td>",
        slow ? "hit slow" : "hit",
        Math.min(1, count / FULL_SHADE),
        content);
  }

  private static String link(DoubleExemplarData exemplar, long count) {
    return "<a href=\"/traces/%s#%s\">%s<small>%s</small></a>"
        .formatted(
            Html.escape(exemplar.getSpanContext().getTraceId()),
            Html.escape(exemplar.getSpanContext().getSpanId()),
            Format.count(count),
            Format.seconds(exemplar.getValue()));
  }

  /** The slowest first. */
  private static Stream<Integer> buckets() {
    final int last = Signals.SECONDS.size();
    return IntStream.rangeClosed(0, last).mapToObj(bucket -> last - bucket);
  }

  private static String bound(int bucket) {
    return bucket == Signals.SECONDS.size()
        ? "more"
        : "&le; " + Format.shortSeconds(Signals.SECONDS.get(bucket));
  }

  private static String name(HistogramPointData point) {
    return point.getAttributes().get(Signals.COUNTRY)
        + " "
        + point.getAttributes().get(Signals.METHOD);
  }

  private static Collector<CharSequence, ?, String> joined() {
    return Collectors.joining();
  }
}
