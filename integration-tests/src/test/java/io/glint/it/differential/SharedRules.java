package io.glint.it.differential;

import io.opentelemetry.sdk.metrics.InstrumentType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Changes programs so that they keep away from some of the known differences. */
final class SharedRules {
  private static final Set<InstrumentType> SIGNED =
      Set.of(InstrumentType.UP_DOWN_COUNTER, InstrumentType.GAUGE);
  private static final Set<InstrumentType> GAUGES =
      Set.of(InstrumentType.GAUGE, InstrumentType.OBSERVABLE_GAUGE);

  private static final Set<InstrumentType> COUNTERS = Set.of(InstrumentType.OBSERVABLE_COUNTER);
  private static final Set<InstrumentType> ASYNCHRONOUS_SUMS =
      Set.of(InstrumentType.OBSERVABLE_COUNTER, InstrumentType.OBSERVABLE_UP_DOWN_COUNTER);

  private SharedRules() {}

  /**
   * A program that differs from this one only as far as it must. Applied until nothing changes, as
   * one rule may uncover what another one is for.
   */
  static Program apply(Program program, RuleCounts counts) {
    Program before = program;
    Program changed = applyOnce(program, counts);
    while (!changed.equals(before)) {
      before = changed;
      changed = applyOnce(changed, counts);
    }
    return changed;
  }

  private static Program applyOnce(Program program, RuleCounts counts) {
    Program changed = program;
    changed = counts.changed(KnownDifference.SELECTOR_CASE, changed, selectorCase(changed));
    changed =
        counts.changed(
            KnownDifference.HISTOGRAM_OF_SIGNED_VALUES,
            changed,
            keepAggregationAway(
                changed, AggregationSetup::isHistogram, SIGNED, InstrumentType.HISTOGRAM));
    changed =
        counts.changed(
            KnownDifference.SUM_OF_GAUGE,
            changed,
            keepAggregationAway(
                changed,
                aggregation -> aggregation.kind() == AggregationSetup.Kind.SUM,
                GAUGES,
                InstrumentType.COUNTER));
    if (changed.hasExponentialHistogram()) {
      changed = counts.changed(KnownDifference.POWERS_OF_TWO, changed, powersOfTwo(changed));
      changed = counts.changed(KnownDifference.SUBNORMAL_VALUES, changed, subnormals(changed));
    }
    if (changed.filter() == Program.Filter.ALWAYS_ON) {
      changed = counts.changed(KnownDifference.NULL_CONTEXT, changed, withContexts(changed));
    }
    changed =
        counts.changed(KnownDifference.OBSERVERS_OF_ONE_INSTRUMENT, changed, observers(changed));
    changed = counts.changed(KnownDifference.FALLING_COUNTER, changed, growingCounters(changed));
    changed = counts.changed(KnownDifference.VANISHING_SET, changed, stayingSets(changed));
    changed =
        counts.changed(KnownDifference.ASYNC_LIMIT_UNDER_CHURN, changed, asyncLimits(changed));
    return counts.changed(
        KnownDifference.DESCRIPTIONS_DIFFER, changed, withOneDescription(changed));
  }

  /** Weakens a pattern until it selects the same names with and without regard to case. */
  private static Program selectorCase(Program program) {
    final List<InstrumentSpec> instruments = List.copyOf(program.instruments().values());
    return program.mapViews(
        view -> {
          final String name = view.selector().name();
          if (name == null || !dependsOnCase(view.selector(), instruments)) {
            return view;
          }
          final SelectorSetup weaker = view.selector().withName("?" + name.substring(1));
          return view.withSelector(
              dependsOnCase(weaker, instruments) ? weaker.withName("*") : weaker);
        });
  }

  private static boolean dependsOnCase(SelectorSetup selector, List<InstrumentSpec> instruments) {
    return instruments.stream()
        .anyMatch(
            instrument ->
                selector.nameMatches(instrument.name(), 0)
                    != selector.nameMatches(instrument.name(), Pattern.CASE_INSENSITIVE));
  }

  private static Program keepAggregationAway(
      Program program,
      Predicate<AggregationSetup> aggregation,
      Set<InstrumentType> from,
      InstrumentType instead) {
    return program
        .mapReaders(
            reader -> {
              final Map<InstrumentType, AggregationSetup> kept =
                  new HashMap<>(reader.aggregations());
              return kept.entrySet()
                      .removeIf(
                          entry ->
                              from.contains(entry.getKey()) && aggregation.test(entry.getValue()))
                  ? reader.withAggregations(kept)
                  : reader;
            })
        .mapViews(
            view ->
                aggregation.test(view.aggregationOrDefault())
                        && program.instruments().values().stream()
                            .anyMatch(
                                instrument ->
                                    from.contains(instrument.type())
                                        && view.selector().matches(instrument))
                    ? view.withSelector(view.selector().withType(instead))
                    : view);
  }

