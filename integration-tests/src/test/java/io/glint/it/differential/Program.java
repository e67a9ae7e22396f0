package io.glint.it.differential;

import io.opentelemetry.sdk.metrics.ExemplarFilter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is done with an SDK: its set-up, and the steps that follow. Immutable.
 *
 * @param comparesExemplars whether each series has at most one measurement between two collections,
 *     so that it is known which exemplars there must be
 */
record Program(
    Filter filter,
    boolean comparesExemplars,
    List<ReaderSetup> readers,
    List<ViewSetup> views,
    List<Step> steps) {

  enum Filter {
    ALWAYS_OFF,
    TRACE_BASED,
    ALWAYS_ON;

    ExemplarFilter stock() {
      return switch (this) {
        case ALWAYS_OFF -> ExemplarFilter.alwaysOff();
        case TRACE_BASED -> ExemplarFilter.traceBased();
        case ALWAYS_ON -> ExemplarFilter.alwaysOn();
      };
    }
  }

  Program {
    readers = List.copyOf(readers);
    views = List.copyOf(views);
    steps = List.copyOf(steps);
  }

  Program withFilter(Filter other) {
    return new Program(other, comparesExemplars, readers, views, steps);
  }

  Program withReaders(List<ReaderSetup> others) {
    return new Program(filter, comparesExemplars, others, views, steps);
  }

  Program withViews(List<ViewSetup> others) {
    return new Program(filter, comparesExemplars, readers, others, steps);
  }

  Program withSteps(List<Step> others) {
    return new Program(filter, comparesExemplars, readers, views, others);
  }

  Program mapReaders(UnaryOperator<ReaderSetup> change) {
    return withReaders(readers.stream().map(change).toList());
  }

  Program mapViews(UnaryOperator<ViewSetup> change) {
    return withViews(views.stream().map(change).toList());
  }

  /** Changes steps one for one. */
  Program mapSteps(UnaryOperator<Step> change) {
    return withSteps(steps.stream().map(change).toList());
  }

  /** Changes each observation of each callback. */
  Program mapObservations(UnaryOperator<Step.Observation> change) {
    return mapSteps(
        step -> {
          if (step instanceof Step.Register register) {
            return new Step.Register(
                register.callback(),
                register.isBatch(),
                register.instruments(),
                changed(register.script(), change));
          }
          return step instanceof Step.Change changing
              ? new Step.Change(changing.callback(), changed(changing.script(), change))
              : step;
        });
  }

  /** Leaves out observations of callbacks. */
  Program filterObservations(Predicate<Step.Observation> kept) {
    return mapSteps(
        step -> {
          if (step instanceof Step.Register register) {
            return new Step.Register(
                register.callback(),
                register.isBatch(),
                register.instruments(),
                filtered(register.script(), kept));
          }
          return step instanceof Step.Change changing
              ? new Step.Change(changing.callback(), filtered(changing.script(), kept))
              : step;
        });
  }

  private static Step.Script filtered(Step.Script script, Predicate<Step.Observation> kept) {
    return new Step.Script(
        script.observations().stream().filter(kept).toList(), script.isThrowing());
  }

  private static Step.Script changed(Step.Script script, UnaryOperator<Step.Observation> change) {
    return new Step.Script(
        script.observations().stream().map(change).toList(), script.isThrowing());
  }

  /** What the instruments of the program were asked for as, by number. */
  Map<Integer, InstrumentSpec> instruments() {
    final Map<Integer, InstrumentSpec> instruments = new LinkedHashMap<>();
    for (final Step step : steps) {
      if (step instanceof Step.Build build) {
        instruments.put(build.instrument(), build.spec());
      }
    }
    return instruments;
  }

  boolean hasExponentialHistogram() {
    return Stream.concat(
            readers.stream().flatMap(reader -> reader.aggregations().values().stream()),
            views.stream().map(ViewSetup::aggregationOrDefault))
        .anyMatch(aggregation -> aggregation.kind() == AggregationSetup.Kind.EXPONENTIAL);
  }

  /** Pseudo Java. */
  String code() {
    final List<String> lines = new ArrayList<>();
    lines.add("setExemplarFilter(" + filter + ")");
    readers.forEach(reader -> lines.add(reader.code()));
    views.forEach(view -> lines.add(view.code()));
    steps.stream().map(Step::code).filter(code -> !code.isEmpty()).forEach(lines::add);
    return lines.stream().collect(Collectors.joining(";\n  ", "  ", ";\n"));
  }
}
