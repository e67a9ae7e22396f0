package io.glint.it.differential;

import io.glint.testing.SettableClock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/** When things happen in a program, and which instruments it has. */
final class Timeline {
  private final List<Long> times = new ArrayList<>();
  private final Map<List<Object>, NavigableSet<Long>> creations = new HashMap<>();
  private int shutdownStep = Integer.MAX_VALUE;
  private boolean isSetBack;

  /** Those that have an instrument whose callback throws at some time. */
  private final Set<MeterSpec> failing = new HashSet<>();

  Timeline(Program program) {
    final SettableClock clock = new SettableClock(Runner.START);
    final Map<Integer, InstrumentSpec> instruments = program.instruments();
    final Set<InstrumentSpec> known = new HashSet<>();
    final Map<Integer, List<Integer>> observed = new HashMap<>();
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
      } else if (step instanceof Step.Register register) {
        observed.put(register.callback(), register.instruments());
        addFailing(register.script(), register.instruments(), instruments);
      } else if (step instanceof Step.Change change) {
        addFailing(
            change.script(), observed.getOrDefault(change.callback(), List.of()), instruments);
      } else if (step instanceof Step.Shutdown && shutdownStep == Integer.MAX_VALUE) {
        shutdownStep = i;
      }
      times.add(clock.now());
    }
  }

  private void addFailing(
      Step.Script script, List<Integer> observed, Map<Integer, InstrumentSpec> instruments) {
    if (script.isThrowing()) {
      for (final int instrument : observed) {
        // Shrinking may have left a callback without its instrument.
        final InstrumentSpec spec = instruments.get(instrument);
        if (spec != null) {
          failing.add(spec.meter());
        }
      }
    }
  }

  /** True if the metric may be of an instrument whose callback throws at some time. */
  boolean mayFail(Metric.Key key) {
    return failing.contains(meter(key));
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

  private static MeterSpec meter(Metric.Key key) {
    return new MeterSpec(
        key.scope().getName(), key.scope().getVersion(), key.scope().getSchemaUrl());
  }
}
