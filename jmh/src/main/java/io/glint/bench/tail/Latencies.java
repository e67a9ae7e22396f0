package io.glint.bench.tail;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/** Histograms of nanoseconds: made, merged, read, and passed from one JVM to another. */
final class Latencies {
  /** Percentiles that are reported, besides the maximum. */
  static final List<Double> PERCENTILES = List.of(50.0, 90.0, 99.0, 99.9, 99.99);

  /** The one that has a target. */
  static final double JUDGED = 99.99;

  private static final long LONGEST_NANOS = 600_000_000_000L;
  private static final int DIGITS = 3;

  private Latencies() {}

  /** An empty histogram, which takes whatever comes without allocating. */
  static Histogram create() {
    return new Histogram(1, LONGEST_NANOS, DIGITS);
  }

  /** Counts a duration; one out of range counts as the closest that is in it. */
  static void add(Histogram histogram, long nanos) {
    histogram.recordValue(Math.max(0, Math.min(nanos, LONGEST_NANOS)));
  }

  static Histogram merge(List<Histogram> histograms) {
    final Histogram all = create();
    histograms.forEach(all::add);
    return all;
  }

  static double judged(Histogram histogram) {
    return histogram.getValueAtPercentile(JUDGED);
  }

  /** The mean of all but the slowest thousandth, which is that of the machine's interruptions. */
  static double typical(Histogram histogram) {
    final long limit = histogram.getValueAtPercentile(99.9);
    double sum = 0;
    long count = 0;
    for (final HistogramIterationValue value : histogram.recordedValues()) {
      if (value.getValueIteratedTo() <= limit) {
        sum += (double) value.getValueIteratedTo() * (double) value.getCountAtValueIteratedTo();
        count += value.getCountAtValueIteratedTo();
      }
    }
    return sum / (double) count;
  }

  static String encode(Histogram histogram) {
    final ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
    final int length = histogram.encodeIntoCompressedByteBuffer(bytes);
    bytes.flip().limit(length);
    final byte[] encoded = new byte[length];
    bytes.get(encoded);
    return Base64.getEncoder().encodeToString(encoded);
  }

  static Histogram decode(String text) {
    try {
      return Histogram.decodeFromCompressedByteBuffer(
          ByteBuffer.wrap(Base64.getDecoder().decode(text)), 0);
    } catch (DataFormatException e) {
      throw new IllegalArgumentException("Not a histogram: " + text, e);
    }
  }
}
