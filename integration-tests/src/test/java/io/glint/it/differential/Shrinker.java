package io.glint.it.differential;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.export.MemoryMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Makes a failing program smaller for as long as it fails: takes away runs of steps, then single
 * ones, views and readers, and simplifies what is left. Greedy.
 */
final class Shrinker {
  private final Predicate<Program> fails;

  Shrinker(Predicate<Program> fails) {
    this.fails = fails;
  }

  Program shrink(Program failing) {
    Program smallest = failing;
    boolean isSmaller = true;
    while (isSmaller) {
      final Program before = smallest;
      smallest = withFewerSteps(smallest);
      smallest = simplified(smallest);
      isSmaller = !smallest.equals(before);
    }
    return smallest;
  }

  private Program withFewerSteps(Program program) {
    Program smallest = program;
    for (int length = Math.max(1, program.steps().size() / 2); length >= 1; length /= 2) {
      int from = 0;
      while (from < smallest.steps().size()) {
        final List<Step> steps = new ArrayList<>(smallest.steps());
        steps.subList(from, Math.min(from + length, steps.size())).clear();
        final Program candidate = smallest.withSteps(steps);
        if (fails.test(candidate)) {
          smallest = candidate;
        } else {
          from += length;
        }
      }
    }
    return smallest;
  }

  /** Tries simpler programs until none of them fails. */
  private Program simplified(Program program) {
    Program smallest = program;
    boolean isSmaller = true;
    while (isSmaller) {
      isSmaller = false;
      for (final Program candidate : simpler(smallest)) {
        if (fails.test(candidate)) {
          smallest = candidate;
          isSmaller = true;
          break;
        }
      }
    }
    return smallest;
  }

  /** Programs that differ from this one in one thing, which is simpler. */
  private static List<Program> simpler(Program program) {
    final List<Program> simpler = new ArrayList<>();
    final Consumer<Program> add =
        candidate -> {
          if (!candidate.equals(program)) {
            simpler.add(candidate);
          }
        };
    for (int i = 0; i < program.readers().size(); i++) {
      final int place = i;
      if (program.readers().size() > 1) {
        add.accept(program.withReaders(without(program.readers(), place)));
      }
      final ReaderSetup reader = program.readers().get(place);
      for (final ReaderSetup simplerReader : simpler(reader)) {
        add.accept(program.withReaders(with(program.readers(), place, simplerReader)));
      }
    }
    for (int i = 0; i < program.views().size(); i++) {
      final int place = i;
      add.accept(program.withViews(without(program.views(), place)));
      for (final ViewSetup view : simpler(program.views().get(place))) {
        add.accept(program.withViews(with(program.views(), place, view)));
      }
    }
    for (int i = 0; i < program.steps().size(); i++) {
      final int place = i;
      for (final Step step : simpler(program.steps().get(place))) {
        add.accept(program.withSteps(with(program.steps(), place, step)));
      }
    }
    return simpler;
  }

  private static List<ReaderSetup> simpler(ReaderSetup reader) {
    final List<ReaderSetup> simpler = new ArrayList<>();
    simpler.add(reader.withMemoryMode(MemoryMode.IMMUTABLE_DATA));
    simpler.add(reader.withAggregations(Map.of()));
    simpler.add(reader.withLimits(Map.of()));
    reader
        .aggregations()
        .forEach(
            (type, aggregation) -> simpler.add(reader.withAggregations(Map.of(type, aggregation))));
    reader.limits().forEach((type, limit) -> simpler.add(reader.withLimits(Map.of(type, limit))));
    return simpler;
  }

  private static List<ViewSetup> simpler(ViewSetup view) {
    return List.of(
        view.withSelector(SelectorSetup.ofName("*")),
        view.withName(null),
        view.withDescription(null),
        view.withAggregation(null),
        view.withKeys(null, false),
        view.withLimit(null));
  }

  private static List<Step> simpler(Step step) {
    if (step instanceof Step.Measure measure) {
      return List.of(
          measure.withAttributes(Attributes.empty()),
          measure.withSpan(SpanChoice.NONE),
          measure.withValue(
              measure.value() instanceof Long ? (Number) Long.valueOf(1) : (Number) 1.0));
    }
    if (step instanceof Step.Build build) {
      return List.of(
          new Step.Build(build.instrument(), build.spec().withBoundaries(null)),
          new Step.Build(build.instrument(), build.spec().withoutNulls()));
    }
    if (step instanceof Step.Register register) {
      return simpler(register.script()).stream()
          .map(
              script ->
                  (Step)
                      new Step.Register(
                          register.callback(), register.isBatch(), register.instruments(), script))
          .toList();
    }
    if (step instanceof Step.Change change) {
      return simpler(change.script()).stream()
          .map(script -> (Step) new Step.Change(change.callback(), script))
          .toList();
    }
    return step instanceof Step.ForceFlush ? List.of(new Step.Collect(0)) : List.of();
  }

  private static List<Step.Script> simpler(Step.Script script) {
    final List<Step.Script> simpler = new ArrayList<>();
    simpler.add(new Step.Script(script.observations(), false));
    for (int i = 0; i < script.observations().size(); i++) {
      simpler.add(new Step.Script(without(script.observations(), i), script.isThrowing()));
    }
    return simpler;
  }

  private static <T> List<T> without(List<T> list, int place) {
    final List<T> changed = new ArrayList<>(list);
    changed.remove(place);
    return changed;
  }

  private static <T> List<T> with(List<T> list, int place, T element) {
    final List<T> changed = new ArrayList<>(list);
    changed.set(place, element);
    return changed;
  }
}
