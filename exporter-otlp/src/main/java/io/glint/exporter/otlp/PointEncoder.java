package io.glint.exporter.otlp;

import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramBuckets;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.metrics.data.ValueAtQuantile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the points of every kind of metric, each as one element of the repeated {@code
 * data_points}.
 *
 * <p>The value of a number point is a member of a oneof and always written, zero too. Minimum,
 * maximum and sum of histograms are optional fields: written when known, whatever their value. A
 * sum that is NaN counts as unknown, since no other value says so in the data interfaces.
 */
final class PointEncoder {
  /** {@code data_points} of all five kinds of data. */
  private static final int DATA_POINTS = 1;

  // These two have the same number in all kinds of points, and the third in all but number points.
  private static final int START_TIME_UNIX_NANO = 2;
  private static final int TIME_UNIX_NANO = 3;
  private static final int COUNT = 4;
  private static final int SUM = 5;

  private static final int NUMBER_AS_DOUBLE = 4;
  private static final int NUMBER_EXEMPLARS = 5;
  private static final int NUMBER_AS_INT = 6;
  private static final int NUMBER_ATTRIBUTES = 7;

  private static final int HISTOGRAM_BUCKET_COUNTS = 6;
  private static final int HISTOGRAM_EXPLICIT_BOUNDS = 7;
  private static final int HISTOGRAM_EXEMPLARS = 8;
  private static final int HISTOGRAM_ATTRIBUTES = 9;
  private static final int HISTOGRAM_MIN = 11;
  private static final int HISTOGRAM_MAX = 12;

  private static final int EXPONENTIAL_ATTRIBUTES = 1;
  private static final int EXPONENTIAL_SCALE = 6;
  private static final int EXPONENTIAL_ZERO_COUNT = 7;
  private static final int EXPONENTIAL_POSITIVE = 8;
  private static final int EXPONENTIAL_NEGATIVE = 9;
  private static final int EXPONENTIAL_EXEMPLARS = 11;
  private static final int EXPONENTIAL_MIN = 12;
  private static final int EXPONENTIAL_MAX = 13;
  private static final int BUCKETS_OFFSET = 1;
  private static final int BUCKETS_COUNTS = 2;

  private static final int SUMMARY_QUANTILE_VALUES = 6;
  private static final int SUMMARY_ATTRIBUTES = 7;
  private static final int QUANTILE = 1;
  private static final int QUANTILE_VALUE = 2;

  private final ProtoWriter out;
  private final AttributesEncoder attributes;
  private final ExemplarEncoder exemplars;

  /** The bounds that were written last in this export; null if there are none yet. */
  private @Nullable List<Double> bounds;

  // The size of the output before them and after them.
  private int boundsEnd;
  private int boundsStart;

  PointEncoder(ProtoWriter out, AttributesEncoder attributes) {
    this.out = out;
    this.attributes = attributes;
    this.exemplars = new ExemplarEncoder(out, attributes);
  }

  /**
   * Starts an export.
   *
   * @param isNextCollection false for a further batch of the same collection
   */
  void begin(boolean isNextCollection) {
    bounds = null;
    exemplars.begin(isNextCollection);
  }

  /** Answers how many exemplars were written since the last call. */
  int takeExemplars() {
    return exemplars.takeWritten();
  }

  void write(LongPointData point) {
    final int end = out.size();
    attributes.write(NUMBER_ATTRIBUTES, point.getAttributes());
    out.fixed64Present(NUMBER_AS_INT, point.getValue());
    exemplars.write(NUMBER_EXEMPLARS, point.getExemplars());
    endPoint(point.getStartEpochNanos(), point.getEpochNanos(), end);
  }

  void write(DoublePointData point) {
    final int end = out.size();
    attributes.write(NUMBER_ATTRIBUTES, point.getAttributes());
    exemplars.write(NUMBER_EXEMPLARS, point.getExemplars());
    out.float64Present(NUMBER_AS_DOUBLE, point.getValue());
    endPoint(point.getStartEpochNanos(), point.getEpochNanos(), end);
  }

