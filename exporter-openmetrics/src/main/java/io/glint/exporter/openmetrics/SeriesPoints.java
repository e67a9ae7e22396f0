package io.glint.exporter.openmetrics;

import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The series of one family: each label set with the point that has it or, seldom, the points.
 *
 * <p>Keeps its arrays from scrape to scrape. Not safe for use by several threads at once.
 */
final class SeriesPoints {

  private static final int INITIAL = 32;

  /** Longer arrays are given up again, see {@link Retention}. */
  private static final int KEPT = 64 * 1024;

  private final LabelSetIndex labelSets;

  /** The first point of each series. */
  private PointData[] points = new PointData[INITIAL];

  private MetricData[] metrics = new MetricData[INITIAL];
  private int[] tallySlots = new int[INITIAL];

  /** For each series whether its first point had the same label set when it was last written. */
  private boolean[] known = new boolean[INITIAL];

  /** For each series the last of its further points, plus one; 0 if it has none. */
  private int[] lastFurther = new int[INITIAL];

  private final List<PointSource> further = new ArrayList<>();

  /** For each of the further points the one before it of the same series, plus one. */
  private int[] before = new int[4];

  private final Retention retention = new Retention();

  SeriesPoints(TextBuffer labels) {
    labelSets = new LabelSetIndex(labels);
  }

  /** The number of series. */
  int size() {
    return labelSets.size();
  }

  int labelsStart(int series) {
    return labelSets.start(series);
  }

  int labelsEnd(int series) {
    return labelSets.end(series);
  }

  boolean hasOnePoint(int series) {
    return lastFurther[series] == 0;
  }

  PointData firstPoint(int series) {
    return points[series];
  }

  MetricData firstMetric(int series) {
    return metrics[series];
  }

  int firstTallySlot(int series) {
    return tallySlots[series];
  }

  /**
   * Whether {@link SeriesLabels} knew the first point. Then the series belongs to that point,
   * unless the family {@linkplain Family#isContested is contested}.
   */
  boolean wasKnown(int series) {
    return known[series];
  }

  /** The points of a series, in {@link MetricOrder}. Allocates. */
  List<PointSource> all(int series) {
    final List<PointSource> all = new ArrayList<>();
    all.add(new PointSource(metrics[series], points[series], tallySlots[series]));
    for (int i = lastFurther[series]; i > 0; i = before[i - 1]) {
      all.add(further.get(i - 1));
    }
    all.sort(MetricOrder.POINTS);
    return all;
  }

  /**
   * Adds a point.
   *
   * @param wasKnown whether {@link SeriesLabels} has its label set
   * @return whether it is the first one of its label set, which is needed from now on
   */
  boolean add(
      int labelsStart,
      int labelsEnd,
      MetricData metric,
      PointData point,
      int tallySlot,
      boolean wasKnown) {
    final int size = labelSets.size();
    final int series = labelSets.add(labelsStart, labelsEnd);
    if (series < size) {
      addFurther(series, new PointSource(metric, point, tallySlot));
      return false;
    }
    if (series == points.length) {
      allocate(series * 2);
    }
    points[series] = point;
    metrics[series] = metric;
    tallySlots[series] = tallySlot;
    known[series] = wasKnown;
    lastFurther[series] = 0;
    return true;
  }

  private void addFurther(int series, PointSource source) {
    if (further.size() == before.length) {
      before = Arrays.copyOf(before, before.length * 2);
    }
    before[further.size()] = lastFurther[series];
    further.add(source);
    lastFurther[series] = further.size();
  }

  /** Forgets the points. */
  void clear() {
    final int size = labelSets.size();
    Arrays.fill(points, 0, size, null);
    Arrays.fill(metrics, 0, size, null);
    further.clear();
    labelSets.clear();
    retention.needed(size);
  }

  /** Ends a scrape: clears, and lets go of arrays that have long been far too large. */
  void reset() {
    clear();
    labelSets.reset();
    if (retention.endsUse(points.length, KEPT)) {
      allocate(Math.max(INITIAL, retention.smallSize()));
    }
  }

  private void allocate(int length) {
    points = Arrays.copyOf(points, length);
    metrics = Arrays.copyOf(metrics, length);
    tallySlots = Arrays.copyOf(tallySlots, length);
    known = Arrays.copyOf(known, length);
    lastFurther = Arrays.copyOf(lastFurther, length);
  }
}
