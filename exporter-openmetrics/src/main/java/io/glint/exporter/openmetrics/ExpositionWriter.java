package io.glint.exporter.openmetrics;

import io.glint.exporter.openmetrics.Family.Form;
import io.glint.sdk.internal.log.ProblemLog;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Writes the metrics of one collection in the format and with the names that a scraper asks for.
 *
 * <p>A writer keeps buffers from scrape to scrape, and what it knows of the families: for each way
 * to name them that has been asked for. Not safe for use by several threads at once.
 */
final class ExpositionWriter {

  /** Label sets that none of so many scrapes needed are not kept any longer. */
  static final int SCRAPES_REMEMBERED = 100;

  private final ExpositionSettings settings;
  private final ProblemLog log;
  private final Map<Escaping, Named> byEscaping = new EnumMap<>(Escaping.class);
  private final Map<ScrapeFormat, PointWriter> byFormat = new EnumMap<>(ScrapeFormat.class);
  private final TextBuffer labels = new TextBuffer(4096);
  private final SeriesPoints series = new SeriesPoints(labels);

  /** How many scrapes were begun. */
  private long scrapes;

  /** Of the scrape under way. */
  @SuppressWarnings("NullAway.Init") // By write(), as the next two.
  private PointWriter points;

  @SuppressWarnings("NullAway.Init")
  private LabelSet labelSet;

  @SuppressWarnings("NullAway.Init")
  private PointMerger merger;

  /** The points of families that the scraper did not ask for. */
  private int notAskedFor;

  ExpositionWriter(ExpositionSettings settings, ProblemLog log) {
    this.settings = settings;
    this.log = log;
    byFormat.put(
        ScrapeFormat.OPEN_METRICS,
        new TextPointWriter(ScrapeFormat.OPEN_METRICS, settings.createdSamples(), log));
    byFormat.put(
        ScrapeFormat.PROMETHEUS_TEXT,
        new TextPointWriter(ScrapeFormat.PROMETHEUS_TEXT, settings.createdSamples(), log));
    byFormat.put(ScrapeFormat.OPEN_METRICS_2, new OpenMetrics2PointWriter(log));
    byFormat.put(ScrapeFormat.PROTOBUF, new ProtobufPointWriter(log));
  }

  /** What is kept for one way to name metrics and labels. */
  private static final class Named {
    final FamilyIndex families;

    /** What it remembers belongs to these names: others make other points equal. */
    final PointMerger merger;

    private final Labels text;
    private final Labels protobuf;

    Named(Naming naming, ExpositionSettings settings, TextBuffer seriesLabels, ProblemLog log) {
      merger = new PointMerger(seriesLabels, log);
      families = new FamilyIndex(naming, log, merger::forget);
      text = new Labels(naming, ScrapeFormat.PROMETHEUS_TEXT, settings);
      protobuf = new Labels(naming, ScrapeFormat.PROTOBUF, settings);
    }

    Labels labels(ScrapeFormat format) {
      return format == ScrapeFormat.PROTOBUF ? protobuf : text;
    }

    /** Called at each scrape. What decides which series there are is kept. */
    void forgetUnusedLabels(long scrape) {
      forgetUnused(text, scrape);
      forgetUnused(protobuf, scrape);
    }

    private void forgetUnused(Labels labels, long scrape) {
      if (scrape - labels.lastScrape == SCRAPES_REMEMBERED) {
        families.forgetLabels(labels.format);
      }
    }
  }

  /** What writes labels of these names: as text, whose formats all have the same, or protobuf. */
  private static final class Labels {
    final ScrapeFormat format;
    final LabelSet ofSeries;

    /** One of its own, as that of the series is still needed. */
    final LabelSet ofExemplars;

    /** The number of the last scrape that asked for them. */
    long lastScrape;

    Labels(Naming naming, ScrapeFormat format, ExpositionSettings settings) {
      this.format = format;
      ofSeries = LabelSet.ofSeries(naming, format, settings.resourceKeys());
      ofExemplars = LabelSet.ofExemplars(naming, format);
    }
  }

