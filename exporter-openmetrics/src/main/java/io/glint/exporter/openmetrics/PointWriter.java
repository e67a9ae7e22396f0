package io.glint.exporter.openmetrics;

import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.ProblemLog;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
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
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

/**
 * Writes the sample lines of one series at a time: value, exemplar and {@code _created}, never a
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

  private final boolean createdSamples;
  private final ProblemLog log;
  private final Numbers numbers = new Numbers();
  private final ExemplarWriter exemplars = new ExemplarWriter(numbers);
  private final Buckets buckets = new Buckets();
  private final List<ValueAtQuantile> quantiles = new ArrayList<>();

  private TextBuffer out;
  private ScrapeFormat format;
  private Family family;
  private MetricData metric;

  /** Where the label set of the series is. */
  private TextBuffer labels;

  private int labelsStart;
  private int labelsEnd;

  /** Whether the points of the family have everything that OpenMetrics has for its type. */
  private boolean wholeOpenMetrics;

  PointWriter(boolean createdSamples, ProblemLog log) {
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
  void start(TextBuffer target, ScrapeFormat newFormat, ScrapeExemplars tally) {
    exemplars.start(tally);
    out = target;
    format = newFormat;
  }

  /** Starts a family. */
  void family(Family newFamily) {
    family = newFamily;
    wholeOpenMetrics = isWholeOpenMetrics(newFamily);
  }

  private boolean isWholeOpenMetrics(Family any) {
    return format == ScrapeFormat.OPEN_METRICS && any.form(format) == Family.Form.WHOLE;
  }

  /** Whether a family may have {@code _created} samples in this exposition. */
  boolean writesCreated(Family any) {
    return createdSamples && any.type.hasCreated() && isWholeOpenMetrics(any);
  }

  /** Starts a series, whose labels are at the given place. */
  void series(TextBuffer labelsOfSeries, int labelsFrom, int labelsTo) {
    labels = labelsOfSeries;
    labelsStart = labelsFrom;
    labelsEnd = labelsTo;
  }

  /** Writes the only point of a series; returns false if it is left out. */
  boolean write(MetricData ofMetric, PointData point) {
    switch (family.type) {
      case COUNTER -> {
        if (!isCounter(ofMetric, point)) {
          return false;
        }
        if (point instanceof LongPointData integer) {
          counter(integer.getValue(), point.getStartEpochNanos(), point.getExemplars());
        } else {
          double value = ((DoublePointData) point).getValue();
          counter(value, point.getStartEpochNanos(), point.getExemplars());
        }
      }
      case GAUGE -> {
        if (point instanceof LongPointData integer) {
          gauge(integer.getValue());
        } else {
          gauge(((DoublePointData) point).getValue());
        }
      }
      case HISTOGRAM -> {
        if (!isHistogram(ofMetric, point, buckets)) {
          return false;
        }
        histogram(buckets, sum(point), point.getStartEpochNanos(), histogramExemplars(point));
      }
      case SUMMARY -> {
        if (!isSummary(ofMetric, point)) {
          return false;
        }
        SummaryPointData summary = (SummaryPointData) point;
        long start = point.getStartEpochNanos();
        summary(summary.getCount(), summary.getSum(), summary.getValues(), start);
      }
      case INFO -> throw new AssertionError("written by ExpositionWriter");
    }
    return true;
  }

  /** Whether the point is a counter; if not that is logged. */
  boolean isCounter(MetricData ofMetric, PointData point) {
    metric = ofMetric;
    double value =
        point instanceof LongPointData integer
            ? integer.getValue()
            : ((DoublePointData) point).getValue();
    if (value >= 0) {
      return true;
    }
    String text =
        point instanceof LongPointData integer
            ? Long.toString(integer.getValue())
            : Double.toString(value);
    warn("counter", () -> "the counter value " + text + ", the point is");
    return false;
  }

  /** Takes the buckets of a point if it is a histogram; if not that is logged. */
  boolean isHistogram(MetricData ofMetric, PointData point, Buckets target) {
    metric = ofMetric;
    if (point instanceof HistogramPointData histogram) {
      if (target.set(histogram)) {
        return true;
      }
      warn(
          "histogram",
          () ->
              LogText.of("the bounds " + histogram.getBoundaries())
                  + LogText.of(" with the counts " + histogram.getCounts())
                  + ", the point is");
      return false;
    }
    if (target.set((ExponentialHistogramPointData) point)) {
      return true;
    }
    warn("histogram", () -> "a negative number of values in a bucket, the point is");
    return false;
  }

  /** Whether the point is a summary; if not that is logged. */
  boolean isSummary(MetricData ofMetric, PointData point) {
    metric = ofMetric;
    long count = ((SummaryPointData) point).getCount();
    if (count >= 0) {
      return true;
    }
    warn("summary", () -> "a summary with the count " + count + ", the point is");
    return false;
  }

  /** The sum of a point of any kind of histogram. */
  static double sum(PointData point) {
    return point instanceof HistogramPointData histogram
        ? histogram.getSum()
        : ((ExponentialHistogramPointData) point).getSum();
  }

  /** The exemplars of a point of any kind of histogram. */
  static List<DoubleExemplarData> histogramExemplars(PointData point) {
    return point instanceof HistogramPointData histogram
        ? histogram.getExemplars()
        : ((ExponentialHistogramPointData) point).getExemplars();
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

  void counter(long value, long startEpochNanos, List<? extends ExemplarData> candidates) {
    name("_total");
    numbers.integer(out, value);
    endOfCounter(startEpochNanos, candidates);
  }

  void counter(double value, long startEpochNanos, List<? extends ExemplarData> candidates) {
    name("_total");
    numbers.floating(out, value);
    endOfCounter(startEpochNanos, candidates);
  }

  private void endOfCounter(long startEpochNanos, List<? extends ExemplarData> candidates) {
    if (wholeOpenMetrics) {
      exemplars.writeLatest(out, candidates);
    }
    out.put('\n');
    created(startEpochNanos);
  }

  void histogram(
      Buckets histogram, double sum, long startEpochNanos, List<DoubleExemplarData> candidates) {
    if (wholeOpenMetrics) {
      exemplars.sortIntoBuckets(candidates, histogram.bounds());
    }
    BucketLabels bucketLabels = family.bucketLabels;
    bucketLabels.of(histogram, numbers);
    int start = out.size();
    out.ascii(family.name).ascii("_bucket{");
    ownLabels(true);
    int end = out.size();
    long total = 0;
    for (int i = 0; i <= histogram.size(); i++) {
      total = Buckets.sum(total, histogram.count(i));
      if (i > 0) {
        out.repeat(start, end);
      }
      bucketLabels.write(out, i);
      numbers.integer(out, total);
      if (wholeOpenMetrics) {
        exemplars.writeOfBucket(out, i);
      }
      out.put('\n');
    }
    countAndSum(total, sum, histogram.hasNegativeValues());
    created(startEpochNanos);
  }

  /**
   * OpenMetrics 1.0, "Histogram": sums are counters, hence neither NaN nor below zero, and absent
   * if there are negative values; there is a count if and only if there is a sum. Prometheus text
   * knows no such rule, and most of its readers expect both.
   *
   * <p>NaN means that the point has no sum, as for a histogram whose instrument may record negative
   * values (OpenTelemetry metrics data model, "Histogram": the sum is optional). That is as it
   * should be: no warning, and in Prometheus text the count alone, for a series of NaN would tell
   * nothing and spoil what is computed with it.
   */
  private void countAndSum(long count, double sum, boolean negativeValues) {
    if (format == ScrapeFormat.OPEN_METRICS && (negativeValues || !(sum >= 0))) {
      if (!negativeValues && !Double.isNaN(sum)) {
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

  void summary(long count, double sum, List<ValueAtQuantile> values, long startEpochNanos) {
    quantiles.clear();
    quantiles.addAll(values);
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
    numbers.integer(out, count);
    out.put('\n');
    if (format == ScrapeFormat.OPEN_METRICS && !(sum >= 0)) {
      warnOfSum(sum, "_sum is");
    } else {
      name("_sum");
      numbers.floating(out, sum);
      out.put('\n');
    }
    created(startEpochNanos);
  }

  private void created(long startEpochNanos) {
    if (wholeOpenMetrics && createdSamples && startEpochNanos > 0) {
      name("_created");
      numbers.seconds(out, startEpochNanos);
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
