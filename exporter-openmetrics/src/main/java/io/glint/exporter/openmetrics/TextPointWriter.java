package io.glint.exporter.openmetrics;

import io.glint.sdk.internal.log.ProblemLog;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.ValueAtQuantile;
import java.util.List;

/**
 * Writes OpenMetrics 1.0 or Prometheus text: a line for each sample, with its exemplar, and {@code
 * _created}.
 *
 * <p>The two formats differ in the metadata (OpenMetrics: TYPE, UNIT, HELP, all with the family
 * name; Prometheus text: HELP, TYPE, a counter's with {@code _total}), in {@code _created} samples,
 * exemplars and the end mark, which only OpenMetrics has, and in the constraints of OpenMetrics on
 * histogram and summary sums.
 *
 * <p>Not safe for use by several threads at once.
 */
final class TextPointWriter extends LineWriter {

  /** The type in OpenMetrics of a counter that it cannot have as one. */
  private static final String UNKNOWN = "unknown";

  private final boolean createdSamples;

  /** Whether the points of the family have everything that OpenMetrics has for its type. */
  private boolean wholeOpenMetrics;

  TextPointWriter(ScrapeFormat format, boolean createdSamples, ProblemLog log) {
    super(format, log);
    this.createdSamples = createdSamples;
  }

  private boolean isWholeOpenMetrics(Family any) {
    return format == ScrapeFormat.OPEN_METRICS && any.form(format) == Family.Form.WHOLE;
  }

  @Override
  boolean writesCreated(Family any) {
    return createdSamples && any.type.hasCreated() && isWholeOpenMetrics(any);
  }

  @Override
  void beginFamily(Family newFamily) {
    family = newFamily;
    final boolean whole = family.form(format) == Family.Form.WHOLE;
    wholeOpenMetrics = isWholeOpenMetrics(family);
    if (format == ScrapeFormat.PROMETHEUS_TEXT) {
      final String name = family.textName();
      help(name, false);
      comment("TYPE", name).ascii(family.type.prometheusText).put('\n');
      return;
    }
    final String name = whole ? family.name : family.textName();
    comment("TYPE", name);
    out.ascii(whole ? family.type.openMetrics : UNKNOWN).put('\n');
    if (whole && Names.endsWithUnit(name, family.unit)) {
      comment("UNIT", name).ascii(family.unit).put('\n');
    }
    help(name, true);
  }

  @Override
  void endOfCounter(long startEpochNanos, List<? extends ExemplarData> candidates) {
    if (wholeOpenMetrics) {
      exemplars.writeLatest(out, candidates);
    }
    out.put('\n');
    created(startEpochNanos);
  }

  @Override
  void histogram(
      Buckets histogram, double sum, long startEpochNanos, List<DoubleExemplarData> candidates) {
    if (wholeOpenMetrics) {
      exemplars.sortIntoBuckets(candidates, histogram.bounds());
    }
    final BucketLabels bucketLabels = family.bucketLabels;
    bucketLabels.of(histogram, numbers);
    final int start = out.size();
    openLabels("_bucket");
    final int end = out.size();
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

  @Override
  void nativeHistogram(
      NativeBuckets histogram,
      double sum,
      long startEpochNanos,
      List<DoubleExemplarData> candidates) {
    throw new AssertionError("this format has no native histograms");
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

  @Override
  void summary(long count, double sum, List<ValueAtQuantile> values, long startEpochNanos) {
    final List<ValueAtQuantile> quantiles = ordered(values);
    for (int i = 0; i < quantiles.size(); i++) {
      openLabels("");
      out.ascii("quantile=\"");
      numbers.canonical(out, quantiles.get(i).getQuantile());
      out.ascii("\"} ");
      numbers.floating(out, quantiles.get(i).getValue());
      out.put('\n');
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
}
