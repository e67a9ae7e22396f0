package io.glint.exporter.openmetrics;

import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.ProblemLog;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.metrics.data.ValueAtQuantile;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes one series of several points that have the same labels.
 *
 * <p>What counts adds up: sums, up-down counters too, and the counts, sums and buckets of
 * histograms and summaries. All of it counts since the earliest of the start times, as each part
 * was zero before its own; if one is not known, that of the series is not. Histograms of different
 * bounds keep the bounds that all have, at which the counts stay exact; summaries lose their
 * quantiles. Of gauges, which cannot be added, the first one in {@link MetricOrder} stays.
 *
 * <p>A series does not change hands from scrape to scrape. Of a counter the last value counts of a
 * part that is not in a collection ({@link SharedCounter}), and a gauge has its owner also while
 * that has no point ({@link GaugeOwners}). Histograms and summaries have what is in the collection:
 * they fall when a part vanishes, which Prometheus takes for a reset. The exemplars of a line do
 * not go back in time, whichever part has them ({@link ShownExemplars}).
 *
 * <p>For rare use: it allocates. Not safe for use by several threads at once.
 */
final class PointMerger {

  /**
   * How many parts of counters are remembered, of all series that several points have had. If there
   * are more, series that none of the last {@value ExpositionWriter#SCRAPES_REMEMBERED} scrapes had
   * are forgotten.
   */
  static final int MAX_COUNTER_PARTS = 10_000;

  /** Of how many lines with exemplars the latest is remembered, in the same way. */
  static final int MAX_EXEMPLAR_LINES = 10_000;

  private final TextBuffer labels;
  private final ProblemLog log;
  private final Buckets buckets = new Buckets();

  private final GaugeOwners gaugeOwners = new GaugeOwners();

  /** How many parts the {@linkplain Family#sharedCounters shared counters} have. */
  private int counterParts;

  /** How many lines are remembered in {@linkplain Family#shownExemplars what was shown}. */
  private int exemplarLines;

  /** Those that have any of both. */
  private final Set<Family> sharedFamilies = Collections.newSetFromMap(new IdentityHashMap<>());

  /** How many expositions were begun, and at which of them {@link #makeRoom} was tried last. */
  private long scrapes;

  private long lastMadeRoom;

  @SuppressWarnings("NullAway.Init") // By start().
  private PointWriter writer;

  @SuppressWarnings("NullAway.Init") // By start().
  private ScrapeExemplars tally;

  PointMerger(TextBuffer labels, ProblemLog log) {
    this.labels = labels;
    this.log = log;
  }

  /** Starts an exposition. */
  void start(PointWriter newWriter, ScrapeExemplars newTally) {
    writer = newWriter;
    tally = newTally;
    scrapes++;
  }

  /** Whether {@link #write} is for a series that has this one point. */
  boolean isContested(
      Family family, MetricData metric, PointData point, int labelsStart, int labelsEnd) {
    return switch (family.type) {
      case COUNTER, HISTOGRAM ->
          !(family.sharedCounters.isEmpty() && family.shownExemplars.isEmpty())
              && isShared(family, key(family, labelsStart, labelsEnd));
      case GAUGE -> !isOwner(key(family, labelsStart, labelsEnd), metric, point);
      default -> false;
    };
  }

  private static boolean isShared(Family family, Long key) {
    return family.sharedCounters.containsKey(key) || family.shownExemplars.containsKey(key);
  }

  private boolean isOwner(long key, MetricData metric, PointData point) {
    final PointIdentity owner = gaugeOwners.get(key);
    if (owner != null && owner.isOf(metric, point)) {
      return true;
    }
    final PointIdentity identity = PointIdentity.ofPoint(metric, point);
    if (owner == null || (owner.isSum() && identity.isSum())) {
      if (owner == null || identity.compareTo(owner) < 0) {
        gaugeOwners.put(key, identity);
      }
      return true;
    }
    return false;
  }

  /** Stands for a series. That two have the same is as unlikely as with random numbers. */
  private long key(Family family, int labelsStart, int labelsEnd) {
    long key = family.nameKey;
    for (int i = labelsStart; i < labelsEnd; i++) {
      key = mix(key, labels.byteAt(i));
    }
    return key;
  }

