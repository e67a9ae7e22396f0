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
import org.jspecify.annotations.Nullable;

/**
 * Writes families in one format: what is said of a family as a whole, then one series at a time.
 *
 * <p>Points that Prometheus has no words for, such as a counter that is NaN, are left out with a
 * warning. No sample has a timestamp: the time of a scrape is the scraper's.
 *
 * <p>Not safe for use by several threads at once.
 */
abstract class PointWriter {

  private static final Comparator<ValueAtQuantile> BY_QUANTILE =
      Comparator.comparingDouble(ValueAtQuantile::getQuantile);

  private static final String NATIVE =
      "Let the scraper ask for OpenMetrics 1.0, which has it as a classic histogram, or use"
          + " explicit buckets.";

  final ScrapeFormat format;
  private final ProblemLog log;
  private final Buckets buckets = new Buckets();
  private final NativeBuckets nativeBuckets = new NativeBuckets();
  private final List<ValueAtQuantile> quantiles = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // By start().
  TextBuffer out;

  @SuppressWarnings("NullAway.Init") // By beginFamily().
  Family family;

  @SuppressWarnings("NullAway.Init") // By what is asked of a point.
  private MetricData metric;

  /** Where the label set of the series is. */
  @SuppressWarnings("NullAway.Init") // By series().
  TextBuffer labels;

  int labelsStart;
  int labelsEnd;

  PointWriter(ScrapeFormat format, ProblemLog log) {
    this.format = format;
    this.log = log;
  }

  /** The label name that the samples of a type add themselves, or null. */
  static @Nullable String reservedLabel(FamilyType type) {
    return switch (type) {
      case HISTOGRAM -> "le";
      case SUMMARY -> "quantile";
      default -> null;
    };
  }

  /** Starts an exposition, for which what becomes of each exemplar is told. */
  void start(TextBuffer target, ScrapeExemplars tally, LabelSet exemplarLabels) {
    out = target;
    exemplars().start(tally, exemplarLabels);
  }

  /** Writes {@code target_info} with the labels that {@link #series} was told of. */
  abstract void target(Family target);

  /** Starts a family: whatever is said of it before its series. */
  abstract void beginFamily(Family newFamily);

  /** Ends a family that has series. */
  abstract void endFamily();

  /** Ends the exposition. */
  abstract void end();

  abstract ExemplarWriter exemplars();

  /** Whether a family may have {@code _created} samples, as it may in OpenMetrics 1.0 only. */
  boolean writesCreated(Family any) {
    return false;
  }

  abstract void gauge(long value);

  abstract void gauge(double value);

  abstract void counter(long value, long startEpochNanos, List<? extends ExemplarData> candidates);

  abstract void counter(
      double value, long startEpochNanos, List<? extends ExemplarData> candidates);

  abstract void histogram(
      Buckets histogram, double sum, long startEpochNanos, List<DoubleExemplarData> candidates);

  /**
   * Writes an exponential histogram; only in a format that {@linkplain
   * ScrapeFormat#hasNativeHistograms has them}.
   */
  abstract void nativeHistogram(
      NativeBuckets histogram,
      double sum,
      long startEpochNanos,
      List<DoubleExemplarData> candidates);

  /** Writes a summary. */
  abstract void summary(long count, double sum, List<ValueAtQuantile> values, long startEpochNanos);

  /** The labels of a series as text, for people. */
  abstract String labelsText(TextBuffer labelsOfSeries, int labelsFrom, int labelsTo);

  /** Starts a series, whose labels are at the given place. */
  final void series(TextBuffer labelsOfSeries, int labelsFrom, int labelsTo) {
    labels = labelsOfSeries;
    labelsStart = labelsFrom;
    labelsEnd = labelsTo;
  }