  private static Program powersOfTwo(Program program) {
    return program.mapSteps(
        step ->
            step instanceof Step.Measure measure
                    && isMisplacedByStock(measure.value().doubleValue())
                ? measure.withValue(
                    measure.value() instanceof Long number
                        ? (Number) Long.valueOf(3 * Math.min(number, 1L << 60))
                        : (Number) (3 * measure.value().doubleValue()))
                : step);
  }

  /**
   * True for a power of two that the stock SDK, which multiplies a logarithm, puts into a wrong
   * bucket at some scale.
   */
  static boolean isMisplacedByStock(double value) {
    if (!(value > 0) || value != Math.scalb(1.0, Math.getExponent(value))) {
      return false;
    }
    for (int scale = 1; scale <= 20; scale++) {
      final long exact = ((long) Math.getExponent(value) << scale) - 1;
      final double byLogarithm = Math.log(value) * Math.scalb(1 / Math.log(2), scale);
      if ((long) Math.ceil(byLogarithm) - 1 != exact) {
        return true;
      }
    }
    return false;
  }

  private static Program withContexts(Program program) {
    return program.mapSteps(
        step ->
            step instanceof Step.Measure measure
                    && measure.span().kind() == SpanChoice.Kind.NULL_CONTEXT
                ? measure.withSpan(new SpanChoice(SpanChoice.Kind.NONE, 0, true))
                : step);
  }

  /** Describes instruments that differ in nothing else as the first of them. */
  private static Program withOneDescription(Program program) {
    final Map<InstrumentSpec, String> first = new HashMap<>();
    return program.mapSteps(
        step -> {
          if (!(step instanceof Step.Build build)) {
            return step;
          }
          final InstrumentSpec spec = build.spec();
          final String description = spec.description() == null ? "" : spec.description();
          final String kept =
              first.computeIfAbsent(spec.withDescription("").identity(), identity -> description);
          return kept.equals(description)
              ? step
              : new Step.Build(build.instrument(), spec.withDescription(kept));
        });
  }

  private static Program subnormals(Program program) {
    return program.mapSteps(
        step ->
            step instanceof Step.Measure measure
                    && measure.value() instanceof Double value
                    && value != 0
                    && Math.abs(value) < Double.MIN_NORMAL
                ? measure.withValue(0.75)
                : step);
  }

  /** Lets callbacks observe an instrument only by the observer they were registered with. */
  private static Program observers(Program program) {
    final Map<Integer, InstrumentSpec> instruments = program.instruments();
    final Map<Integer, List<Integer>> registered = new HashMap<>();
    final List<Step> steps = new ArrayList<>();
    for (final Step step : program.steps()) {
      if (step instanceof Step.Register register) {
        registered.put(register.callback(), declared(register));
        steps.add(
            new Step.Register(
                register.callback(),
                register.isBatch(),
                register.instruments(),
                byDeclared(register.script(), declared(register), instruments)));
      } else if (step instanceof Step.Change change && registered.containsKey(change.callback())) {
        steps.add(
            new Step.Change(
                change.callback(),
                byDeclared(change.script(), registered.get(change.callback()), instruments)));
      } else {
        steps.add(step);
      }
    }
    return program.withSteps(steps);
  }

  private static List<Integer> declared(Step.Register register) {
    return register.isBatch() ? register.instruments() : List.of(register.instruments().get(0));
  }

  private static Step.Script byDeclared(
      Step.Script script, List<Integer> declared, Map<Integer, InstrumentSpec> instruments) {
    return new Step.Script(
        script.observations().stream()
            .map(
                observation -> {
                  final InstrumentSpec observed = instruments.get(observation.instrument());
                  if (observed == null || declared.contains(observation.instrument())) {
                    return observation;
                  }
                  return declared.stream()
                      .filter(
                          other ->
                              instruments.containsKey(other)
                                  && instruments.get(other).identity().equals(observed.identity()))
                      .findFirst()
                      .map(observation::withInstrument)
                      .orElse(observation);
                })
            .toList(),
        script.isThrowing());
  }

  /** Asynchronous counters only grow: their callbacks are changed only to observe more. */
  private static Program growingCounters(Program program) {
    final Map<Integer, InstrumentSpec> instruments = program.instruments();
    return withoutChanges(
        program,
        (before, after) ->
            falls(
                observations(before, instruments, COUNTERS),
                observations(after, instruments, COUNTERS)));
  }

