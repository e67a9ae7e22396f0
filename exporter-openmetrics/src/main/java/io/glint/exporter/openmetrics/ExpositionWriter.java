package io.glint.exporter.openmetrics;

import io.glint.exporter.openmetrics.Family.Form;
import io.glint.sdk.internal.log.ProblemLog;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.Collection;
import java.util.List;

/**
 * Writes the metrics of one collection as OpenMetrics 1.0 or as Prometheus text 0.0.4.
 *
 * <p>The two formats differ in the metadata (OpenMetrics: TYPE, UNIT, HELP, all with the family
 * name; Prometheus text: HELP, TYPE, a counter's with {@code _total}), in {@code _created} samples,
 * exemplars and the end mark, which only OpenMetrics has, and in the constraints of OpenMetrics on
 * histogram and summary sums, which {@link PointWriter} knows.
 *
 * <p>A writer keeps buffers from scrape to scrape. Not safe for use by several threads at once.
 */
final class ExpositionWriter {

  /** The type in OpenMetrics of a counter that another family's names leave no room for. */
  private static final String UNKNOWN = "unknown";

  private final boolean scopeLabels;
  private final boolean targetInfo;
  private final FamilyIndex families;
  private final LabelSet labelSet = new LabelSet();
  private final TextBuffer labels = new TextBuffer(4096);
  private final SeriesPoints series = new SeriesPoints(labels);
  private final PointWriter points;
  private final PointMerger merger;

  /** The points of families that the scraper did not ask for. */
  private int notAskedFor;

  ExpositionWriter(
      boolean scopeLabels, boolean targetInfo, boolean createdSamples, ProblemLog log) {
    this.scopeLabels = scopeLabels;
    this.targetInfo = targetInfo;
    families = new FamilyIndex(log);
    points = new PointWriter(createdSamples, log);
    merger = new PointMerger(points, labels, log);
  }

  /**
   * Appends a complete exposition to {@code out}.
   *
   * @param names the families to write; which of clashing metrics stays does not depend on it
   * @param tally counts what becomes of the exemplars; what it held is forgotten
   * @return how many points are in it; the others were {@linkplain #notAskedFor() not asked for},
   *     or left out, which is logged
   */
  int write(
      Collection<MetricData> metrics,
      ScrapeFormat format,
      NameFilter names,
      TextBuffer out,
      ScrapeExemplars tally) {
    tally.start(format);
    points.start(out, format, tally);
    merger.start(tally);
    int written = 0;
    notAskedFor = 0;
    try {
      families.addAll(metrics, format, targetInfo);
      writeTarget(format, names, out);
      List<Family> all = families.families();
      for (int i = 0; i < all.size(); i++) {
        Family family = all.get(i);
        if (family.form(format) == Form.LEFT_OUT) {
          continue;
        }
        if (names.includes(family, points.writesCreated(family))) {
          written += writeFamily(family, format, out, tally);
        } else {
          passOver(family);
        }
      }
      for (MetricData metric : families.leftOut()) {
        tally.metric(metric);
        for (PointData point : metric.getData().getPoints()) {
          tally.point(point.getExemplars().size());
        }
      }
    } finally {
      // Of the collection nothing is held any longer than this.
      tally.writing(0);
      families.clear();
      series.reset();
      labels.reset();
    }
    if (format == ScrapeFormat.OPEN_METRICS) {
      out.ascii("# EOF\n");
    }
    return written;
  }

  /** How many points of the last collection were in families that the scraper did not ask for. */
  int notAskedFor() {
    return notAskedFor;
  }

  private void passOver(Family family) {
    for (int i = 0; i < family.metrics.size(); i++) {
      notAskedFor += family.metrics.get(i).getData().getPoints().size();
    }
  }

  private void writeTarget(ScrapeFormat format, NameFilter names, TextBuffer out) {
    Family target = families.target();
    if (target == null || !names.includes(target, /* hasCreated= */ false)) {
      return;
    }
    labels.clear();
    labelSet.only(families.targetAttributes());
    labelSet.writeTo(labels);
    if (labels.size() > 0) {
      writeMetadata(target, format, out);
      out.ascii("target_info{").append(labels, 0, labels.size()).ascii("} 1\n");
    }
  }

