package io.glint.examples.webstore;

import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The payment histogram as a table: a row for each series, a column for each bucket, and in each
 * bucket in use the way to the trace of its exemplar. It says what {@code /metrics} says; a browser
 * that asks there gets the Prometheus text format, which has no exemplars.
 */
final class ExemplarPage {

  private static final double FULL_SHADE = 40;
  private static final double SLOW_SECONDS = 0.5;

  private ExemplarPage() {}

  static Reply reply(Collection<MetricData> metrics) {
    List<HistogramPointData> series =
        metrics.stream()
            .filter(metric -> metric.getName().equals(Signals.PAYMENT_DURATION))
            .flatMap(metric -> metric.getHistogramData().getPoints().stream())
            .sorted(Comparator.comparing(ExemplarPage::name))
            .toList();
    String body =
        """
        <h1>Every bucket leads to a trace</h1>
        <p class="lead">All payments since the start, by country, method and time taken. A number is
        the count of a bucket; follow it to the request its exemplar came from. One that cannot be
        followed has no exemplar: none of its payments was sampled.</p>
        <div class="scroll"><table class="buckets"><thead><tr><th></th>%s</tr></thead><tbody>
        %s
        </tbody></table></div>
        <p class="fine">Columns are upper bounds. This is the histogram <code>%s</code> as a scraper
        of the metrics endpoint gets it.</p>
        """
            .formatted(
                IntStream.rangeClosed(0, Signals.SECONDS.size())
                    .mapToObj(bucket -> "<th>" + bound(bucket) + "</th>")
                    .collect(Collectors.joining()),
                series.stream().map(ExemplarPage::row).collect(Collectors.joining("\n")),
                Signals.PAYMENT_DURATION);
    return Reply.html(200, Html.page("Exemplars", body));
  }

  private static String row(HistogramPointData point) {
    return "<tr><th>%s</th>%s</tr>"
        .formatted(
            Html.escape(name(point)),
            IntStream.range(0, point.getCounts().size())
                .mapToObj(bucket -> cell(point, bucket))
                .collect(Collectors.joining()));
  }

  private static String cell(HistogramPointData point, int bucket) {
    long count = point.getCounts().get(bucket);
    if (count == 0) {
      return "<td></td>";
    }
    String shade =
        String.format(
            Locale.ROOT,
            "<td%s style=\"--heat:%.2f\">",
            bucket > 0 && point.getBoundaries().get(bucket - 1) >= SLOW_SECONDS
                ? " class=\"slow\""
                : "",
            Math.min(1, count / FULL_SHADE));
    return point.getExemplars().stream()
        .filter(exemplar -> bucketOf(point, exemplar) == bucket)
        .findFirst()
        .map(exemplar -> shade + link(exemplar, count) + "</td>")
        .orElse(shade + Format.count(count) + "</td>");
  }

  private static String link(DoubleExemplarData exemplar, long count) {
    return "<a href=\"/traces/%s\" title=\"%s s\">%s</a>"
        .formatted(
            Html.escape(exemplar.getSpanContext().getTraceId()),
            exemplar.getValue(),
            Format.count(count));
  }

  /** Upper bounds are inclusive. */
  private static int bucketOf(HistogramPointData point, DoubleExemplarData exemplar) {
    int bucket = 0;
    while (bucket < point.getBoundaries().size()
        && exemplar.getValue() > point.getBoundaries().get(bucket)) {
      bucket++;
    }
    return bucket;
  }

  private static String bound(int bucket) {
    return bucket == Signals.SECONDS.size()
        ? "more"
        : Format.shortSeconds(Signals.SECONDS.get(bucket));
  }

  private static String name(HistogramPointData point) {
    return point.getAttributes().get(Signals.COUNTRY)
        + " "
        + point.getAttributes().get(Signals.METHOD);
  }
}
