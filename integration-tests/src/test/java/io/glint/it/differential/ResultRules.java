package io.glint.it.differential;

import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.common.InstrumentationScopeInfoBuilder;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Changes what came out of a program where the two SDKs are known to differ. */
final class ResultRules {
  private final Program program;
  private final Timeline timeline;
  private final RuleCounts counts;

  ResultRules(Program program, RuleCounts counts) {
    this.program = program;
    this.timeline = new Timeline(program);
    this.counts = counts;
  }

  /** What the specification expects, judged by what the stock SDK made of the program. */
  Outcome expected(Outcome ofStock) {
    Outcome changed = ofStock;
    changed =
        counts.changed(KnownDifference.EMPTY_METER_NAME, changed, changed.mapMetrics(this::named));
    if (program.comparesExemplars()) {
      changed =
          counts.changed(
              KnownDifference.EXEMPLARS_STAY, changed, new StayingExemplars(program).keep(changed));
    }
    return common(changed, counts);
  }

  /** What is left to compare of what Glint made of the program. */
  Outcome actual(Outcome ofGlint) {
    final RuleCounts ofThis = new RuleCounts();
    final Outcome changed = common(ofGlint, ofThis);
    if (ofThis.of(KnownDifference.SIGN_OF_ZERO) > 0) {
      counts.add(KnownDifference.SIGN_OF_ZERO);
    }
    return changed;
  }

  private Outcome common(Outcome outcome, RuleCounts counts) {
    Outcome changed = outcome;
    changed =
        counts.changed(KnownDifference.START_OF_NEW_INSTRUMENT, changed, clampStarts(changed));
    changed =
        counts.changed(
            KnownDifference.START_AFTER_FAILED_ROUND,
            changed,
            changed.mapMetrics(this::withoutStart));
    changed =
        counts.changed(
            KnownDifference.SIGN_OF_ZERO, changed, changed.mapMetrics(this::unsignedZeros));
    if (timeline.isSetBack()) {
      changed =
          counts.changed(
              KnownDifference.WALL_CLOCK_SET_BACK,
              changed,
              changed.mapMetrics(metric -> metric.mapPoints(point -> point.withTimes(0, 0))));
    }
    changed =
        counts.changed(
            KnownDifference.CHOICE_OF_EXEMPLARS, changed, changed.mapMetrics(this::exemplars));
    return counts.changed(KnownDifference.ENABLED_AFTER_SHUTDOWN, changed, beforeShutdown(changed));
  }

  private Metric named(Metric metric) {
    final InstrumentationScopeInfo scope = metric.key().scope();
    if (!scope.getName().equals(StockRules.UNKNOWN)) {
      return metric;
    }
    final InstrumentationScopeInfoBuilder nameless = InstrumentationScopeInfo.builder("");
    if (scope.getVersion() != null) {
      nameless.setVersion(scope.getVersion());
    }
    if (scope.getSchemaUrl() != null) {
      nameless.setSchemaUrl(scope.getSchemaUrl());
    }
    final Metric.Key key = metric.key();
    return metric.withKey(
        new Metric.Key(
            key.resource(),
            nameless.build(),
            key.name(),
            key.description(),
            key.unit(),
            key.type(),
            key.isMonotonic(),
            key.temporality()));
  }

  /**
   * Lets a start that lies in an interval of its reader in which an instrument was created be that
   * creation, if it is earlier.
   */
  private Outcome clampStarts(Outcome outcome) {
    final Map<Integer, NavigableSet<Long>> collections = new HashMap<>();
    outcome
        .collections()
        .forEach(
            collected ->
                collections
                    .computeIfAbsent(collected.reader(), reader -> new TreeSet<>())
                    .add(timeline.at(collected.step())));
    return outcome.mapCollections(
        collected ->
            collected.mapMetrics(
                metric ->
                    metric.mapPoints(
                        point -> {
                          final long start =
                              clamped(
                                  point,
                                  collections.get(collected.reader()),
                                  timeline.creations(metric.key()));
                          return start == point.start()
                              ? point
                              : point.withTimes(start, point.end());
                        })));
  }

  /** Applied until nothing changes: a collection and a creation may be at the same time. */
  private static long clamped(
      Metric.Point point, NavigableSet<Long> collections, NavigableSet<Long> creations) {
    long start = point.start();
    long before;
    do {
      before = start;
      final Long intervalEnd = collections.higher(start);
      if (collections.floor(start) != null && intervalEnd != null) {
        final Long creation = creations.floor(Math.min(intervalEnd, point.end()));
        start = creation == null ? start : Math.max(start, creation);
      }
    } while (start != before);
    return start;
  }

  /** Masks the start of gauges whose callback may have failed. */
  private Metric withoutStart(Metric metric) {
    return metric.isGauge() && timeline.mayFail(metric.key())
        ? metric.mapPoints(point -> point.withTimes(0, point.end()))
        : metric;
  }

  /**
   * Asynchronous sums may be -0.0; all but gauges may have been given 0.0 instead where there are
   * exponential histograms.
   */
  private Metric unsignedZeros(Metric metric) {
    if (metric.isGauge()) {
      return metric;
    }
    return metric.mapPoints(
        point -> {
          final SortedMap<String, Object> fields = new TreeMap<>(point.fields());
          fields.replaceAll(
              (name, value) ->
                  value.equals(-0.0) && (name.equals("value") || program.hasExponentialHistogram())
                      ? (Object) 0.0
                      : value);
          return point.withFields(fields);
        });
  }

  private Metric exemplars(Metric metric) {
    if (program.filter() == Program.Filter.ALWAYS_OFF) {
      return metric;
    }
    if (program.comparesExemplars()) {
      return metric.mapPoints(
          point ->
              point.withExemplars(
                  point.exemplars().stream()
                      .map(
                          exemplar ->
                              new Metric.Exemplar(
                                  exemplar.value().equals(-0.0) && program.hasExponentialHistogram()
                                      ? (Number) 0.0
                                      : exemplar.value(),
                                  exemplar.filteredAttributes(),
                                  exemplar.span(),
                                  0))
                      .sorted(Comparator.comparing(Metric.Exemplar::toString))
                      .toList()));
    }
    return metric.mapPoints(
        point -> {
          final SortedMap<String, Object> fields = new TreeMap<>(point.fields());
          if (metric.isDelta()) {
            fields.put("buckets with exemplars", StayingExemplars.slots(point));
          }
          return point.withFields(fields).withExemplars(List.of());
        });
  }

  private Outcome beforeShutdown(Outcome outcome) {
    final Map<Integer, Boolean> enabled = new TreeMap<>(outcome.enabled());
    enabled.keySet().removeIf(step -> step > timeline.shutdownStep());
    return new Outcome(outcome.collections(), enabled, outcome.thrown());
  }
}
