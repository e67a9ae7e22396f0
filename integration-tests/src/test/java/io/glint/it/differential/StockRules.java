package io.glint.it.differential;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Changes a program for the stock SDK so that it does what the specification says of the original.
 * Steps keep their places.
 */
final class StockRules {
  /** What the stock SDK calls a meter without a name; no program uses the name otherwise. */
  static final String UNKNOWN = "unknown";

  private StockRules() {}

  /** Changes a program that has one reader. */
  static Program apply(Program program, RuleCounts counts) {
    Program changed = program;
    changed =
        counts.changed(
            KnownDifference.LIMIT_AFTER_SENSELESS_AGGREGATION,
            changed,
            changed.mapReaders(StockRules::withSenseOnly));
    changed =
        counts.changed(
            KnownDifference.VIEW_WITHOUT_AGGREGATION, changed, viewsWithAggregation(changed));
    changed = counts.changed(KnownDifference.VIEW_WITHOUT_LIMIT, changed, viewsWithLimit(changed));
    changed = counts.changed(KnownDifference.EQUAL_VIEWS, changed, unequalViews(changed));
    changed =
        counts.changed(
            KnownDifference.REUSABLE_DATA_UNDER_CHURN, changed, immutableAtLimits(changed));
    changed = counts.changed(KnownDifference.OVERFLOW_SERIES_COUNTS, changed, oneMore(changed));
    changed =
        counts.changed(
            KnownDifference.EMPTY_METER_NAME,
            changed,
            changed.mapViews(
                view ->
                    "".equals(view.selector().meterName())
                        ? view.withSelector(view.selector().withMeterName(UNKNOWN))
                        : view));
    return steps(changed, counts);
  }

  private static Program steps(Program program, RuleCounts counts) {
    final Map<Integer, InstrumentSpec> instruments = program.instruments();
    Program changed = program;
    changed =
        counts.changed(
            KnownDifference.NULL_TEXT,
            changed,
            changed.mapSteps(
                step ->
                    step instanceof Step.Build build
                        ? new Step.Build(build.instrument(), build.spec().withoutNulls())
                        : step));
    changed =
        counts.changed(
            KnownDifference.NULL_ATTRIBUTES,
            changed,
            mapMeasures(
                    changed,
                    measure ->
                        measure.attributes() == null
                            ? measure.withAttributes(Attributes.empty())
                            : measure)
                .mapObservations(
                    observation ->
                        observation.attributes() == null
                            ? observation.withAttributes(Attributes.empty())
                            : observation));
    changed =
        counts.changed(KnownDifference.INFINITY, changed, withoutInfinities(changed, instruments));
    changed =
        counts.changed(
            KnownDifference.NEGATIVE_TOTAL,
            changed,
            changed.filterObservations(observation -> !isNegativeTotal(observation, instruments)));
    if (changed.hasExponentialHistogram()) {
      changed =
          counts.changed(
              KnownDifference.NEGATIVE_ZERO,
              changed,
              mapMeasures(
                  changed,
                  measure ->
                      measure.value().equals(-0.0)
                              && instruments.containsKey(measure.instrument())
                              && !instruments.get(measure.instrument()).isGauge()
                          ? measure.withValue(0.0)
                          : measure));
    }
    return counts.changed(
        KnownDifference.CALLBACK_WITHOUT_INSTRUMENTS,
        changed,
        changed.mapSteps(
            step ->
                step instanceof Step.Register register && isSenseless(register, program)
                    ? new Step.Nothing()
                    : step));
  }

  private static Program mapMeasures(Program program, UnaryOperator<Step.Measure> change) {
    return program.mapSteps(
        step -> step instanceof Step.Measure measure ? change.apply(measure) : step);
  }

  private static ReaderSetup withSenseOnly(ReaderSetup reader) {
    final Map<InstrumentType, AggregationSetup> kept = new HashMap<>(reader.aggregations());
    return kept.entrySet().removeIf(entry -> !entry.getValue().suitsInStock(entry.getKey()))
        ? reader.withAggregations(kept)
        : reader;
  }

  private static Program viewsWithAggregation(Program program) {
    final ReaderSetup reader = program.readers().get(0);
    final List<ViewSetup> views = new ArrayList<>();
    for (final ViewSetup view : program.views()) {
      if (view.aggregationOrDefault().kind() != AggregationSetup.Kind.DEFAULT
          || reader.aggregations().isEmpty()) {
        views.add(view);
      } else {
        forEachType(
            view, (type, ofType) -> views.add(ofType.withAggregation(reader.aggregation(type))));
      }
    }
    return program.withViews(views);
  }