  /** Asynchronous sums have the same attribute sets as long as there are any: callbacks stay. */
  private static Program stayingSets(Program program) {
    final Map<Integer, InstrumentSpec> instruments = program.instruments();
    final Program stable =
        withoutChanges(
            program,
            (before, after) ->
                !sameSeries(
                    observations(before, instruments, ASYNCHRONOUS_SUMS),
                    observations(after, instruments, ASYNCHRONOUS_SUMS)));
    final Map<Integer, Step.Script> scripts = new HashMap<>();
    final List<Step> steps = new ArrayList<>();
    for (final Step step : stable.steps()) {
      if (step instanceof Step.Register register) {
        scripts.put(register.callback(), register.script());
      }
      if (!(step instanceof Step.Close close)
          || !scripts.containsKey(close.callback())
          || observations(scripts.get(close.callback()), instruments, ASYNCHRONOUS_SUMS)
              .isEmpty()) {
        steps.add(step);
      }
    }
    return stable.withSteps(steps);
  }

  /** Leaves out changes of callbacks by what was observed before and after. */
  private static Program withoutChanges(
      Program program, BiPredicate<Step.Script, Step.Script> isLeftOut) {
    final Map<Integer, Step.Script> scripts = new HashMap<>();
    final List<Step> steps = new ArrayList<>();
    for (final Step step : program.steps()) {
      if (step instanceof Step.Register register) {
        scripts.put(register.callback(), register.script());
      } else if (step instanceof Step.Change change) {
        final Step.Script before = scripts.get(change.callback());
        if (before != null && isLeftOut.test(before, change.script())) {
          continue;
        }
        scripts.put(change.callback(), change.script());
      }
      steps.add(step);
    }
    return program.withSteps(steps);
  }

  private static List<Step.Observation> observations(
      Step.Script script, Map<Integer, InstrumentSpec> instruments, Set<InstrumentType> types) {
    return script.observations().stream()
        .filter(observation -> isOf(observation, instruments, types))
        .toList();
  }

  private static boolean isOf(
      Step.Observation observation,
      Map<Integer, InstrumentSpec> instruments,
      Set<InstrumentType> types) {
    final InstrumentSpec instrument = instruments.get(observation.instrument());
    return instrument != null && types.contains(instrument.type());
  }

  /** True if any observation is lower than before. */
  private static boolean falls(List<Step.Observation> before, List<Step.Observation> after) {
    return before.stream()
        .anyMatch(
            old ->
                after.stream()
                    .anyMatch(
                        young ->
                            young.instrument() == old.instrument()
                                && sameAttributes(young, old)
                                && young.value().doubleValue() < old.value().doubleValue()));
  }

  private static boolean sameAttributes(Step.Observation one, Step.Observation other) {
    return Objects.equals(one.attributes(), other.attributes());
  }

  /** Asynchronous instruments whose series come and go have room for all of them. */
  private static Program asyncLimits(Program program) {
    if (!hasChurn(program)) {
      return program;
    }
    return program
        .mapReaders(
            reader -> {
              final Map<InstrumentType, Integer> kept = new HashMap<>(reader.limits());
              return kept.keySet().removeIf(SharedRules::isAsynchronous)
                  ? reader.withLimits(kept)
                  : reader;
            })
        .mapViews(
            view ->
                !view.isLimitUnset()
                        && program.instruments().values().stream()
                            .anyMatch(
                                instrument ->
                                    instrument.isAsynchronous()
                                        && view.selector().matches(instrument))
                    ? view.withLimit(null)
                    : view);
  }

  private static boolean isAsynchronous(InstrumentType type) {
    return type == InstrumentType.OBSERVABLE_COUNTER
        || type == InstrumentType.OBSERVABLE_UP_DOWN_COUNTER
        || type == InstrumentType.OBSERVABLE_GAUGE;
  }

  /** True if the series that callbacks observe change while the program runs. */
  private static boolean hasChurn(Program program) {
    final Map<Integer, Step.Script> scripts = new HashMap<>();
    final Set<Integer> closed = new HashSet<>();
    for (final Step step : program.steps()) {
      if (step instanceof Step.Register register) {
        scripts.put(register.callback(), register.script());
      } else if (step instanceof Step.Close close && scripts.containsKey(close.callback())) {
        closed.add(close.callback());
      } else if (step instanceof Step.Change change
          && scripts.containsKey(change.callback())
          && !sameSeries(
              scripts.get(change.callback()).observations(), change.script().observations())) {
        return true;
      }
    }
    return !closed.isEmpty();
  }

  private static boolean sameSeries(List<Step.Observation> before, List<Step.Observation> after) {
    if (before.size() != after.size()) {
      return false;
    }
    for (int i = 0; i < before.size(); i++) {
      if (before.get(i).instrument() != after.get(i).instrument()
          || !sameAttributes(before.get(i), after.get(i))
          || isTakenByAll(before.get(i)) != isTakenByAll(after.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Counters do not take negative values. */
  private static boolean isTakenByAll(Step.Observation observation) {
    final double value = observation.value().doubleValue();
    return Double.isFinite(value) && value >= 0;
  }
}
