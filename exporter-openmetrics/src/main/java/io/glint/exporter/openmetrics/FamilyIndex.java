package io.glint.exporter.openmetrics;

import io.glint.exporter.openmetrics.Family.Form;
import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.ProblemLog;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.SumData;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sorts the metrics of a scrape into families, and remembers the families.
 *
 * <p>The formats demand that a name has one type, one unit and one help text, and that no family's
 * samples can be taken for another's. {@link FamilyPlan} decides which family has a name. It knows
 * all families that ever had points: what a scrape shows of one metric does not depend on whether
 * another has points at that moment. So the outcome changes only when a family, or a metric that
 * comes before all others of its family, is seen for the first time.
 *
 * <p>The same holds for units and descriptions: metrics of one family that differ in one have none,
 * from the first scrape on that saw them differ.
 *
 * <p>{@value #MAX_REMEMBERED} families are remembered. If there are more, those that have no points
 * in the scrape under way are forgotten, and what they claimed is free.
 *
 * <p>Not safe for use by several threads at once.
 */
final class FamilyIndex {

  static final int MAX_REMEMBERED = 10_000;

  private static final String TARGET = "target_info";

  private static final Comparator<Family> BY_NAME =
      Comparator.comparing((Family family) -> family.name)
          .thenComparing(family -> family.type)
          .thenComparing(Family::textName);

  private final Naming naming;
  private final ProblemLog log;

  /** Is told of each family that is forgotten. */
  private final Consumer<Family> onForget;

  /** By type and {@link Family#textName}. */
  private final Map<FamilyType, Map<String, Family>> families = new EnumMap<>(FamilyType.class);

  private int remembered;

  /** The formats whose plan is that of the families now remembered. */
  private final Set<ScrapeFormat> planned = EnumSet.noneOf(ScrapeFormat.class);

  /** Stands for {@code target_info}, and for the first metric that has its resource; or null. */
  private @Nullable Family target;

  private Attributes targetAttributes = Attributes.empty();

  private final List<Family> present = new ArrayList<>();
  private final List<MetricData> leftOut = new ArrayList<>();

  FamilyIndex(Naming naming, ProblemLog log, Consumer<Family> onForget) {
    this.naming = naming;
    this.log = log;
    this.onForget = onForget;
    for (final FamilyType type : FamilyType.values()) {
      families.put(type, new HashMap<>());
    }
  }

  /** Lets go of the metrics of the last scrape. */
  void clear() {
    for (int i = 0; i < present.size(); i++) {
      present.get(i).metrics.clear();
    }
    present.clear();
    leftOut.clear();
  }

  /**
   * Sorts in the metrics of a scrape, after {@link #clear()}.
   *
   * @param withTarget whether {@code target_info} is to be written
   */
  void addAll(Collection<MetricData> metrics, ScrapeFormat format, boolean withTarget) {
    for (final MetricData metric : metrics) {
      if (withTarget) {
        mergeTarget(metric);
      }
      if (!metric.isEmpty()) {
        add(metric);
      }
    }
    forgetIfTooMany();
    forgetLabels();
    plan(format);
    present.sort(BY_NAME);
    for (int i = 0; i < present.size(); i++) {
      final Family family = present.get(i);
      if (family.form(format) == Form.LEFT_OUT) {
        leftOut.addAll(family.metrics);
      } else {
        family.metrics.sort(MetricOrder.METRICS);
      }
    }
  }

  /** The families that have points, ordered by name; valid until {@link #clear()}. */
  List<Family> families() {
    return present;
  }

  /** The metrics that have points and are not written; valid until {@link #clear()}. */
  List<MetricData> leftOut() {
    return leftOut;
  }

  /** The family of {@code target_info}; null while no metric had a resource with attributes. */
  @Nullable Family target() {
    return target;
  }

  /** The attributes of the resource that {@code target_info} shows. */
  Attributes targetAttributes() {
    return targetAttributes;
  }

  /** How many families are remembered, for tests. */
  int remembered() {
    return remembered;
  }

  private void add(MetricData metric) {
    final FamilyType type = typeOf(metric);
    if (type == null) {
      leftOut.add(metric);
      return;
    }
    final String unit = Units.word(metric.getUnit());
    final boolean isCounter = type == FamilyType.COUNTER;
    final String name = naming.metric(metric.getName(), unit, isCounter);
    final Map<String, Family> ofType = Objects.requireNonNull(families.get(type));
    Family family = ofType.get(name);
    if (family == null) {
      family =
          new Family(
              name,
              naming.plain().metric(metric.getName(), unit, isCounter),
              type,
              metric.getInstrumentationScopeInfo(),
              metric.getName());
      ofType.put(name, family);
      remembered++;
      planned.clear();
    } else if (family.moveUp(metric)) {
      planned.clear();
    }
    mergeUnit(family, unit, metric);
    mergeHelp(family, metric);
    family.isClassic |= metric.getType() == MetricDataType.HISTOGRAM;
    if (family.metrics.isEmpty()) {
      present.add(family);
    }
    family.metrics.add(metric);
  }

  /** The family type of a metric, or null if the metric is left out. */
  private @Nullable FamilyType typeOf(MetricData metric) {
    AggregationTemporality temporality = AggregationTemporality.CUMULATIVE;
    FamilyType type = FamilyType.GAUGE;
    switch (metric.getType()) {
      case LONG_GAUGE, DOUBLE_GAUGE -> {}
      case LONG_SUM, DOUBLE_SUM -> {
        final SumData<?> sum = (SumData<?>) metric.getData();
        temporality = sum.getAggregationTemporality();
        type = sum.isMonotonic() ? FamilyType.COUNTER : FamilyType.GAUGE;
      }
      case HISTOGRAM -> {
        temporality = metric.getHistogramData().getAggregationTemporality();
        type = FamilyType.HISTOGRAM;
      }
      case EXPONENTIAL_HISTOGRAM -> {
        temporality = metric.getExponentialHistogramData().getAggregationTemporality();
        type = FamilyType.HISTOGRAM;
      }
      case SUMMARY -> type = FamilyType.SUMMARY;
    }
    if (temporality == AggregationTemporality.CUMULATIVE) {
      return type;
    }
    log.warn(
        "delta",
        metric.getName(),
        () ->
            "Metric '"
                + LogText.of(metric.getName())
                + "' has delta temporality, which a scrape cannot carry; it is left out. It comes"
                + " from a MetricProducer: let that produce cumulative points.");
    return null;
  }

  private void plan(ScrapeFormat format) {
    if (planned.add(format)) {
      final List<Family> all = new ArrayList<>(remembered);
      families.values().forEach(ofType -> all.addAll(ofType.values()));
      FamilyPlan.make(
          format, target, all, (family, form, rival) -> warnOfClash(format, family, form, rival));
    }
  }

  private void forgetIfTooMany() {
    if (remembered <= MAX_REMEMBERED || present.size() == remembered) {
      return;
    }
    remembered = 0;
    for (final Map<String, Family> ofType : families.values()) {
      ofType.values().removeIf(this::forgetIfAbsent);
      remembered += ofType.size();
    }
    planned.clear();
    log.warn(
        "families",
        "",
        () ->
            "More than "
                + MAX_REMEMBERED
                + " metric names and types were seen; those that have no points now are forgotten."
                + " If one of them comes back, the type, unit or help text of a name may change."
                + " Look for metrics whose names are made while the process runs, and use"
                + " attributes in their place.");
  }

  private boolean forgetIfAbsent(Family family) {
    if (!family.metrics.isEmpty()) {
      return false;
    }
    onForget.accept(family);
    return true;
  }

  /** Lets go of the label sets that are kept for a format. */
  void forgetLabels(ScrapeFormat format) {
    for (final Map<String, Family> ofType : families.values()) {
      for (final Family family : ofType.values()) {
        family.labels(format).clear();
      }
    }
  }

  /** Of families that have no points now. */
  private void forgetLabels() {
    if (present.size() == remembered) {
      return;
    }
    for (final Map<String, Family> ofType : families.values()) {
      for (final Family family : ofType.values()) {
        if (family.metrics.isEmpty()) {
          family.forgetLabels();
        }
      }
    }
  }

  /** The resource of the first of all metrics, in {@link MetricOrder}, that has attributes. */
  private void mergeTarget(MetricData metric) {
    final Attributes attributes = metric.getResource().getAttributes();
    if (attributes.isEmpty()) {
      return;
    }
    final Family known = target;
    if (known == null) {
      final InstrumentationScopeInfo scope = metric.getInstrumentationScopeInfo();
      final Family made = new Family(TARGET, TARGET, FamilyType.INFO, scope, metric.getName());
      made.help = "Target metadata";
      target = made;
      targetAttributes = attributes;
      planned.clear();
      return;
    }
    final boolean same = attributes == targetAttributes || attributes.equals(targetAttributes);
    if (!same && known.tellsFirst("resource")) {
      log.warn("target", metric.getName(), () -> otherTarget(metric, known));
    }
    if (known.moveUp(metric)
        || (!same
            && known.isFirst(metric)
            && MetricOrder.compare(attributes, targetAttributes) < 0)) {
      targetAttributes = attributes;
    }
  }

  private static String otherTarget(MetricData metric, Family first) {
    return "The resource of metric '"
        + LogText.of(metric.getName())
        + "' of scope '"
        + LogText.of(metric.getInstrumentationScopeInfo().getName())
        + "' is another one than that of "
        + first.describeMetric()
        + ". A scrape has one target_info: that of the metric that comes first by scope name,"
        + " version, schema URL and metric name. The points of both are exported. Let a"
        + " MetricProducer use the resource that it is given.";
  }

  private void warnOfClash(ScrapeFormat format, Family family, Form form, Family rival) {
    if (!family.tellsFirst(format + " " + form)) {
      return;
    }
    log.warn(
        "clash " + format + " " + family.type,
        family.name,
        () ->
            "In "
                + format.title
                + ' '
                + family.describe()
                + " cannot be beside "
                + rival.describe()
                + (form == Form.LEFT_OUT
                    ? ": the names of their samples clash. Left out for as long as the process"
                        + " runs is "
                    : ": that has a name which OpenMetrics reserves for counters. Exported under"
                        + " the type 'unknown', without unit, exemplars and _created, is ")
                + family.describe()
                + ". Rename one of the two by a view.");
  }

  private void mergeUnit(Family family, String unit, MetricData metric) {
    if (!unit.isEmpty() && !unit.equals(family.unit) && !family.unitDiffers) {
      if (family.unit.isEmpty()) {
        family.unit = unit;
      } else {
        warnOfComment(metric, family, "unit", family.unit, unit);
        family.unit = "";
        family.unitDiffers = true;
      }
    }
  }

  private void mergeHelp(Family family, MetricData metric) {
    final String help = metric.getDescription();
    if (!help.isEmpty() && !help.equals(family.help) && !family.helpDiffers) {
      if (family.help.isEmpty()) {
        family.help = help;
      } else {
        warnOfComment(metric, family, "description", family.help, help);
        family.help = "";
        family.helpDiffers = true;
      }
    }
  }

  private void warnOfComment(
      MetricData metric, Family family, String what, String one, String other) {
    log.warn(
        what,
        family.name,
        () ->
            "Metric '"
                + LogText.of(metric.getName())
                + "' of scope '"
                + LogText.of(metric.getInstrumentationScopeInfo().getName())
                + "' has the "
                + what
                + " '"
                + LogText.of(other)
                + "', another metric of the name '"
                + LogText.of(family.name)
                + "' (such as "
                + family.describeMetric()
                + ") has '"
                + LogText.of(one)
                + "'. The points of all are exported, without a "
                + what
                + ". Make them equal, by a view if need be.");
  }
}