  private static Program viewsWithLimit(Program program) {
    final ReaderSetup reader = program.readers().get(0);
    final List<ViewSetup> views = new ArrayList<>();
    for (final ViewSetup view : program.views()) {
      if (!view.isLimitUnset() || reader.limits().isEmpty()) {
        views.add(view);
      } else {
        forEachType(view, (type, ofType) -> views.add(ofType.withLimit(reader.limit(type))));
      }
    }
    return program.withViews(views);
  }

  /** What is done with a view for the instruments of one type. */
  @FunctionalInterface
  private interface OfType {
    void accept(InstrumentType type, ViewSetup view);
  }

  private static void forEachType(ViewSetup view, OfType action) {
    for (final InstrumentType type : InstrumentType.values()) {
      if (view.selector().type() == null || view.selector().type() == type) {
        action.accept(type, view.withSelector(view.selector().withType(type)));
      }
    }
  }

  /** Gives views that are equal, and match one instrument, predicates of their own. */
  private static Program unequalViews(Program program) {
    final List<ViewSetup> views = new ArrayList<>();
    for (final ViewSetup view : program.views()) {
      views.add(
          views.stream().anyMatch(other -> clash(other, view, program))
              ? view.withKeys(view.keys(), true)
              : view);
    }
    return program.withViews(views);
  }

  private static boolean clash(ViewSetup one, ViewSetup other, Program program) {
    return !one.isKeysPredicate()
        && explicit(one).withSelector(other.selector()).equals(explicit(other))
        && program.instruments().values().stream()
            .anyMatch(
                instrument ->
                    one.selector().matches(instrument) && other.selector().matches(instrument));
  }

  /** The view with what is not set set to what the stock SDK takes it for. */
  private static ViewSetup explicit(ViewSetup view) {
    return view.withAggregation(view.aggregationOrDefault())
        .withLimit(view.isLimitUnset() ? ReaderSetup.DEFAULT_LIMIT : view.limit());
  }

  private static Program immutableAtLimits(Program program) {
    final boolean hasLimits =
        program.readers().stream().anyMatch(reader -> !reader.limits().isEmpty())
            || program.views().stream().anyMatch(view -> !view.isLimitUnset());
    return hasLimits
        ? program.mapReaders(reader -> reader.withMemoryMode(MemoryMode.IMMUTABLE_DATA))
        : program;
  }

  private static Program oneMore(Program program) {
    return program
        .mapReaders(
            reader -> {
              final Map<InstrumentType, Integer> more = new HashMap<>();
              reader.limits().forEach((type, limit) -> more.put(type, limit + 1));
              return reader.withLimits(more);
            })
        .mapViews(view -> view.isLimitUnset() ? view : view.withLimit(view.limit() + 1));
  }

  /** Infinity becomes NaN, which both SDKs drop. */
  private static Program withoutInfinities(
      Program program, Map<Integer, InstrumentSpec> instruments) {
    return mapMeasures(
            program,
            measure ->
                isRejectedInfinity(measure.value(), instruments.get(measure.instrument()))
                    ? measure.withValue(Double.NaN)
                    : measure)
        .mapObservations(
            observation ->
                isRejectedInfinity(observation.value(), instruments.get(observation.instrument()))
                    ? observation.withValue(Double.NaN)
                    : observation);
  }

  private static boolean isRejectedInfinity(Number value, InstrumentSpec instrument) {
    return Double.isInfinite(value.doubleValue()) && instrument != null && !instrument.isGauge();
  }

  private static boolean isNegativeTotal(
      Step.Observation observation, Map<Integer, InstrumentSpec> instruments) {
    final InstrumentSpec instrument = instruments.get(observation.instrument());
    return instrument != null
        && instrument.type() == InstrumentType.OBSERVABLE_COUNTER
        && observation.value().doubleValue() < 0;
  }

  private static boolean isSenseless(Step.Register register, Program program) {
    final Map<Integer, InstrumentSpec> instruments = program.instruments();
    final List<InstrumentSpec> observed =
        register.instruments().stream()
            .map(instruments::get)
            .filter(spec -> spec != null && spec.isAsynchronous())
            .toList();
    return register.isBatch()
        && !observed.isEmpty()
        && observed.stream()
            .noneMatch(spec -> spec.hasValidName() && spec.meter().equals(observed.get(0).meter()));
  }
}