  private Named named(Escaping escaping) {
    return byEscaping.computeIfAbsent(
        Naming.effective(settings.strategy(), escaping),
        effective -> new Named(new Naming(settings.strategy(), effective), settings, labels, log));
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
      Escaping escaping,
      NameFilter names,
      TextBuffer out,
      ScrapeExemplars tally) {
    final Named named = named(escaping);
    scrapes++;
    final Labels labelsOfFormat = named.labels(format);
    labelsOfFormat.lastScrape = scrapes;
    for (final Named each : byEscaping.values()) {
      each.forgetUnusedLabels(scrapes);
    }
    final FamilyIndex families = named.families;
    labelSet = labelsOfFormat.ofSeries;
    points = Objects.requireNonNull(byFormat.get(format));
    tally.start(format);
    points.start(out, tally, labelsOfFormat.ofExemplars);
    merger = named.merger;
    merger.start(points, tally);
    int written = 0;
    notAskedFor = 0;
    try {
      families.addAll(metrics, format, settings.targetInfo());
      writeTarget(families, names);
      final List<Family> all = families.families();
      for (int i = 0; i < all.size(); i++) {
        final Family family = all.get(i);
        if (family.form(format) == Form.LEFT_OUT) {
          continue;
        }
        if (names.includes(family, points.writesCreated(family))) {
          written += writeFamily(family, format, out, tally);
        } else {
          passOver(family);
        }
      }
      for (final MetricData metric : families.leftOut()) {
        tally.metric(metric);
        for (final PointData point : metric.getData().getPoints()) {
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
    points.end();
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

  private void writeTarget(FamilyIndex families, NameFilter names) {
    final Family target = families.target();
    if (target == null || !names.includes(target, /* hasCreated= */ false)) {
      return;
    }
    labels.clear();
    labelSet.only(families.targetAttributes());
    labelSet.writeTo(labels);
    if (labels.size() > 0) {
      points.series(labels, 0, labels.size());
      points.target(target);
    }
  }

  private int writeFamily(
      Family family, ScrapeFormat format, TextBuffer out, ScrapeExemplars tally) {
    final int mark = out.size();
    points.beginFamily(family);
    final int body = out.size();
    final SeriesLabels known = family.labels(format);
    int written = 0;
    if (!family.isContested && known.areThoseOf(family.metrics)) {
      written = writeKnown(family, known, tally);
    } else {
      written = writeNew(family, known, tally);
    }
    if (out.size() == body) {
      // Every point was left out: metadata alone would announce series that are not there.
      out.truncate(mark);
    } else {
      points.endFamily();
    }
    return written;
  }

  /** Writes a family all of whose points were there when it was last written, each one a series. */
  private int writeKnown(Family family, SeriesLabels known, ScrapeExemplars tally) {
    int written = 0;
    int series = 0;
    for (int i = 0; i < family.metrics.size(); i++) {
      final MetricData metric = family.metrics.get(i);
      final List<? extends PointData> ofMetric = SeriesLabels.points(metric);
      final int tallySlot = tally.metric(metric);
      tally.writing(tallySlot);
      for (int j = 0; j < ofMetric.size(); j++) {
        final PointData point = ofMetric.get(j);
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

  private int writeNew(Family family, SeriesLabels known, ScrapeExemplars tally) {
    final int all = collectSeries(family, known, tally);
    int written = 0;
    for (int i = 0; i < series.size(); i++) {
      final int start = series.labelsStart(i);
      final int end = series.labelsEnd(i);
      points.series(labels, start, end);
      tally.writing(series.firstTallySlot(i));
      final MetricData metric = series.firstMetric(i);
      final PointData point = series.firstPoint(i);
      final boolean mayBeContested = family.isContested || !series.wasKnown(i);
      if (!series.hasOnePoint(i)
          || (mayBeContested && merger.isContested(family, metric, point, start, end))) {
        written += merger.write(family, series.all(i), start, end);
      } else if (points.write(metric, point)) {
        written++;
      }
    }
    // Not before the owner of each series was asked for: that of one that is known is not.
    if (series.size() == all) {
      known.take(family.metrics, series, labels);
    } else {
      known.clear();
    }
    return written;
  }

  /** Returns how many points there are. */
  private int collectSeries(Family family, SeriesLabels known, ScrapeExemplars tally) {
    final String reserved = PointWriter.reservedLabel(family.type);
    labels.clear();
    series.clear();
    int all = 0;
    for (int i = 0; i < family.metrics.size(); i++) {
      final MetricData metric = family.metrics.get(i);
      final int tallySlot = tally.metric(metric);
      labelSet.scope(settings.scopeLabels() ? metric.getInstrumentationScopeInfo() : null);
      labelSet.resource(metric.getResource().getAttributes(), reserved);
      known.look(i, metric);
      for (final PointData point : metric.getData().getPoints()) {
        all++;
        tally.point(point.getExemplars().size());
        final int start = labels.size();
        final int kept = known.find(point.getAttributes());
        if (kept >= 0) {
          labels.append(known.text(), known.start(kept), known.end(kept));
        } else {
          labelSet.point(point.getAttributes(), reserved);
          labelSet.writeTo(labels);
        }
        if (!series.add(start, labels.size(), metric, point, tallySlot, kept >= 0)) {
          labels.truncate(start);
        }
      }
    }
    return all;
  }
}