  /** Writes the only point of a series; returns false if it is left out. */
  final boolean write(MetricData ofMetric, PointData point) {
    final long start = point.getStartEpochNanos();
    switch (family.type) {
      case COUNTER -> {
        if (!isCounter(ofMetric, point)) {
          return false;
        }
        if (point instanceof LongPointData integer) {
          counter(integer.getValue(), start, point.getExemplars());
        } else {
          counter(((DoublePointData) point).getValue(), start, point.getExemplars());
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
        if (isNative(point)) {
          final ExponentialHistogramPointData exponential = (ExponentialHistogramPointData) point;
          if (!isNativeHistogram(ofMetric, exponential, nativeBuckets)) {
            return false;
          }
          nativeHistogram(nativeBuckets, sum(point), start, histogramExemplars(point));
        } else {
          if (!isHistogram(ofMetric, point, buckets)) {
            return false;
          }
          histogram(buckets, sum(point), start, histogramExemplars(point));
        }
      }
      case SUMMARY -> {
        if (!isSummary(ofMetric, point)) {
          return false;
        }
        final SummaryPointData summary = (SummaryPointData) point;
        summary(summary.getCount(), summary.getSum(), summary.getValues(), start);
      }
      case INFO -> throw new AssertionError("written by ExpositionWriter");
    }
    return true;
  }

  /** Whether a histogram is written as a native one. */
  final boolean isNative(PointData point) {
    return format.hasNativeHistograms()
        && !family.isClassic
        && point instanceof ExponentialHistogramPointData;
  }

  /** Whether the point is a counter; if not that is logged. */
  final boolean isCounter(MetricData ofMetric, PointData point) {
    metric = ofMetric;
    final double value =
        point instanceof LongPointData integer
            ? integer.getValue()
            : ((DoublePointData) point).getValue();
    if (value >= 0) {
      return true;
    }
    final String text =
        point instanceof LongPointData integer
            ? Long.toString(integer.getValue())
            : Double.toString(value);
    warn("counter", () -> "the counter value " + text + ", the point is");
    return false;
  }

  /** Takes the buckets of a point if it is a histogram; if not that is logged. */
  final boolean isHistogram(MetricData ofMetric, PointData point, Buckets target) {
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
    warnOfNegativeCount();
    return false;
  }

  /**
   * Takes the buckets of an exponential histogram if it can be a native one; if not that is logged.
   * OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility", "Exponential
   * Histograms": a point that has no sum, or a scale below -4, is dropped.
   */
  final boolean isNativeHistogram(
      MetricData ofMetric, ExponentialHistogramPointData point, NativeBuckets target) {
    metric = ofMetric;
    if (point.getScale() < NativeBuckets.LOWEST_SCHEMA) {
      warn("scale", () -> "the scale " + point.getScale() + ", below -4, the point is", NATIVE);
      return false;
    }
    if (Double.isNaN(point.getSum())) {
      warn("no sum", () -> "no sum, which a native histogram has to have, the point is", NATIVE);
      return false;
    }
    if (!target.set(point)) {
      warnOfNegativeCount();
      return false;
    }
    return true;
  }

  private void warnOfNegativeCount() {
    warn("histogram", () -> "a negative number of values in a bucket, the point is");
  }

  /** Whether the point is a summary; if not that is logged. */
  final boolean isSummary(MetricData ofMetric, PointData point) {
    metric = ofMetric;
    final long count = ((SummaryPointData) point).getCount();
    if (count < 0) {
      warn("summary", () -> "a summary with the count " + count + ", the point is");
      return false;
    }
    final double sum = ((SummaryPointData) point).getSum();
    if (format == ScrapeFormat.OPEN_METRICS_2 && !(sum >= 0)) {
      // OpenMetrics 2.0 has no summary without a sum, and none with this one.
      warnOfSum(sum, "the point is");
      return false;
    }
    return true;
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

  /** Those quantiles that can be shown, in order; of the others it is logged. Valid until asked. */
  final List<ValueAtQuantile> ordered(List<ValueAtQuantile> values) {
    quantiles.clear();
    quantiles.addAll(values);
    quantiles.sort(BY_QUANTILE);
    int kept = 0;
    double previous = Double.NaN;
    for (int i = 0; i < quantiles.size(); i++) {
      final double quantile = quantiles.get(i).getQuantile();
      final double value = quantiles.get(i).getValue();
      if (quantile == previous || !(quantile >= 0 && quantile <= 1) || value < 0) {
        warn(
            "quantile",
            () -> "the value " + value + " at quantile " + quantile + ", this quantile is");
        continue;
      }
      quantiles.set(kept++, quantiles.get(i));
      previous = quantile;
    }
    quantiles.subList(kept, quantiles.size()).clear();
    return quantiles;
  }

  final void warnOfSum(double sum, String whatIs) {
    warn("sum", () -> "the sum " + sum + ", which is not a number of zero or more, " + whatIs);
  }

  private void warn(String kind, Supplier<String> what) {
    warn(kind, what, "Record finite values of zero or more, or use another instrument kind.");
  }

  private void warn(String kind, Supplier<String> what, String advice) {
    final String name = metric.getName();
    log.warn(
        kind,
        name,
        () ->
            "Metric '"
                + LogText.of(name)
                + "' has "
                + what.get()
                + " left out of the scrape. Labels of the point: {"
                + LogText.of(labelsText(labels, labelsStart, labelsEnd))
                + "}. "
                + advice);
  }
}
