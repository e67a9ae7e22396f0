package io.glint.exporter.openmetrics;

import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.ProblemLog;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.metrics.data.ValueAtQuantile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes one series of several points that have the same labels.
 *
 * <p>What counts adds up: sums, up-down counters too, and the counts, sums and buckets of
 * histograms and summaries. All of it counts since the earliest of the start times, as each part
 * was zero before its own; if one is not known, that of the series is not. Histograms of different
 * bounds keep the bounds that all have, at which the counts stay exact; summaries lose their
 * quantiles. Of gauges, which cannot be added, the first one in {@link MetricOrder} stays.
 *
 * <p>Only what is in the collection is added: no value is remembered of a point that does not come
 * back. A counter or histogram falls when a part of it vanishes, which Prometheus takes for a
 * reset.
 *
 * <p>For rare use: it allocates. Not safe for use by several threads at once.
 */
final class PointMerger {

  /** How many series of gauges are remembered that two points have claimed. */
  static final int MAX_GAUGE_CLAIMS = 10_000;

  private final PointWriter writer;
  private final TextBuffer labels;
  private final ProblemLog log;
  private final Buckets buckets = new Buckets();

  /** For each series of a gauge that two points have claimed: the first of them. */
  private final Map<String, PointIdentity> gaugeClaims = new HashMap<>();

  private ScrapeExemplars tally;

  PointMerger(PointWriter writer, TextBuffer labels, ProblemLog log) {
    this.writer = writer;
    this.labels = labels;
    this.log = log;
  }

  /** Starts an exposition. */
  void start(ScrapeExemplars newTally) {
    tally = newTally;
  }

  /** Whether a series that has one point may be that of another one. */
  boolean isContested(Family family, int labelsStart, int labelsEnd) {
    return family.isContested
        && gaugeClaims.containsKey(new Series(family, labels.text(labelsStart, labelsEnd)).key());
  }

  /**
   * Writes a series.
   *
   * @param all the points in {@link MetricOrder}
   * @return how many of the points are in what was written
   */
  int write(Family family, List<PointSource> all, int labelsStart, int labelsEnd) {
    Series series = new Series(family, labels.text(labelsStart, labelsEnd));
    List<PointSource> points =
        switch (family.type) {
          case COUNTER -> counters(all);
          case GAUGE -> gauges(series, all);
          case HISTOGRAM -> histograms(series, all);
          case SUMMARY -> summaries(series, all);
          case INFO -> throw new AssertionError("written by ExpositionWriter");
        };
    warnIfNamesDiffer(series, points);
    return points.size();
  }

  private List<PointSource> counters(List<PointSource> all) {
    List<PointSource> valid = new ArrayList<>(all);
    valid.removeIf(source -> !writer.isCounter(source.metric(), source.point()));
    if (valid.isEmpty()) {
      return valid;
    }
    List<ExemplarData> exemplars = new ArrayList<>();
    for (PointSource source : valid) {
      exemplars.addAll(candidates(source, source.point().getExemplars()));
    }
    Sum sum = Sum.of(valid);
    if (sum.isInteger) {
      writer.counter(sum.integer, start(valid), exemplars);
    } else {
      writer.counter(sum.floating, start(valid), exemplars);
    }
    return valid;
  }

