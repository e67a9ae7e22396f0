package io.glint.it.fidelity;

import java.util.List;
import java.util.Map;

/** What a reader was given, in terms that all kinds of readers share. */
final class Seen {
  private Seen() {}

  record SeriesKey(int combination, int series) {}

  /**
   * One collection.
   *
   * @param start before which it had not begun
   * @param end after which it was over
   * @param time what the provider's clock said all the while
   */
  record Look(long start, long end, long time, Map<SeriesKey, Point> points) {}

  /**
   * One point.
   *
   * @param start of the point
   * @param end of the point
   * @param value sum of a sum or a histogram, or last value; NaN if there is none
   * @param count of a histogram; -1 of other points
   * @param min of a histogram; NaN if there is none
   * @param max of a histogram; NaN if there is none
   * @param buckets of an explicit-bucket histogram; else empty
   * @param exponential buckets of a base-2 exponential histogram; else null
   * @param isText whether there is at most one exemplar for each bucket or sum
   */
  record Point(
      long start,
      long end,
      double value,
      long count,
      double min,
      double max,
      List<Long> buckets,
      ExponentialBuckets exponential,
      boolean isText,
      List<Exemplar> exemplars) {}

  /** One exemplar; the ids are empty if it has none. */
  record Exemplar(
      double value, long time, String traceId, String spanId, boolean hasFilteredAttributes) {
    boolean hasSpan() {
      return !traceId.isEmpty() || !spanId.isEmpty();
    }
  }

  /** Counts by bucket index, of values above and below zero. */
  record ExponentialBuckets(int scale, Map<Integer, Long> positive, Map<Integer, Long> negative) {

    /** False if the bucket of the value is empty. At a boundary either bucket will do. */
    boolean contains(double value) {
      final double exact = Math.scalb(Math.log(Math.abs(value)) / Math.log(2), scale);
      final double inexact = Math.max(1, Math.abs(exact)) * 1e-12;
      final Map<Integer, Long> counts = value > 0 ? positive : negative;
      return isHit(counts, exact - inexact) || isHit(counts, exact + inexact);
    }

    private static boolean isHit(Map<Integer, Long> counts, double exact) {
      return counts.getOrDefault((int) Math.ceil(exact) - 1, 0L) > 0;
    }
  }
}
