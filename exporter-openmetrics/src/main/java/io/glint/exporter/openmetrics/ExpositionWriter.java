package io.glint.exporter.openmetrics;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import java.util.Collection;
import java.util.Iterator;
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

  private static final String TARGET = "target";
  private static final String TARGET_HELP = "Target metadata";

  private final boolean scopeLabels;
  private final boolean targetInfo;
  private final FamilyIndex families;
  private final LabelSet labelSet = new LabelSet();
  private final TextBuffer labels = new TextBuffer(4096);
  private final LabelSetIndex seen = new LabelSetIndex(labels);
  private final PointWriter points;
  private final RateLimitedLog log;

  /** The points of the exposition under way. */
  private int written;

  ExpositionWriter(
      boolean scopeLabels, boolean targetInfo, boolean createdSamples, RateLimitedLog log) {
    this.scopeLabels = scopeLabels;
    this.targetInfo = targetInfo;
    this.log = log;
    families = new FamilyIndex(log);
    points = new PointWriter(labels, createdSamples, log);
  }

  /**
   * Appends a complete exposition to {@code out}.
   *
   * @param tally counts what becomes of the exemplars; what it held is forgotten
   * @return how many points are in it; the others were left out, which is logged
   */
  int write(
      Collection<MetricData> metrics, ScrapeFormat format, TextBuffer out, ScrapeExemplars tally) {
    boolean openMetrics = format == ScrapeFormat.OPEN_METRICS;
    tally.start(format);
    points.start(out, openMetrics, tally);
    families.clear();
    written = 0;
    try {
      writeTarget(metrics, openMetrics, out);
      families.addAll(metrics);
      List<Family> all = families.families();
      for (int i = 0; i < all.size(); i++) {
        writeFamily(all.get(i), openMetrics, out, tally);
      }
      for (MetricData metric : families.leftOut()) {
        for (PointData point : metric.getData().getPoints()) {
          tally.point(point.getExemplars().size());
        }
        tally.endOf(metric);
      }
    } finally {
      families.clear();
      labels.reset();
      seen.reset();
    }
    if (openMetrics) {
      out.ascii("# EOF\n");
    }
    return written;
  }

  /** All metrics of a provider have its resource; the first one stands for all. */
  private void writeTarget(Collection<MetricData> metrics, boolean openMetrics, TextBuffer out) {
    Iterator<MetricData> iterator = metrics.iterator();
    if (!targetInfo || !iterator.hasNext()) {
      return;
    }
    Attributes attributes = iterator.next().getResource().getAttributes();
    labels.clear();
    labelSet.only(attributes);
    labelSet.writeTo(labels);
    if (labels.size() == 0) {
      return;
    }
    families.reserve(TARGET, FamilyType.INFO);
    Family target = new Family(TARGET, FamilyType.INFO);
    target.help = TARGET_HELP;
    writeMetadata(target, openMetrics, out);
    out.ascii("target_info{").append(labels, 0, labels.size()).ascii("} 1\n");
  }

  private void writeFamily(
      Family family, boolean openMetrics, TextBuffer out, ScrapeExemplars tally) {
    int mark = out.size();
    writeMetadata(family, openMetrics, out);
    int body = out.size();
    labels.clear();
    seen.clear();
    for (int i = 0; i < family.metrics.size(); i++) {
      MetricData metric = family.metrics.get(i);
      labelSet.scope(scopeLabels ? metric.getInstrumentationScopeInfo() : null);
      for (PointData point : metric.getData().getPoints()) {
        tally.point(point.getExemplars().size());
        writePoint(family, metric, point);
      }
      tally.endOf(metric);
    }
    if (out.size() == body) {
      // Every point was left out: metadata alone would announce series that are not there.
      out.truncate(mark);
    }
  }

  private void writeMetadata(Family family, boolean openMetrics, TextBuffer out) {
    if (openMetrics) {
      out.ascii("# TYPE ").ascii(family.name).put(' ').ascii(family.type.openMetrics).put('\n');
      if (!family.unit.isEmpty()) {
        out.ascii("# UNIT ").ascii(family.name).put(' ').ascii(family.unit).put('\n');
      }
      writeHelp(family, "", true, out);
      return;
    }
    String suffix = family.type.prometheusTextSuffix();
    writeHelp(family, suffix, false, out);
    out.ascii("# TYPE ").ascii(family.name).ascii(suffix).put(' ');
    out.ascii(family.type.prometheusText).put('\n');
  }

  private static void writeHelp(
      Family family, String suffix, boolean escapeQuotes, TextBuffer out) {
    if (!family.help.isEmpty()) {
      out.ascii("# HELP ").ascii(family.name).ascii(suffix).put(' ');
      out.help(family.help, escapeQuotes).put('\n');
    }
  }

  private void writePoint(Family family, MetricData metric, PointData point) {
    labelSet.point(point.getAttributes(), PointWriter.reservedLabel(family.type));
    int start = labels.size();
    labelSet.writeTo(labels);
    int end = labels.size();
    if (!seen.add(start, end)) {
      warnOfDuplicate(family, metric, start, end);
      labels.truncate(start);
      return;
    }
    written++;
    points.point(family, metric, start, end);
    switch (metric.getType()) {
      case LONG_GAUGE -> points.gauge(((LongPointData) point).getValue());
      case DOUBLE_GAUGE -> points.gauge(((DoublePointData) point).getValue());
      case LONG_SUM -> {
        if (family.type == FamilyType.COUNTER) {
          points.counter((LongPointData) point);
        } else {
          points.gauge(((LongPointData) point).getValue());
        }
      }
      case DOUBLE_SUM -> {
        if (family.type == FamilyType.COUNTER) {
          points.counter((DoublePointData) point);
        } else {
          points.gauge(((DoublePointData) point).getValue());
        }
      }
      case HISTOGRAM -> points.histogram((HistogramPointData) point);
      case SUMMARY -> points.summary((SummaryPointData) point);
      case EXPONENTIAL_HISTOGRAM -> throw new AssertionError("left out by FamilyIndex");
    }
  }

  private void warnOfDuplicate(Family family, MetricData metric, int start, int end) {
    log.warn(
        "duplicate",
        family.name,
        () ->
            "Metric '"
                + LogText.of(metric.getName())
                + "' of scope '"
                + LogText.of(metric.getInstrumentationScopeInfo().getName())
                + "' has a point whose labels another point of '"
                + LogText.of(family.name)
                + "' already has; the point is left out of the scrape. Its labels: {"
                + LogText.of(labels.text(start, end))
                + "}. Leave the scope labels on, or make names and attributes differ in more than"
                + " what a label name cannot hold.");
  }
}
