package io.glint.exporter.openmetrics;

import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.metrics.data.ValueAtQuantile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

/**
 * Writes the sample lines of one point at a time: value, exemplar and {@code _created}, never a
 * timestamp of the sample.
 *
 * <p>Points that OpenMetrics 1.0 has no words for, such as a counter that is NaN, are left out with
 * a warning.
 *
 * <p>Not safe for use by several threads at once.
 */
final class PointWriter {

  private static final Comparator<ValueAtQuantile> BY_QUANTILE =
      Comparator.comparingDouble(ValueAtQuantile::getQuantile);

  private final TextBuffer labels;
  private final boolean createdSamples;
  private final RateLimitedLog log;
  private final Numbers numbers = new Numbers();
  private final ExemplarWriter exemplars = new ExemplarWriter(numbers);
  private final List<ValueAtQuantile> quantiles = new ArrayList<>();

  private TextBuffer out;
  private boolean openMetrics;
  private Family family;
  private MetricData metric;
  private int labelsStart;
  private int labelsEnd;

  /**
   * @param labels where the label sets of the points are
   */
  PointWriter(TextBuffer labels, boolean createdSamples, RateLimitedLog log) {
    this.labels = labels;
    this.createdSamples = createdSamples;
    this.log = log;
  }

  /** The label name that the samples of a type add themselves, or null. */
  static String reservedLabel(FamilyType type) {
    return switch (type) {
      case HISTOGRAM -> "le";
      case SUMMARY -> "quantile";
      default -> null;
    };
  }

  /** Starts an exposition, for which what becomes of each exemplar is told. */
  void start(TextBuffer target, boolean inOpenMetrics, ScrapeExemplars tally) {
    exemplars.start(tally);
    out = target;
    openMetrics = inOpenMetrics;
  }

  /** Starts a point, whose labels are at the given place. */
  void point(Family ofFamily, MetricData ofMetric, int labelsFrom, int labelsTo) {
    family = ofFamily;
    metric = ofMetric;
    labelsStart = labelsFrom;
    labelsEnd = labelsTo;
  }

  void gauge(long value) {
    name("");
    numbers.integer(out, value);
    out.put('\n');
  }

  void gauge(double value) {
    name("");
    numbers.floating(out, value);
    out.put('\n');
  }

  void counter(LongPointData point) {
    long value = point.getValue();
    if (value < 0) {
      warn("counter", () -> "the counter value " + value + ", the point is");
      return;
    }
    name("_total");
    numbers.integer(out, value);
    if (openMetrics) {
      exemplars.writeLatest(out, point.getExemplars());
    }
    out.put('\n');
    created(point);
  }

  void counter(DoublePointData point) {
    double value = point.getValue();
    if (!(value >= 0)) {
      warn("counter", () -> "the counter value " + value + ", the point is");
      return;
    }
    name("_total");
    numbers.floating(out, value);
    if (openMetrics) {
      exemplars.writeLatest(out, point.getExemplars());
    }
    out.put('\n');
    created(point);
  }

  void histogram(HistogramPointData point) {
    List<Double> bounds = point.getBoundaries();
    List<Long> counts = point.getCounts();
    if (!isWellFormed(bounds, counts)) {
      warn(
          "histogram",
          () ->
              LogText.of("the bounds " + bounds)
                  + LogText.of(" with the counts " + counts)
                  + ", the point is");
      return;
    }
    if (openMetrics) {
      exemplars.sortIntoBuckets(point.getExemplars(), bounds);
    }
    // A last bound of +Inf is the overflow bucket's own; it is not written twice.
    int last = bounds.size();
    boolean explicitInfinity =
        last > 0 && bounds.get(last - 1).doubleValue() == Double.POSITIVE_INFINITY;
    if (explicitInfinity) {
      last--;
    }
    long total = 0;
    for (int i = 0; i < last; i++) {
      total += counts.get(i);
      bucket(bounds.get(i), total, i);
    }
    if (counts.isEmpty()) {
      total = point.getCount();
    } else {
      for (int i = last; i < counts.size(); i++) {
        total += counts.get(i);
      }
    }
    bucket(Double.POSITIVE_INFINITY, total, last);
    countAndSum(total, point.getSum(), !bounds.isEmpty() && bounds.get(0) < 0);
    created(point);
  }