  /** What the key of each series of a family begins with. */
  static long nameKey(String textName) {
    // The length too: the end of one name is not to be taken for the labels of another.
    long key = textName.length();
    for (int i = 0; i < textName.length(); i++) {
      key = mix(key, textName.charAt(i));
    }
    return key;
  }

  private static long mix(long key, int next) {
    final long mixed = (key ^ next) * 0x9E3779B97F4A7C15L;
    return mixed ^ (mixed >>> 32);
  }

  /**
   * Writes a series.
   *
   * @param all the points in {@link MetricOrder}
   * @return how many of the points are in what was written
   */
  int write(Family family, List<PointSource> all, int labelsStart, int labelsEnd) {
    final Series series =
        new Series(
            family,
            key(family, labelsStart, labelsEnd),
            writer.labelsText(labels, labelsStart, labelsEnd));
    final List<PointSource> points =
        switch (family.type) {
          case COUNTER -> counters(series, all);
          case GAUGE -> gauges(series, all);
          case HISTOGRAM ->
              writer.isNative(all.get(0).point())
                  ? nativeHistograms(series, all)
                  : histograms(series, all);
          case SUMMARY -> summaries(series, all);
          case INFO -> throw new AssertionError("written by ExpositionWriter");
        };
    warnIfNamesDiffer(series, points);
    return points.size();
  }

  private List<PointSource> counters(Series series, List<PointSource> all) {
    final List<PointSource> valid = new ArrayList<>(all);
    valid.removeIf(source -> !writer.isCounter(source.metric(), source.point()));
    if (valid.isEmpty()) {
      return valid;
    }
    final List<ExemplarData> exemplars = new ArrayList<>();
    for (final PointSource source : valid) {
      addCandidates(source, source.point().getExemplars(), exemplars);
    }
    final Map<Long, SharedCounter> sharedCounters = series.family().sharedCounters;
    SharedCounter shared = sharedCounters.get(series.key());
    if (shared != null) {
      shared.lastScrape = scrapes;
    }
    if (counterParts >= MAX_COUNTER_PARTS) {
      makeRoom();
    }
    if (shared == null && valid.size() > 1 && counterParts < MAX_COUNTER_PARTS) {
      shared = new SharedCounter();
      shared.lastScrape = scrapes;
      sharedCounters.put(series.key(), shared);
      share(series.family());
    }
    final PointSum sum = shared == null ? PointSum.of(valid) : add(shared, valid);
    final long start = shared == null ? start(valid) : shared.startEpochNanos();
    final List<ExemplarData> shown = shown(series, valid, exemplars, null);
    if (sum.isInteger()) {
      writer.counter(sum.integer(), start, shown);
    } else {
      writer.counter(sum.floating(), start, shown);
    }
    return valid;
  }

  private PointSum add(SharedCounter shared, List<PointSource> valid) {
    final int before = shared.size();
    try {
      return shared.add(valid, MAX_COUNTER_PARTS - counterParts);
    } finally {
      counterParts += shared.size() - before;
    }
  }

  /** Lets go of what is remembered for a family that is not remembered itself any more. */
  void forget(Family family) {
    forgetBefore(Long.MAX_VALUE, family);
    sharedFamilies.remove(family);
  }

  /** How many parts of counters are remembered, for tests. */
  int counterParts() {
    return counterParts;
  }

  /** How many lines with exemplars are remembered, for tests. */
  int exemplarLines() {
    return exemplarLines;
  }

  /** The owner says whether these are sums; a gauge and a sum cannot be added. */
  private List<PointSource> gauges(Series series, List<PointSource> all) {
    PointIdentity owner = PointIdentity.of(all.get(0));
    final PointIdentity known = gaugeOwners.get(series.key());
    if (known != null && known.compareTo(owner) < 0) {
      owner = known;
    } else if (!owner.equals(known)) {
      gaugeOwners.put(series.key(), owner);
    }
    final List<PointSource> taken = new ArrayList<>();
    final List<PointSource> others = new ArrayList<>();
    for (final PointSource source : all) {
      final PointIdentity identity = PointIdentity.of(source);
      // Of points that a producer gives twice the first is taken.
      final boolean isTaken =
          owner.isSum() ? identity.isSum() : taken.isEmpty() && identity.equals(owner);
      (isTaken ? taken : others).add(source);
    }
    if (!taken.isEmpty()) {
      final PointSum sum = PointSum.of(taken);
      if (sum.isInteger()) {
        writer.gauge(sum.integer());
      } else {
        writer.gauge(sum.floating());
      }
    }
    PointIdentity other = null;
    if (!others.isEmpty()) {
      other = PointIdentity.of(others.get(0));
    } else if (known != null && !known.equals(owner) && !(known.isSum() && owner.isSum())) {
      other = known;
    }
    if (other != null) {
      series.family().isContested = true;
      warn(
          series,
          "gauges",
          owner,
          other,
          "values of gauges cannot be added up. The value of the first is exported, that of the"
              + " second is left out, also where the first has none");
    }
    return taken;
  }

