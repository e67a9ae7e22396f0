package io.glint.exporter.openmetrics;

import io.glint.exporter.openmetrics.Family.Form;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides how each family is written in one format, so that no name is taken twice (OpenMetrics
 * 1.0, "MetricFamily", "Suffixes"; OpenTelemetry specification, "Prometheus and OpenMetrics
 * Compatibility", "Metric Metadata").
 *
 * <p>The decision depends on nothing but which families there are, and which metric of each comes
 * first in {@link MetricOrder}:
 *
 * <ul>
 *   <li>Of families that would have the same name with different types, the first one takes it.
 *   <li>A histogram or summary takes the names of its samples before a counter or gauge can, as
 *       more would be lost with it. Among equals the first one does.
 *   <li>OpenMetrics reserves names for counters that need not be there. A counter that cannot have
 *       them is written all the same, under a type that reserves nothing.
 * </ul>
 */
final class FamilyPlan {

  /** Is told of each family that is not written as a whole. */
  interface Listener {
    void clash(Family family, Form form, Family rival);
  }

  private final ScrapeFormat format;
  private final Map<String, Family> owners = new HashMap<>();

  private FamilyPlan(ScrapeFormat format) {
    this.format = format;
  }

  /**
   * Sets the form of each family.
   *
   * @param target the family that the writer adds itself; null for none
   */
  static void make(
      ScrapeFormat format,
      @Nullable Family target,
      Collection<Family> families,
      Listener listener) {
    final FamilyPlan plan = new FamilyPlan(format);
    if (target != null) {
      plan.place(target, listener);
    }
    final List<Family> order = inOrderOfPrecedence(families);
    for (int i = 0; i < order.size(); i++) {
      plan.place(order.get(i), listener);
    }
    if (format == ScrapeFormat.OPEN_METRICS) {
      for (int i = 0; i < order.size(); i++) {
        plan.complete(order.get(i), listener);
      }
    }
  }

  private static List<Family> inOrderOfPrecedence(Collection<Family> families) {
    final List<Family> byFirstMetric = new ArrayList<>(families);
    byFirstMetric.sort(Family::compare);
    final Map<String, Family> firstOfName = new HashMap<>();
    final List<Family> order = new ArrayList<>(families.size());
    final List<Family> ofOneSample = new ArrayList<>();
    final List<Family> behindAnother = new ArrayList<>();
    for (final Family family : byFirstMetric) {
      final boolean first = firstOfName.putIfAbsent(family.textName(), family) == null;
      (!first ? behindAnother : family.type.hasManySamples() ? order : ofOneSample).add(family);
    }
    order.addAll(ofOneSample);
    order.addAll(behindAnother);
    return order;
  }

  /** Takes the names that the family cannot do without. */
  private void place(Family family, Listener listener) {
    Family rival = owner(family, family.suffixes);
    final boolean reserves =
        format == ScrapeFormat.OPEN_METRICS && family.type != FamilyType.COUNTER;
    if (rival == null && reserves) {
      rival = owner(family, family.reservedSuffixes);
    }
    if (rival != null) {
      family.setForm(format, Form.LEFT_OUT);
      listener.clash(family, Form.LEFT_OUT, rival);
      return;
    }
    final boolean isUnknown = format == ScrapeFormat.OPEN_METRICS && family.lacksSuffix();
    family.setForm(format, isUnknown ? Form.SAMPLES_ONLY : Form.WHOLE);
    take(family, family.suffixes);
    if (reserves) {
      take(family, family.reservedSuffixes);
    }
  }

  /** Takes the names that OpenMetrics reserves for a counter, if they are still free. */
  private void complete(Family family, Listener listener) {
    if (family.type != FamilyType.COUNTER || family.form(format) != Form.WHOLE) {
      return;
    }
    final Family rival = owner(family, family.reservedSuffixes);
    if (rival == null) {
      take(family, family.reservedSuffixes);
    } else {
      family.setForm(format, Form.SAMPLES_ONLY);
      listener.clash(family, Form.SAMPLES_ONLY, rival);
    }
  }

  private @Nullable Family owner(Family family, List<String> suffixes) {
    Family owner = null;
    for (int i = 0; owner == null && i < suffixes.size(); i++) {
      owner = owners.get(family.name + suffixes.get(i));
    }
    return owner;
  }

  private void take(Family family, List<String> suffixes) {
    for (int i = 0; i < suffixes.size(); i++) {
      owners.put(family.name + suffixes.get(i), family);
    }
  }
}