  private void bucket(double upperBound, long cumulativeCount, int index) {
    out.ascii(family.name).ascii("_bucket{");
    ownLabels(true);
    out.ascii("le=\"");
    numbers.canonical(out, upperBound);
    out.ascii("\"} ");
    numbers.integer(out, cumulativeCount);
    if (openMetrics) {
      exemplars.writeOfBucket(out, index);
    }
    out.put('\n');
  }

  /**
   * OpenMetrics 1.0, "Histogram": sums are counters, hence neither NaN nor below zero, and absent
   * if a bound is negative; there is a count if and only if there is a sum. Prometheus text knows
   * no such rule, and most of its readers expect both.
   *
   * <p>NaN means that the point has no sum, as for a histogram whose instrument may record negative
   * values (OpenTelemetry metrics data model, "Histogram": the sum is optional). That is as it
   * should be: no warning, and in Prometheus text the count alone, for a series of NaN would tell
   * nothing and spoil what is computed with it.
   */
  private void countAndSum(long count, double sum, boolean negativeBound) {
    if (openMetrics && (negativeBound || !(sum >= 0))) {
      if (!negativeBound && !Double.isNaN(sum)) {
        warnOfSum(sum, "_sum and _count are");
      }
      return;
    }
    name("_count");
    numbers.integer(out, count);
    out.put('\n');
    if (!Double.isNaN(sum)) {
      name("_sum");
      numbers.floating(out, sum);
      out.put('\n');
    }
  }

  void summary(SummaryPointData point) {
    if (point.getCount() < 0) {
      warn("summary", () -> "a summary with the count " + point.getCount() + ", the point is");
      return;
    }
    quantiles.clear();
    quantiles.addAll(point.getValues());
    quantiles.sort(BY_QUANTILE);
    double previous = Double.NaN;
    for (int i = 0; i < quantiles.size(); i++) {
      double quantile = quantiles.get(i).getQuantile();
      double value = quantiles.get(i).getValue();
      if (quantile == previous || !(quantile >= 0 && quantile <= 1) || value < 0) {
        warn(
            "quantile", () -> "the value " + value + " at quantile " + quantile + ", this line is");
        continue;
      }
      out.ascii(family.name).put('{');
      ownLabels(true);
      out.ascii("quantile=\"");
      numbers.canonical(out, quantile);
      out.ascii("\"} ");
      numbers.floating(out, value);
      out.put('\n');
      previous = quantile;
    }
    name("_count");
    numbers.integer(out, point.getCount());
    out.put('\n');
    if (openMetrics && !(point.getSum() >= 0)) {
      warnOfSum(point.getSum(), "_sum is");
    } else {
      name("_sum");
      numbers.floating(out, point.getSum());
      out.put('\n');
    }
    created(point);
  }

  private void created(PointData point) {
    if (openMetrics && createdSamples && point.getStartEpochNanos() > 0) {
      name("_created");
      numbers.seconds(out, point.getStartEpochNanos());
      out.put('\n');
    }
  }

  /** Writes name, labels and the blank before the value. */
  private void name(String suffix) {
    out.ascii(family.name).ascii(suffix);
    if (labelsEnd > labelsStart) {
      out.put('{');
      ownLabels(false);
      out.put('}');
    }
    out.put(' ');
  }

  private void ownLabels(boolean commaAfter) {
    if (labelsEnd > labelsStart) {
      out.append(labels, labelsStart, labelsEnd);
      if (commaAfter) {
        out.put(',');
      }
    }
  }

  private static boolean isWellFormed(List<Double> bounds, List<Long> counts) {
    if (counts.size() != bounds.size() + 1 && !(counts.isEmpty() && bounds.isEmpty())) {
      return false;
    }
    for (int i = 0; i < bounds.size(); i++) {
      double bound = bounds.get(i);
      if (Double.isNaN(bound) || (i > 0 && !(bounds.get(i - 1) < bound))) {
        return false;
      }
    }
    for (int i = 0; i < counts.size(); i++) {
      if (counts.get(i) < 0) {
        return false;
      }
    }
    return true;
  }

  private void warnOfSum(double sum, String whatIs) {
    warn("sum", () -> "the sum " + sum + ", which is not a number of zero or more, " + whatIs);
  }

  private void warn(String kind, Supplier<String> what) {
    String name = metric.getName();
    log.warn(
        kind,
        name,
        () ->
            "Metric '"
                + LogText.of(name)
                + "' has "
                + what.get()
                + " left out of the scrape. Labels of the point: {"
                + LogText.of(labels.text(labelsStart, labelsEnd))
                + "}. Record finite values of zero or more, or use another instrument kind.");
  }
}