  private List<PointSource> histograms(Series series, List<PointSource> all) {
    final List<PointSource> valid = new ArrayList<>();
    final List<DoubleExemplarData> exemplars = new ArrayList<>();
    final Buckets total = new Buckets();
    double sum = 0;
    for (final PointSource source : all) {
      final Buckets ofPoint = valid.isEmpty() ? total : buckets;
      if (!writer.isHistogram(source.metric(), source.point(), ofPoint)) {
        continue;
      }
      if (!valid.isEmpty() && !total.add(ofPoint)) {
        warn(
            series,
            "bounds",
            valid.get(0),
            source,
            "they are histograms of different bucket bounds. They are added up with the bounds"
                + " that both have; give them the same bounds");
      }
      valid.add(source);
      sum += PointWriter.sum(source.point());
      addCandidates(source, PointWriter.histogramExemplars(source.point()), exemplars);
    }
    if (!valid.isEmpty()) {
      final List<Double> bounds = writer.format.showsAllExemplars() ? null : total.bounds();
      writer.histogram(total, sum, start(valid), shown(series, valid, exemplars, bounds));
    }
    return valid;
  }

  private List<PointSource> nativeHistograms(Series series, List<PointSource> all) {
    final List<PointSource> valid = new ArrayList<>();
    final List<DoubleExemplarData> exemplars = new ArrayList<>();
    final NativeBuckets total = new NativeBuckets();
    double sum = 0;
    for (final PointSource source : all) {
      final ExponentialHistogramPointData point = (ExponentialHistogramPointData) source.point();
      final NativeBuckets ofPoint = valid.isEmpty() ? total : new NativeBuckets();
      if (!writer.isNativeHistogram(source.metric(), point, ofPoint)) {
        continue;
      }
      if (!valid.isEmpty()) {
        total.add(ofPoint);
      }
      valid.add(source);
      sum += point.getSum();
      addCandidates(source, point.getExemplars(), exemplars);
    }
    if (!valid.isEmpty()) {
      writer.nativeHistogram(total, sum, start(valid), shown(series, valid, exemplars, null));
    }
    return valid;
  }

  private List<PointSource> summaries(Series series, List<PointSource> all) {
    final List<PointSource> valid = new ArrayList<>(all);
    valid.removeIf(source -> !writer.isSummary(source.metric(), source.point()));
    if (valid.isEmpty()) {
      return valid;
    }
    long count = 0;
    double sum = 0;
    for (final PointSource source : valid) {
      final SummaryPointData point = (SummaryPointData) source.point();
      count = Buckets.sum(count, point.getCount());
      sum += point.getSum();
    }
    List<ValueAtQuantile> values = List.of();
    if (valid.size() == 1) {
      values = ((SummaryPointData) valid.get(0).point()).getValues();
    } else {
      warn(
          series,
          "quantiles",
          valid.get(0),
          valid.get(1),
          "they are summaries. Their counts and sums are added up; their quantiles, which cannot"
              + " be, are left out");
    }
    writer.summary(count, sum, values, start(valid));
    return valid;
  }

  /**
   * Adds those of a point. Each is read once: a producer may make exemplars whenever they are read,
   * and they are told by identity.
   */
  private <T extends ExemplarData> void addCandidates(
      PointSource source, List<? extends T> exemplars, List<T> candidates) {
    for (int i = 0; i < exemplars.size(); i++) {
      final T exemplar = exemplars.get(i);
      tally.mayWrite(exemplar, source.tallySlot());
      candidates.add(exemplar);
    }
  }

