package io.glint.exporter.openmetrics;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
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

  private final List<KnownMetric> metrics = new ArrayList<>(1);

  /** Where {@link #find} goes on, and the end of the metric's points. */
  private int next;

  private int nextEnd;

  /** A metric without its data, and the end of its points. */
  private static final class KnownMetric {
    private final InstrumentationScopeInfo scope;
    private final Resource resource;
    private final String name;
    private final MetricDataType type;
    final int end;

    KnownMetric(MetricData metric, int end) {
      scope = metric.getInstrumentationScopeInfo();
      resource = metric.getResource();
      name = metric.getName();
      type = metric.getType();
      this.end = end;
    }

    /** Several metrics of one scope may be in a family: of names that become the same, or types. */
    boolean isOf(MetricData metric) {
      return isSame(scope, metric.getInstrumentationScopeInfo())
          && isSame(resource, metric.getResource())
          && name.equals(metric.getName())
          && type == metric.getType();
    }
  }

  /** The points of a metric as a list that can be indexed. */
  static List<? extends PointData> points(MetricData metric) {
    final Collection<? extends PointData> points = metric.getData().getPoints();
    return points instanceof List<? extends PointData> list && points instanceof RandomAccess
        ? list
        : new ArrayList<>(points);
  }

  /** Whether these are the label sets of all points of these metrics, in their order. */
  boolean areThoseOf(List<MetricData> others) {
    if (size == 0 || metrics.size() != others.size()) {
      return false;
    }
    int start = 0;
    for (int i = 0; i < others.size(); i++) {
      final KnownMetric metric = metrics.get(i);
      final List<? extends PointData> points = points(others.get(i));
      if (points.size() != metric.end - start || !metric.isOf(others.get(i))) {
        return false;
      }
      for (int j = 0; j < points.size(); j++) {
        if (!isSame(attributes[start + j], points.get(j).getAttributes())) {
          return false;
        }
      }
      start = metric.end;
    }
    return true;
  }

  private static boolean isSame(Object one, Object other) {
    return one == other || one.equals(other);
  }

  /** Starts to look for the points of a metric, which has this place among those of the family. */
  void look(int metric, MetricData ofPlace) {
    final boolean isKnown = metric < metrics.size() && metrics.get(metric).isOf(ofPlace);
    next = !isKnown || metric == 0 ? 0 : metrics.get(metric - 1).end;
    nextEnd = isKnown ? metrics.get(metric).end : 0;
  }

  /** The next point with these attributes, or -1 if there is none nearby. */
  int find(Attributes ofPoint) {
    if (next < nextEnd && isSame(attributes[next], ofPoint)) {
      return next++;
    }
    final int end = Math.min(nextEnd, next + MAX_GAP);
    for (int i = next + 1; i < end; i++) {
      if (attributes[i] == ofPoint) {
        next = i + 1;
        return i;
      }
    }
    return -1;
  }

  /** Takes the label sets of a scrape in which each point has one of its own. */
  void take(List<MetricData> newMetrics, SeriesPoints series, TextBuffer labels) {
    // Nothing is known until all of it is: memory may run out on the way.
    Arrays.fill(attributes, 0, size, null);
    size = 0;
    metrics.clear();
    final int newSize = series.size();
    ensure(newSize);
    text.clear();
    text.append(labels, 0, labels.size());
    for (int i = 0; i < newSize; i++) {
      ends[i] = series.labelsEnd(i);
      attributes[i] = series.firstPoint(i).getAttributes();
    }
    int end = 0;
    for (int i = 0; i < newMetrics.size(); i++) {
      end += newMetrics.get(i).getData().getPoints().size();
      metrics.add(new KnownMetric(newMetrics.get(i), end));
    }
    size = newSize;
  }

  private void ensure(int newSize) {
    if (newSize > ends.length || (ends.length > KEPT && newSize < ends.length / 4)) {
      // Some more than needed, or each new series would have all arrays copied.
      final int length = newSize + newSize / 4;
      final int[] newEnds = new int[length];
      attributes = new Attributes[length];
      ends = newEnds;
      text = new TextBuffer(0);
    }
  }

  /** Forgets everything. */
  void clear() {
    if (size > 0) {
      size = 0;
      ends = new int[0];
      attributes = new Attributes[0];
      text = new TextBuffer(0);
      metrics.clear();
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
