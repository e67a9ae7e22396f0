package io.glint.it.differential;

import io.opentelemetry.sdk.metrics.InstrumentType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/** When things happen in a program, and which instruments it has. */
final class Timeline {
  private final List<Long> times = new ArrayList<>();
  private final Map<List<Object>, NavigableSet<Long>> creations = new HashMap<>();
  private final Set<List<Object>> observableCounters = new HashSet<>();
  private int shutdownStep = Integer.MAX_VALUE;
  private boolean isSetBack;

  Timeline(Program program) {
    final ProgramClock clock = new ProgramClock();
    final Map<Integer, InstrumentSpec> instruments = program.instruments();
    final Set<InstrumentSpec> known = new HashSet<>();
    for (int i = 0; i < program.steps().size(); i++) {
      final Step step = program.steps().get(i);
      if (step instanceof Step.Advance advance) {
        clock.advance(advance.nanos());
      } else if (step instanceof Step.SetBack setBack) {
        clock.setBack(setBack.nanos());
        isSetBack |= setBack.nanos() > 0;
      } else if (step instanceof Step.Build build
          && i < shutdownStep
          && known.add(build.spec().identity())) {
        final InstrumentSpec spec = instruments.get(build.instrument());
        creations
            .computeIfAbsent(List.of(spec.meter(), spec.unitOrEmpty()), key -> new TreeSet<>())
            .add(clock.now());
        if (spec.type() == InstrumentType.OBSERVABLE_COUNTER) {
          observableCounters.add(List.of(spec.meter(), spec.name().toLowerCase(Locale.ROOT)));
        }
      } else if (step instanceof Step.Shutdown && shutdownStep == Integer.MAX_VALUE) {
        shutdownStep = i;
      }
      times.add(clock.now());
    }
  }

  /** Wall clock time at a step. */
  long at(int step) {
    return times.get(step);
  }

  /** Number of the step that shuts the provider down; a very large one if there is none. */
  int shutdownStep() {
    return shutdownStep;
  }

  /** True if the wall clock does not always go forward. */
  boolean isSetBack() {
    return isSetBack;
  }

  /** When instruments that may have made this metric were created. */
  NavigableSet<Long> creations(Metric.Key key) {
    return creations.getOrDefault(List.of(meter(key), key.unit()), new TreeSet<>());
  }

  /** Whether the metric is of an asynchronous counter, for metrics that no view renames. */
  boolean isObservableCounter(Metric.Key key) {
    return observableCounters.contains(List.of(meter(key), key.name().toLowerCase(Locale.ROOT)));
  }

  private static MeterSpec meter(Metric.Key key) {
    return new MeterSpec(
        key.scope().getName(), key.scope().getVersion(), key.scope().getSchemaUrl());
  }
}
