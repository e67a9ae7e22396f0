package io.glint.exporter.openmetrics;

import io.glint.sdk.internal.log.LogText;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A metric family: the metrics of all scopes that share a name and a type. It is remembered from
 * scrape to scrape, also while none of its metrics has points; see {@link FamilyIndex}.
 */
final class Family {

  /** How a family is written in a format. */
  enum Form {
    /** With everything the format has for its type. */
    WHOLE,
    /**
     * A counter in OpenMetrics 1.0, where another family has one of the names that it reserves for
     * counters, or whose name does not end with {@code _total}: its samples under the type {@code
     * unknown}, whose only name is that of the sample.
     */
    SAMPLES_ONLY,
    /** Not at all: another family has the name of its samples. */
    LEFT_OUT
  }

  /** As OpenMetrics 1.0 names the family: of a counter without {@code _total}. */
  final String name;

  final FamilyType type;

  /** Whether {@link #name} needs no quotes in the text formats. */
  final boolean hasLegacyName;

  /** The suffixes of the names of the samples, as those of the type. */
  final List<String> suffixes;

  /** The suffixes of the names that OpenMetrics 1.0 reserves besides. */
  final List<String> reservedSuffixes;

  /** The name of the HELP and TYPE lines in Prometheus text, and of the sample of a counter. */
  private final String textName;

  /**
   * The {@link #name} that a scraper gets who names no scheme of escaping, and its {@link
   * #suffixes}: what {@code name[]} may ask for besides, see {@link NameFilter}.
   */
  final String plainName;

  final List<String> plainSuffixes;

  /** {@link PointMerger#nameKey} of {@link #textName}. */
  final long nameKey;

  /** Those of the scrape under way that have points. */
  final List<MetricData> metrics = new ArrayList<>(1);

  /** The unit's word; empty if no metric has one, or they differ. */
  String unit = "";

  boolean unitDiffers;

  /** Empty if no metric has a description, or they differ. */
  String help = "";

  boolean helpDiffers;

  /** Scope and name of the first metric in {@link MetricOrder} that this family ever had. */
  private InstrumentationScopeInfo scope;

  private String metricName;

  /**
   * Whether it ever had an explicit histogram. Then exponential ones are classic histograms in all
   * formats: Prometheus cannot read a family that has both kinds.
   */
  boolean isClassic;

  /** Whether there was a series that several points have had, so that none is written by itself. */
  boolean isContested;

  /** The series of a counter that several points have had, by {@link PointMerger}'s key. */
  final Map<Long, SharedCounter> sharedCounters = new HashMap<>(0);

  /** What was shown of exemplars of a series that several points have had, by the same key. */
  final Map<Long, ShownExemplars> shownExemplars = new HashMap<>(0);

  /** The label sets of the points, as they were when the family was last written as text. */
  private final SeriesLabels textLabels = new SeriesLabels();

  /** The same for protobuf. */
  private final SeriesLabels protobufLabels = new SeriesLabels();

  /** The bucket labels of the last histogram that was written. */
  final BucketLabels bucketLabels = new BucketLabels();

  private final Map<ScrapeFormat, Form> forms = new EnumMap<>(ScrapeFormat.class);

  /** What was logged of this family and is not logged again. */
  private final Set<String> told = new HashSet<>(4);

  /**
   * Creates a family.
   *
   * @param textName the name it has in Prometheus text
   * @param plainTextName the same for a scraper that names no scheme of escaping
   */
  Family(
      String textName,
      String plainTextName,
      FamilyType type,
      InstrumentationScopeInfo scope,
      String metricName) {
    this.textName = textName;
    nameKey = PointMerger.nameKey(textName);
    this.type = type;
    this.scope = scope;
    this.metricName = metricName;
    final boolean bare = isBare(textName, type);
    name = withoutSuffix(textName, type);
    suffixes = bare ? List.of("") : type.suffixes;
    reservedSuffixes = bare ? List.of() : type.reservedSuffixes;
    hasLegacyName = Names.isLegacy(name, true);
    // Mostly they are the same; then one string is enough.
    plainName = plainTextName.equals(textName) ? name : withoutSuffix(plainTextName, type);
    plainSuffixes = isBare(plainTextName, type) ? List.of("") : type.suffixes;
  }

  /** Whether a name lacks the suffix of the type, or is nothing else. */
  private static boolean isBare(String textName, FamilyType type) {
    final String suffix = type.suffixes.get(0);
    return !textName.endsWith(suffix) || textName.length() == suffix.length();
  }

  private static String withoutSuffix(String textName, FamilyType type) {
    return isBare(textName, type)
        ? textName
        : textName.substring(0, textName.length() - type.suffixes.get(0).length());
  }

  /** The name of the HELP and TYPE lines in Prometheus text, and of the sample of a counter. */
  String textName() {
    return textName;
  }

  /**
   * Whether the samples lack the suffix of the type: a counter whose name does not end with {@code
   * _total}, which OpenMetrics 1.0 does not know.
   */
  boolean lacksSuffix() {
    return suffixes != type.suffixes;
  }

  /** What is kept of the label sets for a format. */
  SeriesLabels labels(ScrapeFormat format) {
    return format == ScrapeFormat.PROTOBUF ? protobufLabels : textLabels;
  }

  /** Forgets the label sets for all formats. */
  void forgetLabels() {
    textLabels.clear();
    protobufLabels.clear();
  }

  /** Takes in another metric; returns whether it comes before all that were seen so far. */
  boolean moveUp(MetricData metric) {
    final InstrumentationScopeInfo otherScope = metric.getInstrumentationScopeInfo();
    if (MetricOrder.compare(otherScope, metric.getName(), scope, metricName) >= 0) {
      return false;
    }
    scope = otherScope;
    metricName = metric.getName();
    return true;
  }

  /** Whether none of the metrics seen so far comes before this one. */
  boolean isFirst(MetricData metric) {
    return MetricOrder.compare(
            metric.getInstrumentationScopeInfo(), metric.getName(), scope, metricName)
        == 0;
  }

  /** Orders families by their first metrics, then by type and name. */
  static int compare(Family one, Family other) {
    int order = MetricOrder.compare(one.scope, one.metricName, other.scope, other.metricName);
    if (order == 0) {
      order = one.type.compareTo(other.type);
    }
    return order != 0 ? order : one.name.compareTo(other.name);
  }

  /** How the family is written in a format; null before it was decided. */
  @Nullable Form form(ScrapeFormat format) {
    return forms.get(format);
  }

  void setForm(ScrapeFormat format, Form form) {
    forms.put(format, form);
  }

  /** Whether this is the first time that {@code what} is asked for. */
  boolean tellsFirst(String what) {
    return told.add(what);
  }

  /** For the log: "metric 'a.b' of scope 'c'". */
  String describeMetric() {
    return "metric '" + LogText.of(metricName) + "' of scope '" + LogText.of(scope.getName()) + "'";
  }

  /** For the log: "the counter 'a_b' (metric 'a.b' of scope 'c')". */
  String describe() {
    final String family = "the " + type.openMetrics + " '" + name + "'";
    return type == FamilyType.INFO ? family : family + " (" + describeMetric() + ")";
  }
}
