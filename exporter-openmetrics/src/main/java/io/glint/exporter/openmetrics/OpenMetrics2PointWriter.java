package io.glint.exporter.openmetrics;

import io.glint.sdk.internal.log.ProblemLog;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.ValueAtQuantile;
import java.util.List;

/**
 * Writes OpenMetrics 2.0 as of its release candidate 2.0.0-rc0: one line for each series, with a
 * value in braces for a histogram or summary, the time at which the count began ({@code st@}), and
 * all exemplars that have a time, in its order.
 *
 * <p>Family and sample have one name. A histogram has its buckets or, if it is an exponential one,
 * is a native histogram. The format has no upper limit for exemplars' labels, but Prometheus drops
 * an exemplar of more than 128 characters: that limit is kept.
 *
 * <p>A sum that is NaN, because the point has none, is written as NaN, for there has to be one. The
 * sum of a summary that is NaN or negative, which the format does not allow, leaves the point out.
 *
 * <p>Not safe for use by several threads at once.
 */
final class OpenMetrics2PointWriter extends PointWriter {

  private final TextLines lines = new TextLines();
  private final Numbers numbers = lines.numbers;
  private final ExemplarWriter exemplars = new TextExemplarWriter(numbers);

  OpenMetrics2PointWriter(ProblemLog log) {
    super(ScrapeFormat.OPEN_METRICS_2, log);
  }

  @Override
  ExemplarWriter exemplars() {
    return exemplars;
  }

  @Override
  boolean writesCreated(Family any) {
    return false;
  }

  @Override
  boolean hasNativeHistograms() {
    return true;
  }

  @Override
  String labelsText(TextBuffer labelsOfSeries, int labelsFrom, int labelsTo) {
    return labelsOfSeries.text(labelsFrom, labelsTo);
  }

  @Override
  void target(Family target) {
    beginFamily(target);
    lines.name(this, "_info");
    out.ascii("1\n");
  }

  @Override
  void beginFamily(Family newFamily) {
    family = newFamily;
    String name = family.textName();
    lines.comment(out, "TYPE", family, name).ascii(family.type.openMetrics).put('\n');
    if (!family.unit.isEmpty()) {
      lines.comment(out, "UNIT", family, name).ascii(family.unit).put('\n');
    }
    lines.help(out, family, name, true);
  }

  @Override
  void endFamily() {
    // Nothing is said of a family after its samples.
  }

  @Override
  void end() {
    out.ascii(TextLines.EOF);
  }

  @Override
  void gauge(long value) {
    lines.name(this, "");
    numbers.integer(out, value);
    out.put('\n');
  }

  @Override
  void gauge(double value) {
    lines.name(this, "");
    numbers.floating(out, value);
    out.put('\n');
  }

  @Override
  void counter(long value, long startEpochNanos, List<? extends ExemplarData> candidates) {
    lines.name(this, family.suffixes.get(0));
    numbers.integer(out, value);
    endOfSample(startEpochNanos, candidates);
  }

  @Override
  void counter(double value, long startEpochNanos, List<? extends ExemplarData> candidates) {
    lines.name(this, family.suffixes.get(0));
    numbers.floating(out, value);
    endOfSample(startEpochNanos, candidates);
  }

  @Override
  void histogram(
      Buckets histogram, double sum, long startEpochNanos, List<DoubleExemplarData> candidates) {
    long total = 0;
    for (int i = 0; i <= histogram.size(); i++) {
      total = Buckets.sum(total, histogram.count(i));
    }
    countAndSum(total, sum);
    out.ascii(",bucket:[");
    total = 0;
    for (int i = 0; i < histogram.size(); i++) {
      total = Buckets.sum(total, histogram.count(i));
      numbers.canonical(out, histogram.bounds().get(i));
      out.put(':').integer(total).put(',');
    }
    out.ascii("+Inf:").integer(Buckets.sum(total, histogram.count(histogram.size())));
    out.ascii("]}");
    endOfSample(startEpochNanos, candidates);
  }

  @Override
  void nativeHistogram(
      NativeBuckets histogram,
      double sum,
      long startEpochNanos,
      List<DoubleExemplarData> candidates) {
    countAndSum(histogram.count(), sum);
    out.ascii(",schema:").integer(histogram.schema());
    out.ascii(",zero_threshold:");
    numbers.canonical(out, NativeBuckets.ZERO_THRESHOLD);
    out.ascii(",zero_count:").integer(histogram.zeroCount());
    buckets("negative", histogram.negative());
    buckets("positive", histogram.positive());
    out.put('}');
    endOfSample(startEpochNanos, candidates);
  }

  private void countAndSum(long count, double sum) {
    lines.name(this, "");
    out.ascii("{count:").integer(count).ascii(",sum:");
    numbers.floating(out, sum);
  }

  private void buckets(String which, NativeBuckets.Side side) {
    side.makeSpans();
    if (side.spans() == 0) {
      return;
    }
    out.put(',').ascii(which).ascii("_spans:[");
    for (int i = 0; i < side.spans(); i++) {
      if (i > 0) {
        out.put(',');
      }
      out.integer(side.spanOffset(i)).put(':').integer(side.spanLength(i));
    }
    out.ascii("],").ascii(which).ascii("_buckets:[");
    for (int i = 0; i < side.spannedCounts(); i++) {
      if (i > 0) {
        out.put(',');
      }
      out.integer(side.spannedCount(i));
    }
    out.put(']');
  }

  @Override
  void summary(long count, double sum, List<ValueAtQuantile> values, long startEpochNanos) {
    List<ValueAtQuantile> quantiles = ordered(values);
    countAndSum(count, sum);
    out.ascii(",quantile:[");
    for (int i = 0; i < quantiles.size(); i++) {
      if (i > 0) {
        out.put(',');
      }
      numbers.canonical(out, quantiles.get(i).getQuantile());
      out.put(':');
      numbers.floating(out, quantiles.get(i).getValue());
    }
    out.ascii("]}");
    endOfSample(startEpochNanos, List.of());
  }

  private void endOfSample(long startEpochNanos, List<? extends ExemplarData> candidates) {
    if (startEpochNanos > 0) {
      out.ascii(" st@");
      numbers.seconds(out, startEpochNanos);
    }
    exemplars.writeAll(out, candidates);
    out.put('\n');
  }
}
