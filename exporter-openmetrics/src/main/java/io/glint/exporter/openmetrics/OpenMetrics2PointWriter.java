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
final class OpenMetrics2PointWriter extends LineWriter {

  OpenMetrics2PointWriter(ProblemLog log) {
    super(ScrapeFormat.OPEN_METRICS_2, log);
  }

  @Override
  void beginFamily(Family newFamily) {
    family = newFamily;
    final String name = family.textName();
    comment("TYPE", name).ascii(family.type.openMetrics).put('\n');
    if (!family.unit.isEmpty()) {
      comment("UNIT", name).ascii(family.unit).put('\n');
    }
    help(name, true);
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
    name("");
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
    final List<ValueAtQuantile> quantiles = ordered(values);
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

  @Override
  void endOfCounter(long startEpochNanos, List<? extends ExemplarData> candidates) {
    endOfSample(startEpochNanos, candidates);
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
