package io.glint.exporter.openmetrics;

import io.glint.sdk.internal.log.ProblemLog;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.ValueAtQuantile;
import java.util.List;

/**
 * Writes the protobuf format of Prometheus: one message {@code io.prometheus.client.MetricFamily}
 * after the other, each with its length in front (Prometheus documentation, "Exposition formats",
 * "Protobuf format"; its messages are those of {@code metrics.proto} of Prometheus' client_model).
 *
 * <p>A histogram has its buckets or, if it is an exponential one, is a native histogram, which has
 * no others. Counters, histograms and summaries have the time at which their count began; this
 * costs no series, so that no setting is asked.
 *
 * <p>A sum that is NaN, because the point has none, is written as NaN: if it were left out,
 * scrapers would read zero.
 *
 * <p>Not safe for use by several threads at once.
 */
final class ProtobufPointWriter extends PointWriter {

  private static final int FAMILY_NAME = 1;
  private static final int FAMILY_HELP = 2;
  private static final int FAMILY_TYPE = 3;
  private static final int FAMILY_METRIC = 4;
  private static final int FAMILY_UNIT = 5;

  private static final int METRIC_GAUGE = 2;
  private static final int METRIC_COUNTER = 3;
  private static final int METRIC_SUMMARY = 4;
  private static final int METRIC_HISTOGRAM = 7;

  private final ExemplarWriter exemplars = new ProtobufExemplarWriter();
  private int familyContent;

  ProtobufPointWriter(ProblemLog log) {
    super(ScrapeFormat.PROTOBUF, log);
  }

  @Override
  ExemplarWriter exemplars() {
    return exemplars;
  }

  @Override
  String labelsText(TextBuffer labelsOfSeries, int labelsFrom, int labelsTo) {
    return LabelSet.textOfPairs(labelsOfSeries, labelsFrom, labelsTo);
  }

  @Override
  void target(Family target) {
    beginFamily(target);
    gauge(1.0);
    endFamily();
  }

  @Override
  void beginFamily(Family newFamily) {
    family = newFamily;
    familyContent = Protobuf.begin(out);
    Protobuf.string(out, FAMILY_NAME, family.textName());
    if (!family.help.isEmpty()) {
      Protobuf.string(out, FAMILY_HELP, family.help);
    }
    Protobuf.uint64(
        out,
        FAMILY_TYPE,
        switch (family.type) {
          case COUNTER -> 0;
          case GAUGE, INFO -> 1;
          case SUMMARY -> 2;
          case HISTOGRAM -> 4;
        });
  }

  @Override
  void endFamily() {
    // Prometheus 3 refuses a scrape that has a unit which the name does not end with.
    if (!family.lacksSuffix() && Names.endsWithUnit(family.name, family.unit)) {
      Protobuf.string(out, FAMILY_UNIT, family.unit);
    }
    Protobuf.end(out, familyContent);
  }

  @Override
  void end() {
    // The end of the body is the end.
  }

  private int beginMetric() {
    final int metric = Protobuf.begin(out, FAMILY_METRIC);
    out.append(labels, labelsStart, labelsEnd);
    return metric;
  }

  @Override
  void gauge(long value) {
    gauge((double) value);
  }

  @Override
  void gauge(double value) {
    final int metric = beginMetric();
    final int gauge = Protobuf.begin(out, METRIC_GAUGE);
    Protobuf.float64(out, 1, value);
    Protobuf.end(out, gauge);
    Protobuf.end(out, metric);
  }

  @Override
  void counter(long value, long startEpochNanos, List<? extends ExemplarData> candidates) {
    counter((double) value, startEpochNanos, candidates);
  }

  @Override
  void counter(double value, long startEpochNanos, List<? extends ExemplarData> candidates) {
    final int metric = beginMetric();
    final int counter = Protobuf.begin(out, METRIC_COUNTER);
    Protobuf.float64(out, 1, value);
    exemplars.writeLatest(out, candidates);
    created(3, startEpochNanos);
    Protobuf.end(out, counter);
    Protobuf.end(out, metric);
  }

  @Override
  void histogram(
      Buckets histogram, double sum, long startEpochNanos, List<DoubleExemplarData> candidates) {
    exemplars.sortIntoBuckets(candidates, histogram.bounds());
    final int metric = beginMetric();
    final int content = Protobuf.begin(out, METRIC_HISTOGRAM);
    long total = 0;
    for (int i = 0; i <= histogram.size(); i++) {
      total = Buckets.sum(total, histogram.count(i));
      final int bucket = Protobuf.begin(out, 3);
      Protobuf.uint64(out, 1, total);
      Protobuf.float64(
          out, 2, i < histogram.size() ? histogram.bounds().get(i) : Double.POSITIVE_INFINITY);
      exemplars.writeOfBucket(out, i);
      Protobuf.end(out, bucket);
    }
    Protobuf.uint64(out, 1, total);
    Protobuf.float64(out, 2, sum);
    created(15, startEpochNanos);
    Protobuf.end(out, content);
    Protobuf.end(out, metric);
  }

  @Override
  void nativeHistogram(
      NativeBuckets histogram,
      double sum,
      long startEpochNanos,
      List<DoubleExemplarData> candidates) {
    final int metric = beginMetric();
    final int content = Protobuf.begin(out, METRIC_HISTOGRAM);
    Protobuf.uint64(out, 1, histogram.count());
    Protobuf.float64(out, 2, sum);
    Protobuf.signed(out, 5, histogram.schema());
    Protobuf.float64(out, 6, NativeBuckets.ZERO_THRESHOLD);
    Protobuf.uint64(out, 7, histogram.zeroCount());
    buckets(9, histogram.negative());
    buckets(12, histogram.positive());
    created(15, startEpochNanos);
    exemplars.writeAll(out, candidates);
    Protobuf.end(out, content);
    Protobuf.end(out, metric);
  }

  /** Writes spans and, in the field after that, the counts as differences to the one before. */
  private void buckets(int spansField, NativeBuckets.Side side) {
    side.makeSpans();
    for (int i = 0; i < side.spans(); i++) {
      final int span = Protobuf.begin(out, spansField);
      Protobuf.signed(out, 1, side.spanOffset(i));
      Protobuf.uint64(out, 2, side.spanLength(i));
      Protobuf.end(out, span);
    }
    if (side.spans() > 0) {
      final int deltas = Protobuf.begin(out, spansField + 1);
      long previous = 0;
      for (int i = 0; i < side.spannedCounts(); i++) {
        final long count = side.spannedCount(i);
        Protobuf.zigzag(out, count - previous);
        previous = count;
      }
      Protobuf.end(out, deltas);
    }
  }

  @Override
  void summary(long count, double sum, List<ValueAtQuantile> values, long startEpochNanos) {
    final int metric = beginMetric();
    final int content = Protobuf.begin(out, METRIC_SUMMARY);
    Protobuf.uint64(out, 1, count);
    Protobuf.float64(out, 2, sum);
    final List<ValueAtQuantile> quantiles = ordered(values);
    for (int i = 0; i < quantiles.size(); i++) {
      final int quantile = Protobuf.begin(out, 3);
      Protobuf.float64(out, 1, quantiles.get(i).getQuantile());
      Protobuf.float64(out, 2, quantiles.get(i).getValue());
      Protobuf.end(out, quantile);
    }
    created(4, startEpochNanos);
    Protobuf.end(out, content);
    Protobuf.end(out, metric);
  }

  private void created(int field, long startEpochNanos) {
    if (startEpochNanos > 0) {
      Protobuf.timestamp(out, field, startEpochNanos);
    }
  }
}
