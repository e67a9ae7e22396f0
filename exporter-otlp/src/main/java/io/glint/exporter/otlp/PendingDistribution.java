package io.glint.exporter.otlp;

/**
 * A point of a histogram of either kind. What is unknown of one of two points, as the sum of a
 * histogram of negative values, is unknown of both together.
 */
abstract sealed class PendingDistribution extends PendingPoint
    permits PendingHistogram, PendingExponential {
  private static final int COUNT = 4;
  private static final int SUM = 5;

  private final int minField;
  private final int maxField;
  private long count;
  private double sum = Double.NaN;
  private double min = Double.NaN;
  private double max = Double.NaN;

  PendingDistribution(int exemplarsField, int minField, int maxField) {
    super(exemplarsField);
    this.minField = minField;
    this.maxField = maxField;
  }

  @Override
  boolean readValue(int field, ProtoReader in) {
    if (field == COUNT) {
      count = in.readFixed64();
    } else if (field == SUM) {
      sum = in.readDouble();
    } else if (field == minField) {
      min = in.readDouble();
    } else if (field == maxField) {
      max = in.readDouble();
    } else {
      return false;
    }
    return true;
  }

  @Override
  void mergeValue(PendingPoint other) {
    final PendingDistribution added = (PendingDistribution) other;
    if (added.count == 0) {
      return;
    }
    if (count == 0) {
      sum = added.sum;
      min = added.min;
      max = added.max;
    } else {
      // Of these, NaN is the result if one is NaN.
      sum += added.sum;
      min = Math.min(min, added.min);
      max = Math.max(max, added.max);
    }
    count += added.count;
  }

  @Override
  void writeValue(ProtoWriter out) {
    if (!Double.isNaN(max)) {
      out.float64Present(maxField, max);
    }
    if (!Double.isNaN(min)) {
      out.float64Present(minField, min);
    }
    if (!Double.isNaN(sum)) {
      out.float64Present(SUM, sum);
    }
    out.fixed64(COUNT, count);
  }

  /** Adds counts of the same length. */
  static void add(long[] counts, long[] added) {
    for (int i = 0; i < added.length; i++) {
      counts[i] += added[i];
    }
  }
}
