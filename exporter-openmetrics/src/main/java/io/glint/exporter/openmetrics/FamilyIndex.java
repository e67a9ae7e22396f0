package io.glint.exporter.openmetrics;

import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.SumData;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Sorts the metrics of one scrape into families.
 *
 * <p>The formats demand that a name has one type, one unit and one help text, and that no family's
 * samples can be taken for another's (OpenMetrics 1.0, "MetricFamily", "Suffixes"; OpenTelemetry
 * specification, "Prometheus and OpenMetrics Compatibility", "Metric Metadata"). What clashes in
 * OpenMetrics is left out of Prometheus text as well, so that all scrapers see the same series. Of
 * two metrics that clash the one that was collected first stays. Names that could be a sample's
 * count even if that sample is not written, as {@code _created} when switched off.
 *
 * <p>Not safe for use by several threads at once.
 */
final class FamilyIndex {

  private static final Comparator<Family> BY_NAME = Comparator.comparing(family -> family.name);

  private final RateLimitedLog log;
  private final Map<String, Family> byName = new HashMap<>();

  /** Every name that belongs to a family or to one of its samples. */
  private final Map<String, Family> owners = new HashMap<>();

  private final List<Family> sorted = new ArrayList<>();
  private final List<MetricData> leftOut = new ArrayList<>();

  FamilyIndex(RateLimitedLog log) {
    this.log = log;
  }

  void clear() {
    byName.clear();
    owners.clear();
    sorted.clear();
    leftOut.clear();
  }

  /** Keeps a family name for the caller, who writes that family. */
  void reserve(String name, FamilyType type) {
    claim(new Family(name, type));
  }

  void addAll(Collection<MetricData> metrics) {
    for (MetricData metric : metrics) {
      if (!metric.isEmpty() && !add(metric)) {
        leftOut.add(metric);
      }
    }
  }

  /** The families, ordered by name; valid until {@link #clear()}. */
  List<Family> families() {
    sorted.sort(BY_NAME);
    return sorted;
  }

  /** The metrics that have points and are in no family; valid until {@link #clear()}. */
  List<MetricData> leftOut() {
    return leftOut;
  }

  /** Returns false if the metric is left out. */
  private boolean add(MetricData metric) {
    FamilyType type = typeOf(metric);
    if (type == null) {
      return false;
    }
    String unit = Units.word(metric.getUnit());
    String name = Names.family(metric.getName(), unit, type == FamilyType.COUNTER);
    Family family = byName.get(name);
    if (family == null) {
      family = new Family(name, type);
      Family owner = ownerOfClashingName(family);
      if (owner != null) {
        warnOfClash(metric, family, owner);
        return false;
      }
      claim(family);
      byName.put(name, family);
      sorted.add(family);
    } else if (family.type != type) {
      warnOfClash(metric, new Family(name, type), family);
      return false;
    }
    mergeUnit(family, metric, Names.endsWithUnit(name, unit) ? unit : "");
    mergeHelp(family, metric);
    family.metrics.add(metric);
    return true;
  }

  /** The family type of a metric, or null if the metric is left out. */
  private FamilyType typeOf(MetricData metric) {
    switch (metric.getType()) {
      case LONG_GAUGE, DOUBLE_GAUGE -> {
        return FamilyType.GAUGE;
      }
      case LONG_SUM, DOUBLE_SUM -> {
        SumData<?> sum = (SumData<?>) metric.getData();
        return isDelta(metric, sum.getAggregationTemporality())
            ? null
            : sum.isMonotonic() ? FamilyType.COUNTER : FamilyType.GAUGE;
      }
      case HISTOGRAM -> {
        return isDelta(metric, metric.getHistogramData().getAggregationTemporality())
            ? null
            : FamilyType.HISTOGRAM;
      }
      case SUMMARY -> {
        return FamilyType.SUMMARY;
      }
      case EXPONENTIAL_HISTOGRAM -> {
        log.warn(
            "exponential",
            metric.getName(),
            () ->
                "Metric '"
                    + LogText.of(metric.getName())
                    + "' is an exponential histogram, which the text formats cannot carry; it is"
                    + " left out of the scrape. Give its instrument an explicit-bucket aggregation"
                    + " by a view, or export it by OTLP.");
        return null;
      }
    }
    return null;
  }

  private boolean isDelta(MetricData metric, AggregationTemporality temporality) {
    if (temporality == AggregationTemporality.CUMULATIVE) {
      return false;
    }
    log.warn(
        "delta",
        metric.getName(),
        () ->
            "Metric '"
                + LogText.of(metric.getName())
                + "' has delta temporality, which a scrape cannot carry; it is left out. It comes"
                + " from a MetricProducer: let that produce cumulative points.");
    return true;
  }

  private Family ownerOfClashingName(Family family) {
    Family owner = owners.get(family.name);
    for (int i = 0; owner == null && i < family.type.sampleSuffixCount(); i++) {
      owner = owners.get(family.name + family.type.sampleSuffix(i));
    }
    return owner;
  }

  private void claim(Family family) {
    owners.put(family.name, family);
    for (int i = 0; i < family.type.sampleSuffixCount(); i++) {
      owners.put(family.name + family.type.sampleSuffix(i), family);
    }
  }

  private void warnOfClash(MetricData dropped, Family family, Family owner) {
    log.warn(
        "clash:" + owner.name,
        dropped.getName(),
        () ->
            "Metric '"
                + LogText.of(dropped.getName())
                + "' of scope '"
                + LogText.of(dropped.getInstrumentationScopeInfo().getName())
                + "' becomes the "
                + family.type.openMetrics
                + " '"
                + LogText.of(family.name)
                + "', whose names clash with those of the "
                + owner.type.openMetrics
                + " '"
                + LogText.of(owner.name)
                + "'; it is left out of the scrape. Rename one of them by a view.");
  }

  private void mergeUnit(Family family, MetricData metric, String unit) {
    if (family.unit.isEmpty()) {
      family.unit = unit;
    } else if (!unit.isEmpty() && !unit.equals(family.unit)) {
      warnOfComment(metric, family, "unit", family.unit, unit);
    }
  }

  private void mergeHelp(Family family, MetricData metric) {
    String help = metric.getDescription();
    if (family.help.isEmpty()) {
      family.help = help;
    } else if (!help.isEmpty() && !help.equals(family.help)) {
      warnOfComment(metric, family, "description", family.help, help);
    }
  }

  private void warnOfComment(
      MetricData metric, Family family, String what, String kept, String dropped) {
    log.warn(
        what,
        family.name,
        () ->
            "Metric '"
                + LogText.of(metric.getName())
                + "' of scope '"
                + LogText.of(metric.getInstrumentationScopeInfo().getName())
                + "' shares the name '"
                + LogText.of(family.name)
                + "' with another metric of another "
                + what
                + ". Its points are exported under the first "
                + what
                + " '"
                + LogText.of(kept)
                + "'; '"
                + LogText.of(dropped)
                + "' is dropped. Make them equal, by a view if need be.");
  }
}
