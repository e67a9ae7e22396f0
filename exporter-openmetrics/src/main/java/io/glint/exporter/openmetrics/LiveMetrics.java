package io.glint.exporter.openmetrics;

import io.glint.sdk.exemplar.ExemplarReport;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.metrics.data.ValueAtQuantile;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One collection as the live page gets it. What is written is bounded, however many series there
 * are: of a metric the totals of all series, {@value #MAX_SERIES} series, those with the most
 * measurements, and exemplars; and how many were left out.
 *
 * <p>Not safe for use by several threads at once.
 */
final class LiveMetrics {

  static final int MAX_METRICS = 1000;
  static final int MAX_SERIES = 100;

  /** Once so many characters have been written, metrics have no series any more. */
  static final int MAX_CHARACTERS = 2 * 1024 * 1024;

  /** Once so many have been written, they have no exemplars either, only totals. */
  static final int MAX_CHARACTERS_WITH_EXEMPLARS = 2 * MAX_CHARACTERS;

  /** How many exemplars of each bucket, or power of two, are written: the newest. */
  private static final int MAX_EXEMPLARS_OF_A_ROW = 6;

  private static final int MAX_EXEMPLARS = 400;

  private static final Comparator<Ranked> MOST_FIRST =
      Comparator.comparingDouble(Ranked::weight).reversed();

  private static final Comparator<Shown> NEWEST_FIRST =
      Comparator.<Shown>comparingLong(shown -> shown.exemplar.getEpochNanos()).reversed();

  private final Naming naming;
  private final LiveJson json = new LiveJson();

  /** Cardinality limits of metrics, by their keys in {@link LiveExplanations}. */
  private final Map<String, Integer> limits = new HashMap<>();

  private final Set<String> withoutPlace = new HashSet<>();

  LiveMetrics(Naming naming) {
    this.naming = naming;
  }

  private static final class Ranked {
    final PointData point;
    final double weight;

    Ranked(PointData point) {
      this.point = point;
      this.weight = LiveMetrics.weight(point);
    }

    double weight() {
      return weight;
    }
  }

  private static final class Shown {
    final ExemplarData exemplar;
    final int series;

    Shown(ExemplarData exemplar, int series) {
      this.exemplar = exemplar;
      this.series = series;
    }
  }

  /**
   * Returns an object as JSON.
   *
   * @param report null if the meter provider has none
   */
  static String write(
      Collection<MetricData> metrics, @Nullable ExemplarReport report, Naming naming) {
    return new LiveMetrics(naming).write(metrics, report);
  }

  private String write(Collection<MetricData> metrics, @Nullable ExemplarReport report) {
    if (report != null) {
      for (final ExemplarReport.Metric metric : report.metrics()) {
        limits.put(LiveExplanations.key(metric.scope(), metric.name()), metric.cardinalityLimit());
      }
    }
    json.open('{');
    json.name("service").string(LiveJson.cut(service(metrics)));
    json.name("metrics").open('[');
    int unreadable = 0;
    int written = 0;
    for (final MetricData metric : metrics) {
      if (written == MAX_METRICS) {
        break;
      }
      written++;
      final int length = json.length();
      final boolean isFirst = written - unreadable == 1;
      try {
        metric(metric);
      } catch (RuntimeException e) {
        // The data of a producer of somebody else. A scrape warns of it; here it is counted.
        json.truncate(length, !isFirst);
        unreadable++;
      }
    }
    json.close(']');
    json.name("unreadable").integer(unreadable);
    json.name("leftOut").integer(metrics.size() - written);
    if (report != null) {
      LiveExplanations.write(report, withoutPlace, json.name("exemplars"));
    }
    return json.close('}').toString();
  }

  private static String service(Collection<MetricData> metrics) {
    for (final MetricData metric : metrics) {
      final String name = metric.getResource().getAttribute(AttributeKey.stringKey("service.name"));
      if (name != null) {
        return name;
      }
    }
    return "";
  }

  private void metric(MetricData metric) {
    final InstrumentationScopeInfo scope = metric.getInstrumentationScopeInfo();
    final Kind kind = Kind.of(metric);
    final Collection<? extends PointData> points = metric.getData().getPoints();
    if (kind == Kind.GAUGE || kind == Kind.UP_DOWN_COUNTER) {
      withoutPlace.add(LiveExplanations.key(scope, metric.getName()));
    }
    json.open('{');
    json.name("name").string(LiveJson.cut(metric.getName()));
    json.name("scope").string(LiveJson.cut(scope.getName()));
    if (scope.getVersion() != null) {
      json.name("version").string(LiveJson.cut(scope.getVersion()));
    }
    json.name("kind").string(kind.word);
    json.name("unit").string(LiveJson.cut(metric.getUnit()));
    json.name("help").string(LiveJson.cut(metric.getDescription()));
    json.name("exposed")
        .string(
            LiveJson.cut(
                naming.metric(
                    metric.getName(), Units.word(metric.getUnit()), kind == Kind.COUNTER)));
    json.name("points").integer(points.size());
    final Integer limit = limits.get(LiveExplanations.key(scope, metric.getName()));
    if (limit != null) {
      json.name("limit").integer(limit);
    }
    if (isDelta(metric)) {
      json.name("delta").truth(true);
    }
    totals(kind, points);
    final IdentityHashMap<PointData, Integer> places = series(kind, points);
    exemplars(points, places);
    json.close('}');
  }

  /** What is added up over all series. */
  private void totals(Kind kind, Collection<? extends PointData> points) {
    if (kind == Kind.GAUGE || kind == Kind.SUMMARY || points.isEmpty()) {
      return;
    }
    json.name("all").open('{');
    switch (kind) {
      case HISTOGRAM -> explicitTotals(points);
      case EXPONENTIAL -> exponentialTotals(points);
      default -> json.name("v").floating(points.stream().mapToDouble(LiveMetrics::value).sum());
    }
    json.close('}');
  }

  private void explicitTotals(Collection<? extends PointData> points) {
    final List<Double> bounds = ((HistogramPointData) points.iterator().next()).getBoundaries();
    final long[] counts = new long[bounds.size() + 1];
    long count = 0;
    double sum = 0;
    for (final PointData point : points) {
      final HistogramPointData histogram = (HistogramPointData) point;
      final List<Long> added = histogram.getCounts();
      count += histogram.getCount();
      sum += histogram.getSum();
      // Only a producer of somebody else can have other bounds in one metric.
      if (added.size() == counts.length && histogram.getBoundaries().equals(bounds)) {
        for (int i = 0; i < counts.length; i++) {
          counts[i] += added.get(i);
        }
      }
    }
    json.name("n").integer(count).name("s").floating(sum).name("bounds").open('[');
    for (final double bound : bounds) {
      json.floating(bound);
    }
    json.close(']').name("c").open('[');
    for (final long bucket : counts) {
      json.integer(bucket);
    }
    json.close(']');
  }

  private void exponentialTotals(Collection<? extends PointData> points) {
    final LiveBuckets buckets = new LiveBuckets();
    long count = 0;
    double sum = 0;
    for (final PointData point : points) {
      final ExponentialHistogramPointData histogram = (ExponentialHistogramPointData) point;
      count += histogram.getCount();
      sum += histogram.getSum();
      buckets.add(histogram);
    }
    json.name("n").integer(count).name("s").floating(sum);
    buckets.writeTo(json);
  }

  /** Writes series; returns the place of each that was written. */
  private IdentityHashMap<PointData, Integer> series(
      Kind kind, Collection<? extends PointData> points) {
    final IdentityHashMap<PointData, Integer> places = new IdentityHashMap<>();
    json.name("series").open('[');
    if (json.length() < MAX_CHARACTERS) {
      for (final PointData point : shown(points)) {
        if (json.length() >= MAX_CHARACTERS) {
          break;
        }
        places.put(point, places.size());
        json.open('{');
        json.name("labels").labels(point.getAttributes());
        point(kind, point);
        json.close('}');
      }
    }
    json.close(']');
    return places;
  }

  private static Collection<? extends PointData> shown(Collection<? extends PointData> points) {
    if (points.size() <= MAX_SERIES) {
      return points;
    }
    final List<Ranked> ranked = new ArrayList<>(points.size());
    for (final PointData point : points) {
      ranked.add(new Ranked(point));
    }
    ranked.sort(MOST_FIRST);
    return ranked.subList(0, MAX_SERIES).stream().map(rank -> rank.point).toList();
  }

  private void point(Kind kind, PointData point) {
    switch (kind) {
      case HISTOGRAM -> {
        final HistogramPointData histogram = (HistogramPointData) point;
        json.name("n").integer(histogram.getCount()).name("s").floating(histogram.getSum());
        if (histogram.hasMax()) {
          json.name("max").floating(histogram.getMax());
        }
        json.name("c").open('[');
        for (final long count : histogram.getCounts()) {
          json.integer(count);
        }
        json.close(']');
      }
      case EXPONENTIAL -> {
        final ExponentialHistogramPointData histogram = (ExponentialHistogramPointData) point;
        json.name("n").integer(histogram.getCount()).name("s").floating(histogram.getSum());
        if (histogram.hasMax()) {
          json.name("max").floating(histogram.getMax());
        }
        final LiveBuckets buckets = new LiveBuckets();
        buckets.add(histogram);
        buckets.writeTo(json);
      }
      case SUMMARY -> {
        final SummaryPointData summary = (SummaryPointData) point;
        json.name("n").integer(summary.getCount()).name("s").floating(summary.getSum());
        json.name("quantiles").open('[');
        for (final ValueAtQuantile value : summary.getValues()) {
          json.open('[').floating(value.getQuantile()).floating(value.getValue()).close(']');
        }
        json.close(']');
      }
      default -> {
        json.name("v");
        if (point instanceof LongPointData number) {
          json.integer(number.getValue());
        } else {
          json.floating(value(point));
        }
      }
    }
  }

  /** Of each bucket, or power of two, the newest ones. */
  private void exemplars(
      Collection<? extends PointData> points, IdentityHashMap<PointData, Integer> places) {
    if (json.length() >= MAX_CHARACTERS_WITH_EXEMPLARS) {
      return;
    }
    final Map<Integer, List<Shown>> rows = new HashMap<>();
    for (final PointData point : points) {
      final List<? extends ExemplarData> exemplars = point.getExemplars();
      for (int i = 0; i < exemplars.size(); i++) {
        final ExemplarData exemplar = exemplars.get(i);
        final double value = ExemplarWriter.value(exemplar);
        final int row = (Math.getExponent(value) << 1) + (value < 0 ? 1 : 0);
        add(
            rows.computeIfAbsent(row, unused -> new ArrayList<>(MAX_EXEMPLARS_OF_A_ROW)),
            new Shown(exemplar, places.getOrDefault(point, -1)));
      }
    }
    if (rows.isEmpty()) {
      return;
    }
    final List<Shown> all = new ArrayList<>();
    rows.values().forEach(all::addAll);
    all.sort(NEWEST_FIRST);
    json.name("exemplars").open('[');
    for (final Shown shown : all.subList(0, Math.min(MAX_EXEMPLARS, all.size()))) {
      if (json.length() >= MAX_CHARACTERS_WITH_EXEMPLARS) {
        break;
      }
      exemplar(shown);
    }
    json.close(']');
  }

  private static void add(List<Shown> row, Shown added) {
    if (row.size() < MAX_EXEMPLARS_OF_A_ROW) {
      row.add(added);
      return;
    }
    int oldest = 0;
    for (int i = 1; i < row.size(); i++) {
      if (NEWEST_FIRST.compare(row.get(i), row.get(oldest)) > 0) {
        oldest = i;
      }
    }
    if (NEWEST_FIRST.compare(added, row.get(oldest)) < 0) {
      row.set(oldest, added);
    }
  }

  private void exemplar(Shown shown) {
    final ExemplarData exemplar = shown.exemplar;
    final SpanContext span = exemplar.getSpanContext();
    json.open('{');
    json.name("v").floating(ExemplarWriter.value(exemplar));
    json.name("t").floating(exemplar.getEpochNanos() / 1e6);
    json.name("series").integer(shown.series);
    if (span.isValid()) {
      json.name("trace").string(span.getTraceId()).name("span").string(span.getSpanId());
    }
    if (!exemplar.getFilteredAttributes().isEmpty()) {
      json.name("labels").labels(exemplar.getFilteredAttributes());
    }
    json.close('}');
  }

  private static double weight(PointData point) {
    if (point instanceof HistogramPointData histogram) {
      return histogram.getCount();
    }
    if (point instanceof ExponentialHistogramPointData histogram) {
      return histogram.getCount();
    }
    if (point instanceof SummaryPointData summary) {
      return summary.getCount();
    }
    return Math.abs(value(point));
  }

  private static double value(PointData point) {
    return point instanceof LongPointData number
        ? number.getValue()
        : ((DoublePointData) point).getValue();
  }

  private static boolean isDelta(MetricData metric) {
    return switch (metric.getType()) {
      case LONG_SUM -> isDelta(metric.getLongSumData().getAggregationTemporality());
      case DOUBLE_SUM -> isDelta(metric.getDoubleSumData().getAggregationTemporality());
      case HISTOGRAM -> isDelta(metric.getHistogramData().getAggregationTemporality());
      case EXPONENTIAL_HISTOGRAM ->
          isDelta(metric.getExponentialHistogramData().getAggregationTemporality());
      case LONG_GAUGE, DOUBLE_GAUGE, SUMMARY -> false;
    };
  }

  private static boolean isDelta(AggregationTemporality temporality) {
    return temporality == AggregationTemporality.DELTA;
  }

  /** What a metric is to who looks at it. */
  private enum Kind {
    HISTOGRAM("histogram"),
    EXPONENTIAL("exponential histogram"),
    COUNTER("counter"),
    UP_DOWN_COUNTER("up-down counter"),
    GAUGE("gauge"),
    SUMMARY("summary");

    final String word;

    Kind(String word) {
      this.word = word;
    }

    static Kind of(MetricData metric) {
      return switch (metric.getType()) {
        case HISTOGRAM -> HISTOGRAM;
        case EXPONENTIAL_HISTOGRAM -> EXPONENTIAL;
        case LONG_SUM -> ofSum(metric.getLongSumData().isMonotonic());
        case DOUBLE_SUM -> ofSum(metric.getDoubleSumData().isMonotonic());
        case LONG_GAUGE, DOUBLE_GAUGE -> GAUGE;
        case SUMMARY -> SUMMARY;
      };
    }

    private static Kind ofSum(boolean isMonotonic) {
      return isMonotonic ? COUNTER : UP_DOWN_COUNTER;
    }
  }
}