  /**
   * The first point says whether these are sums; a gauge and a sum cannot be added. Once a point
   * was left out for another one, it stays so while that one is not there: a series is always the
   * same.
   */
  private List<PointSource> gauges(Series series, List<PointSource> all) {
    PointIdentity owner = PointIdentity.of(all.get(0));
    PointIdentity claim = gaugeClaims.get(series.key());
    if (claim != null && claim.compareTo(owner) < 0) {
      owner = claim;
    }
    List<PointSource> taken = new ArrayList<>();
    List<PointSource> others = new ArrayList<>();
    for (PointSource source : all) {
      PointIdentity identity = PointIdentity.of(source);
      // Of points that a producer gives twice the first is taken.
      boolean isTaken =
          owner.isSum() ? identity.isSum() : taken.isEmpty() && identity.equals(owner);
      (isTaken ? taken : others).add(source);
    }
    if (!taken.isEmpty()) {
      Sum sum = Sum.of(taken);
      if (sum.isInteger) {
        writer.gauge(sum.integer);
      } else {
        writer.gauge(sum.floating);
      }
    }
    if (!others.isEmpty() && (claim != null || gaugeClaims.size() < MAX_GAUGE_CLAIMS)) {
      gaugeClaims.put(series.key(), owner);
      series.family.isContested = true;
    }
    if (!taken.isEmpty() && !others.isEmpty()) {
      warn(
          series,
          "gauges",
          taken.get(0),
          others.get(0),
          "values of gauges cannot be added up. The value of the first is exported, that of the"
              + " second is left out");
    }
    return taken;
  }

  private List<PointSource> histograms(Series series, List<PointSource> all) {
    List<PointSource> valid = new ArrayList<>();
    List<DoubleExemplarData> exemplars = new ArrayList<>();
    Buckets total = new Buckets();
    double sum = 0;
    for (PointSource source : all) {
      Buckets ofPoint = valid.isEmpty() ? total : buckets;
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
      exemplars.addAll(candidates(source, PointWriter.histogramExemplars(source.point())));
    }
    if (!valid.isEmpty()) {
      writer.histogram(total, sum, start(valid), exemplars);
    }
    return valid;
  }

  private List<PointSource> summaries(Series series, List<PointSource> all) {
    List<PointSource> valid = new ArrayList<>(all);
    valid.removeIf(source -> !writer.isSummary(source.metric(), source.point()));
    if (valid.isEmpty()) {
      return valid;
    }
    long count = 0;
    double sum = 0;
    for (PointSource source : valid) {
      SummaryPointData point = (SummaryPointData) source.point();
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

  private <T extends ExemplarData> List<T> candidates(PointSource source, List<T> exemplars) {
    for (int i = 0; i < exemplars.size(); i++) {
      tally.mayWrite(exemplars.get(i), source.tallySlot());
    }
    return exemplars;
  }

  private static long start(List<PointSource> points) {
    long earliest = Long.MAX_VALUE;
    for (PointSource source : points) {
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
    if (!series.family.tellsFirst(what)) {
      return;
    }
    log.warn(
        "points: " + what,
        series.family.name,
        () ->
            "Two points of '"
                + series.family.name
                + "' have the labels {"
                + LogText.of(series.labels)
                + "}, one of "
                + describe(one)
                + " and one of "
                + describe(other)
                + ": "
                + outcome
                + ". Leave the scope labels on, or make names and attributes differ in more than"
                + " what a name or a label cannot hold. It is logged once for each name.");
  }

  private static String describe(PointSource source) {
    return "metric '"
        + LogText.of(source.metric().getName())
        + "' of scope '"
        + LogText.of(source.metric().getInstrumentationScopeInfo().getName())
        + "' with the attributes "
        + LogText.of(source.point().getAttributes().toString());
  }

  private record Series(Family family, String labels) {

    String key() {
      return family.name + '{' + labels;
    }

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

  /** A sum that is exact while all parts are integers and it fits. */
  private static final class Sum {
    private boolean isInteger = true;
    private long integer;

    /** The sum as a floating point value, always; it begins with what changes no other value. */
    private double floating = -0.0;

    static Sum of(List<PointSource> points) {
      Sum sum = new Sum();
      for (PointSource source : points) {
        if (source.point() instanceof LongPointData point) {
          sum.add(point.getValue());
        } else {
          sum.isInteger = false;
          sum.floating += ((DoublePointData) source.point()).getValue();
        }
      }
      return sum;
    }

    private void add(long value) {
      floating += value;
      long next = integer + value;
      if (((integer ^ next) & (value ^ next)) < 0) {
        isInteger = false;
      }
      integer = next;
    }
  }
}