  private int writeFamily(
      Family family, ScrapeFormat format, TextBuffer out, ScrapeExemplars tally) {
    int mark = out.size();
    writeMetadata(family, format, out);
    int body = out.size();
    points.family(family);
    int written = 0;
    if (!family.isContested && family.labels.areThoseOf(family.metrics)) {
      written = writeKnown(family, tally);
    } else {
      written = writeNew(family, tally);
    }
    if (out.size() == body) {
      // Every point was left out: metadata alone would announce series that are not there.
      out.truncate(mark);
    }
    return written;
  }

  /** Writes a family all of whose points were there when it was last written, each one a series. */
  private int writeKnown(Family family, ScrapeExemplars tally) {
    SeriesLabels known = family.labels;
    int written = 0;
    int series = 0;
    for (int i = 0; i < family.metrics.size(); i++) {
      MetricData metric = family.metrics.get(i);
      List<? extends PointData> ofMetric = SeriesLabels.points(metric);
      int tallySlot = tally.metric(metric);
      tally.writing(tallySlot);
      for (int j = 0; j < ofMetric.size(); j++) {
        PointData point = ofMetric.get(j);
        tally.point(point.getExemplars().size());
        points.series(known.text(), known.start(series), known.end(series));
        series++;
        if (points.write(metric, point)) {
          written++;
        }
      }
    }
    return written;
  }

  private int writeNew(Family family, ScrapeExemplars tally) {
    int all = collectSeries(family, tally);
    if (series.size() == all) {
      family.labels.take(family.metrics, series, labels);
    } else {
      family.labels.clear();
    }
    int written = 0;
    for (int i = 0; i < series.size(); i++) {
      int start = series.labelsStart(i);
      int end = series.labelsEnd(i);
      points.series(labels, start, end);
      tally.writing(series.firstTallySlot(i));
      MetricData metric = series.firstMetric(i);
      PointData point = series.firstPoint(i);
      if (!series.hasOnePoint(i) || merger.isContested(family, metric, point, start, end)) {
        written += merger.write(family, series.all(i), start, end);
      } else if (points.write(metric, point)) {
        written++;
      }
    }
    return written;
  }

  /** Returns how many points there are. */
  private int collectSeries(Family family, ScrapeExemplars tally) {
    String reserved = PointWriter.reservedLabel(family.type);
    labels.clear();
    series.clear();
    int all = 0;
    for (int i = 0; i < family.metrics.size(); i++) {
      MetricData metric = family.metrics.get(i);
      int tallySlot = tally.metric(metric);
      labelSet.scope(scopeLabels ? metric.getInstrumentationScopeInfo() : null);
      family.labels.look(i, metric.getInstrumentationScopeInfo());
      for (PointData point : metric.getData().getPoints()) {
        all++;
        tally.point(point.getExemplars().size());
        int start = labels.size();
        int known = family.labels.find(point.getAttributes());
        if (known >= 0) {
          labels.append(family.labels.text(), family.labels.start(known), family.labels.end(known));
        } else {
          labelSet.point(point.getAttributes(), reserved);
          labelSet.writeTo(labels);
        }
        if (!series.add(start, labels.size(), metric, point, tallySlot)) {
          labels.truncate(start);
        }
      }
    }
    return all;
  }

  private static void writeMetadata(Family family, ScrapeFormat format, TextBuffer out) {
    if (format == ScrapeFormat.PROMETHEUS_TEXT) {
      writeHelp(family, family.textName(), false, out);
      out.ascii("# TYPE ").ascii(family.textName()).put(' ');
      out.ascii(family.type.prometheusText).put('\n');
      return;
    }
    boolean whole = family.form(format) == Form.WHOLE;
    String name = whole ? family.name : family.textName();
    out.ascii("# TYPE ").ascii(name).put(' ');
    out.ascii(whole ? family.type.openMetrics : UNKNOWN).put('\n');
    if (whole && !family.unit.isEmpty()) {
      out.ascii("# UNIT ").ascii(name).put(' ').ascii(family.unit).put('\n');
    }
    writeHelp(family, name, true, out);
  }

  private static void writeHelp(Family family, String name, boolean escapeQuotes, TextBuffer out) {
    if (!family.help.isEmpty()) {
      out.ascii("# HELP ").ascii(name).put(' ');
      out.help(family.help, escapeQuotes).put('\n');
    }
  }
}
