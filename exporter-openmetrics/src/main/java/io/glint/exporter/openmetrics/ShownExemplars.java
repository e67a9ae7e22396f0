package io.glint.exporter.openmetrics;

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
final class ShownExemplars extends SharedMemory {

  /** The line of a sample that shows all exemplars, or the only one, of the series. */
  private static final Double WHOLE = Double.NaN;

  /** By the upper bound of the bucket. */
  private final Map<Double, Latest> lines = new HashMap<>();

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
  @Override
  int size() {
    return lines.size();
  }

  /**
   * Those that may be shown. Of a series that is one line these are all or none.
   *
   * @param bounds of a histogram each of whose buckets is a line; null for a series that is one
   * @param endEpochNanos the end of the points that have them
   * @param maxNewLines how many more lines may be remembered; others show what there is
   */
  <E extends ExemplarData> List<E> choose(
      List<E> candidates, @Nullable List<Double> bounds, long endEpochNanos, int maxNewLines) {
    final int maxLines = lines.size() + maxNewLines;
    return bounds == null
        ? ofSeries(candidates, endEpochNanos, maxLines)
        : ofBuckets(candidates, bounds, endEpochNanos, maxLines);
  }

  private <E extends ExemplarData> List<E> ofSeries(
      List<E> candidates, long endEpochNanos, int maxLines) {
    E shown = null;
    for (final E candidate : candidates) {
      shown = ExemplarWriter.shown(shown, candidate);
    }
    return shown == null || mayShow(WHOLE, shown, endEpochNanos, maxLines) ? candidates : List.of();
  }

  private <E extends ExemplarData> List<E> ofBuckets(
      List<E> candidates, List<Double> bounds, long endEpochNanos, int maxLines) {
    final @Nullable ExemplarData[] shown = new ExemplarData[bounds.size() + 1];
    for (final E candidate : candidates) {
      final double value = ExemplarWriter.value(candidate);
      if (!Double.isNaN(value)) {
        final int bucket = ExemplarWriter.bucketOf(value, bounds);
        shown[bucket] = ExemplarWriter.shown(shown[bucket], candidate);
      }
    }
    final List<E> kept = new ArrayList<>(candidates);
    for (int i = 0; i < shown.length; i++) {
      final int bucket = i;
      final Double bound = i < bounds.size() ? bounds.get(i) : Double.POSITIVE_INFINITY;
      final ExemplarData ofBucket = shown[i];
      if (ofBucket != null && !mayShow(bound, ofBucket, endEpochNanos, maxLines)) {
        kept.removeIf(
            each -> ExemplarWriter.bucketOf(ExemplarWriter.value(each), bounds) == bucket);
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