  void write(HistogramPointData point) {
    final int end = out.size();
    if (point.hasMax()) {
      out.float64Present(HISTOGRAM_MAX, point.getMax());
    }
    if (point.hasMin()) {
      out.float64Present(HISTOGRAM_MIN, point.getMin());
    }
    attributes.write(HISTOGRAM_ATTRIBUTES, point.getAttributes());
    exemplars.write(HISTOGRAM_EXEMPLARS, point.getExemplars());
    bounds(point.getBoundaries());
    out.packedFixed64(HISTOGRAM_BUCKET_COUNTS, point.getCounts());
    knownSum(point.getSum());
    out.fixed64(COUNT, point.getCount());
    endPoint(point.getStartEpochNanos(), point.getEpochNanos(), end);
  }

  void write(ExponentialHistogramPointData point) {
    final int end = out.size();
    if (point.hasMax()) {
      out.float64Present(EXPONENTIAL_MAX, point.getMax());
    }
    if (point.hasMin()) {
      out.float64Present(EXPONENTIAL_MIN, point.getMin());
    }
    exemplars.write(EXPONENTIAL_EXEMPLARS, point.getExemplars());
    buckets(EXPONENTIAL_NEGATIVE, point.getNegativeBuckets());
    buckets(EXPONENTIAL_POSITIVE, point.getPositiveBuckets());
    out.fixed64(EXPONENTIAL_ZERO_COUNT, point.getZeroCount());
    out.sint32(EXPONENTIAL_SCALE, point.getScale());
    knownSum(point.getSum());
    out.fixed64(COUNT, point.getCount());
    times(point.getStartEpochNanos(), point.getEpochNanos());
    attributes.write(EXPONENTIAL_ATTRIBUTES, point.getAttributes());
    out.endMessage(DATA_POINTS, end);
  }

  void write(SummaryPointData point) {
    final int end = out.size();
    attributes.write(SUMMARY_ATTRIBUTES, point.getAttributes());
    final List<ValueAtQuantile> values = point.getValues();
    for (int i = values.size() - 1; i >= 0; i--) {
      final ValueAtQuantile value = values.get(i);
      final int valueEnd = out.size();
      out.float64(QUANTILE_VALUE, value.getValue());
      out.float64(QUANTILE, value.getQuantile());
      out.endMessage(SUMMARY_QUANTILE_VALUES, valueEnd);
    }
    out.float64(SUM, point.getSum());
    out.fixed64(COUNT, point.getCount());
    endPoint(point.getStartEpochNanos(), point.getEpochNanos(), end);
  }

  private void endPoint(long startEpochNanos, long epochNanos, int end) {
    times(startEpochNanos, epochNanos);
    out.endMessage(DATA_POINTS, end);
  }

  private void times(long startEpochNanos, long epochNanos) {
    out.fixed64(TIME_UNIX_NANO, epochNanos);
    out.fixed64(START_TIME_UNIX_NANO, startEpochNanos);
  }

  private void knownSum(double sum) {
    if (!Double.isNaN(sum)) {
      out.float64Present(SUM, sum);
    }
  }

  private void buckets(int field, ExponentialHistogramBuckets buckets) {
    final int end = out.size();
    out.packedVarints(BUCKETS_COUNTS, buckets.getBucketCounts());
    out.sint32(BUCKETS_OFFSET, buckets.getOffset());
    out.endMessage(field, end);
  }

  /**
   * The points of a metric share the list of their bounds. It stays as it is during an export, so
   * what was written for the point before is copied. From one export to the next it may change.
   */
  @SuppressWarnings("ReferenceEquality")
  private void bounds(List<Double> ofPoint) {
    if (ofPoint == bounds) {
      out.repeat(boundsEnd, boundsStart);
      return;
    }
    boundsEnd = out.size();
    out.packedDoubles(HISTOGRAM_EXPLICIT_BOUNDS, ofPoint);
    boundsStart = out.size();
    bounds = ofPoint;
  }
}
