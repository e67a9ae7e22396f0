package io.glint.exporter.openmetrics;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.resources.Resource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.RandomAccess;

/**
 * The label sets of the points of one family, as bytes, from one scrape to the next. Nearly always
 * the next one has the same points in the same order, and then nothing is rendered. If it has not,
 * those are found again that kept their order.
 *
 * <p>Nothing is kept of a family in which several points have the same label set. Not safe for use
 * by several threads at once.
 */
final class SeriesLabels {

  /** How many points may have vanished between two that are both still there. */
  private static final int MAX_GAP = 32;

  /** Longer arrays are given up again when less than a quarter of them is needed. */
  private static final int KEPT = 64 * 1024;

  private TextBuffer text = new TextBuffer(0);

  /** For each point the end of its label set. */
  private int[] ends = new int[0];

  /** For each point what its label set was rendered from, with scope and resource. */
  private Attributes[] attributes = new Attributes[0];

  private int size;

  /** For each metric its scope, its resource, and the end of its points. */
  private final List<InstrumentationScopeInfo> scopes = new ArrayList<>(1);

  private final List<Resource> resources = new ArrayList<>(1);

  private int[] metricEnds = new int[1];

  /** Where {@link #find} goes on, and the end of the metric's points. */
  private int next;

  private int nextEnd;

  /** The points of a metric as a list that can be indexed. */
  static List<? extends PointData> points(MetricData metric) {
    Collection<? extends PointData> points = metric.getData().getPoints();
    return points instanceof List<? extends PointData> list && points instanceof RandomAccess
        ? list
        : new ArrayList<>(points);
  }

  /** Whether these are the label sets of all points of these metrics, in their order. */
  boolean areThoseOf(List<MetricData> metrics) {
    if (size == 0 || scopes.size() != metrics.size()) {
      return false;
    }
    int start = 0;
    for (int i = 0; i < metrics.size(); i++) {
      MetricData metric = metrics.get(i);
      List<? extends PointData> points = points(metric);
      if (points.size() != metricEnds[i] - start || !isKnown(i, metric)) {
        return false;
      }
      for (int j = 0; j < points.size(); j++) {
        if (!isSame(attributes[start + j], points.get(j).getAttributes())) {
          return false;
        }
      }
      start = metricEnds[i];
    }
    return true;
  }

  private boolean isKnown(int metric, MetricData other) {
    return isSame(scopes.get(metric), other.getInstrumentationScopeInfo())
        && isSame(resources.get(metric), other.getResource());
  }

  private static boolean isSame(Object one, Object other) {
    return one == other || one.equals(other);
  }

  /** Starts to look for the points of a metric, which has this place among those of the family. */
  void look(int metric, MetricData ofPlace) {
    boolean isKnown = metric < scopes.size() && isKnown(metric, ofPlace);
    next = !isKnown || metric == 0 ? 0 : metricEnds[metric - 1];
    nextEnd = isKnown ? metricEnds[metric] : 0;
  }

  /** The next point with these attributes, or -1 if there is none nearby. */
  int find(Attributes ofPoint) {
    if (next < nextEnd && isSame(attributes[next], ofPoint)) {
      return next++;
    }
    int end = Math.min(nextEnd, next + MAX_GAP);
    for (int i = next + 1; i < end; i++) {
      if (attributes[i] == ofPoint) {
        next = i + 1;
        return i;
      }
    }
    return -1;
  }

  /** Takes the label sets of a scrape in which each point has one of its own. */
  void take(List<MetricData> metrics, SeriesPoints series, TextBuffer labels) {
    resize(series.size());
    text.clear();
    text.append(labels, 0, labels.size());
    for (int i = 0; i < size; i++) {
      ends[i] = series.labelsEnd(i);
      attributes[i] = series.firstPoint(i).getAttributes();
    }
    scopes.clear();
    resources.clear();
    if (metricEnds.length < metrics.size()) {
      metricEnds = new int[metrics.size()];
    }
    int end = 0;
    for (int i = 0; i < metrics.size(); i++) {
      scopes.add(metrics.get(i).getInstrumentationScopeInfo());
      resources.add(metrics.get(i).getResource());
      end += metrics.get(i).getData().getPoints().size();
      metricEnds[i] = end;
    }
  }

  private void resize(int newSize) {
    if (newSize > ends.length || (ends.length > KEPT && newSize < ends.length / 4)) {
      // Some more than needed, or each new series would have all arrays copied.
      int length = newSize + newSize / 4;
      ends = new int[length];
      attributes = new Attributes[length];
      text = new TextBuffer(0);
    } else if (newSize < size) {
      Arrays.fill(attributes, newSize, size, null);
    }
    size = newSize;
  }

  /** Forgets everything. */
  void clear() {
    if (size > 0) {
      size = 0;
      ends = new int[0];
      attributes = new Attributes[0];
      text = new TextBuffer(0);
      scopes.clear();
      resources.clear();
    }
  }

  TextBuffer text() {
    return text;
  }

  int start(int point) {
    return point == 0 ? 0 : ends[point - 1];
  }

  int end(int point) {
    return ends[point];
  }
}