  /**
   * Those that may be shown of a series.
   *
   * @param bounds of a histogram each of whose buckets is a line; null for a series that is one
   */
  private <E extends ExemplarData> List<E> shown(
      Series series, List<PointSource> points, List<E> candidates, @Nullable List<Double> bounds) {
    final ShownExemplars known = shownExemplars(series, candidates);
    if (known == null) {
      return candidates;
    }
    final int before = known.size();
    try {
      return known.choose(candidates, bounds, end(points), MAX_EXEMPLAR_LINES - exemplarLines);
    } finally {
      exemplarLines += known.size() - before;
    }
  }

  /** Null where there is nothing to show, and where no more is remembered. */
  private @Nullable ShownExemplars shownExemplars(
      Series series, List<? extends ExemplarData> candidates) {
    if (candidates.isEmpty() || !writer.format.hasExemplars()) {
      return null;
    }
    final Map<Long, ShownExemplars> ofFamily = series.family().shownExemplars;
    ShownExemplars known = ofFamily.get(series.key());
    if (known != null) {
      known.lastScrape = scrapes;
    }
    if (exemplarLines >= MAX_EXEMPLAR_LINES) {
      makeRoom();
    }
    if (known == null && exemplarLines < MAX_EXEMPLAR_LINES) {
      known = new ShownExemplars();
      known.lastScrape = scrapes;
      ofFamily.put(series.key(), known);
      share(series.family());
    }
    return known;
  }

  private void share(Family family) {
    family.isContested = true;
    sharedFamilies.add(family);
  }

  /**
   * Lets go of series that none of many scrapes has had, when no more can be remembered: of those
   * that come and go the ones that are there now are to be remembered.
   */
  private void makeRoom() {
    if (lastMadeRoom == scrapes) {
      return;
    }
    lastMadeRoom = scrapes;
    final long oldest = scrapes - ExpositionWriter.SCRAPES_REMEMBERED;
    for (final Family family : sharedFamilies) {
      forgetBefore(oldest, family);
    }
  }

  /** Lets go of the series of a family that no scrape has had since one. */
  private void forgetBefore(long scrape, Family family) {
    counterParts -= removeBefore(scrape, family.sharedCounters.values());
    exemplarLines -= removeBefore(scrape, family.shownExemplars.values());
  }

  /** How much was remembered of what is removed. */
  private static int removeBefore(long scrape, Collection<? extends SharedMemory> all) {
    int removed = 0;
    final Iterator<? extends SharedMemory> each = all.iterator();
    while (each.hasNext()) {
      final SharedMemory memory = each.next();
      if (memory.lastScrape < scrape) {
        removed += memory.size();
        each.remove();
      }
    }
    return removed;
  }

  private static long end(List<PointSource> points) {
    long latest = 0;
    for (final PointSource source : points) {
      latest = Math.max(latest, source.point().getEpochNanos());
    }
    return latest;
  }

  private static long start(List<PointSource> points) {
    long earliest = Long.MAX_VALUE;
    for (final PointSource source : points) {
      earliest = Math.min(earliest, source.point().getStartEpochNanos());
    }
    return earliest;
  }

  /** Of scopes that have no labels it is expected; different names are what a user may overlook. */
  private void warnIfNamesDiffer(Series series, List<PointSource> added) {
    for (int i = 1; i < added.size(); i++) {
      if (!added.get(i).metric().getName().equals(added.get(0).metric().getName())) {
        warn(
            series,
            "names",
            added.get(0),
            added.get(i),
            "they are added up, as their names become the same one");
        return;
      }
    }
  }

  private void warn(
      Series series, String what, PointSource one, PointSource other, String outcome) {
    warn(series, what, PointIdentity.of(one), PointIdentity.of(other), outcome);
  }

  private void warn(
      Series series, String what, PointIdentity one, PointIdentity other, String outcome) {
    if (!series.family().tellsFirst(what)) {
      return;
    }
    final String name = series.family().name;
    log.warn(
        "points: " + what,
        name,
        () ->
            "Two points of '"
                + name
                + "' have the labels {"
                + LogText.of(series.labels())
                + "}, one of "
                + one.describe()
                + " and one of "
                + other.describe()
                + ": "
                + outcome
                + ". Leave the scope labels on, or make names and attributes differ in more than"
                + " what a name or a label cannot hold. It is logged once for each name.");
  }

  private record Series(Family family, long key, String labels) {

    // Written out: on JDK 17 the derived methods of a record keep its class loader alive for ever.

    @Override
    public boolean equals(Object object) {
      return this == object;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }
}
