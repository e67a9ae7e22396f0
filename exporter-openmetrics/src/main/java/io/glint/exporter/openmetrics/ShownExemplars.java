package io.glint.exporter.openmetrics;

import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The latest exemplars that were shown of a series which several points have had in one scrape. The
 * point that had the latest one may be missing in a later scrape. Then the others have only older
 * ones, which Prometheus refuses. They are left out until one comes that is not older.
 *
 * <p>A bucket is a line of its own where each shows an exemplar, and the whole series is one where
 * a sample shows all. Holds times and values, and no exemplars. Not safe for use by several threads
 * at once.
 */
final class ShownExemplars {

  /** The line of a sample that shows all exemplars, or the only one, of the series. */
  private static final Double WHOLE = Double.NaN;

  /** By the upper bound of the bucket. */
  private final Map<Double, Latest> lines = new HashMap<>();

  /** The number of the last scrape that had the series, for {@link PointMerger}. */
  long lastScrape;

  private static final class Latest {
    private long epochNanos;
    private double value;

    /** Takes what is shown now, if it may be. */
    boolean take(ExemplarData shown, long endEpochNanos) {
      final long time = shown.getEpochNanos();
      final double newValue = ExemplarWriter.value(shown);
      // What was shown lies before the end of later points, unless time was set back: then it
      // would keep out whatever comes.
      if (epochNanos <= endEpochNanos
          && (time < epochNanos || (time == epochNanos && newValue < value))) {
        return false;
      }
      epochNanos = time;
      value = newValue;
      return true;
    }
  }

  /** How many lines are remembered. */
  int size() {
    return lines.size();
  }

  /**
   * Those that may be shown of one line: all or none.
   *
   * @param endEpochNanos the end of the points that have them
   * @param maxNewLines how many more lines may be remembered; others show what there is
   */
  <E extends ExemplarData> List<E> ofSeries(
      List<E> candidates, long endEpochNanos, int maxNewLines) {
    E shown = null;
    for (final E candidate : candidates) {
      shown = ExemplarWriter.shown(shown, candidate);
    }
    return shown == null || mayShow(WHOLE, shown, endEpochNanos, lines.size() + maxNewLines)
        ? candidates
        : List.of();
  }

  /** The same for a histogram each of whose buckets is a line. */
  List<DoubleExemplarData> ofBuckets(
      List<DoubleExemplarData> candidates,
      List<Double> bounds,
      long endEpochNanos,
      int maxNewLines) {
    final @Nullable DoubleExemplarData[] shown = new DoubleExemplarData[bounds.size() + 1];
    for (final DoubleExemplarData candidate : candidates) {
      if (Double.isNaN(candidate.getValue())) {
        continue;
      }
      final int bucket = ExemplarWriter.bucketOf(candidate.getValue(), bounds);
      shown[bucket] = ExemplarWriter.shown(shown[bucket], candidate);
    }
    final int maxLines = lines.size() + maxNewLines;
    final List<DoubleExemplarData> kept = new ArrayList<>(candidates);
    for (int i = 0; i < shown.length; i++) {
      final int bucket = i;
      final Double bound = i < bounds.size() ? bounds.get(i) : Double.POSITIVE_INFINITY;
      final DoubleExemplarData ofBucket = shown[i];
      if (ofBucket != null && !mayShow(bound, ofBucket, endEpochNanos, maxLines)) {
        kept.removeIf(each -> ExemplarWriter.bucketOf(each.getValue(), bounds) == bucket);
      }
    }
    return kept;
  }

  private boolean mayShow(Double line, ExemplarData shown, long endEpochNanos, int maxLines) {
    Latest latest = lines.get(line);
    if (latest == null) {
      if (lines.size() >= maxLines) {
        return true;
      }
      latest = new Latest();
      lines.put(line, latest);
    }
    return latest.take(shown, endEpochNanos);
  }
}
