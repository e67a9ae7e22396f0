package io.glint.it.differential;

import io.glint.testing.SettableClock;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.ObservableDoubleMeasurement;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.api.metrics.ObservableMeasurement;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.common.CompletableResultCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Interprets a program by the OpenTelemetry API. Used once. */
final class Runner {
  private final Program program;

  /** What the wall clock of a program shows at first, in nanoseconds since the epoch. */
  static final long START = 1_000_000_000_000L;

  private final SettableClock clock = new SettableClock(Runner.START);
  private final Map<Integer, ProgramReader> readers = new TreeMap<>();
  private final Sdk sdk;
  private final InstrumentFactory factory;

  private final Map<Integer, InstrumentSpec> specs = new HashMap<>();
  private final Map<Integer, Recorder> recorders = new HashMap<>();
  private final Map<Integer, ObservableMeasurement> observers = new HashMap<>();
  private final Map<Integer, Step.Script> scripts = new HashMap<>();
  private final Map<Integer, AutoCloseable> registrations = new HashMap<>();

  private final Outcome outcome = Outcome.empty();
  private final List<Integer> callbacksOfCollection = new ArrayList<>();
  private int currentStep;
  private boolean isShutdown;

  private Runner(Program program, Sdk.Factory sdkFactory) {
    this.program = program;
    for (final ReaderSetup setup : program.readers()) {
      readers.put(setup.id(), new ProgramReader(setup, this::collect));
    }
    this.sdk = sdkFactory.start(program, clock, List.copyOf(readers.values()));
    this.factory = new InstrumentFactory(sdk.meterProvider());
  }

  static Outcome run(Program program, Sdk.Factory sdkFactory) {
    return new Runner(program, sdkFactory).run();
  }

  private Outcome run() {
    for (currentStep = 0; currentStep < program.steps().size(); currentStep++) {
      try {
        run(program.steps().get(currentStep));
      } catch (Exception | Error e) {
        outcome.thrown().put(currentStep, e.toString());
      }
    }
    return outcome;
  }

  private void run(Step step) throws Exception {
    if (step instanceof Step.Build build) {
      build(build);
    } else if (step instanceof Step.Measure measure) {
      measure(measure);
    } else if (step instanceof Step.Register register) {
      register(register);
    } else if (step instanceof Step.Change change) {
      scripts.replace(change.callback(), change.script());
    } else if (step instanceof Step.Close close) {
      final AutoCloseable registration = registrations.get(close.callback());
      if (registration != null) {
        registration.close();
      }
    } else if (step instanceof Step.Advance advance) {
      clock.advance(advance.nanos());
    } else if (step instanceof Step.SetBack setBack) {
      clock.setBack(setBack.nanos());
    } else if (step instanceof Step.Collect collect) {
      final ProgramReader reader = readers.get(collect.reader());
      if (reader != null && !isShutdown) {
        reader.forceFlush();
      }
    } else if (step instanceof Step.ForceFlush) {
      if (!isShutdown) {
        requireSuccess(sdk.forceFlush().get());
      }
    } else if (step instanceof Step.Shutdown) {
      requireSuccess(sdk.shutdown().get());
      isShutdown = true;
    }
  }

  private static void requireSuccess(CompletableResultCode result) {
    if (!result.isSuccess()) {
      throw new IllegalStateException("failed");
    }
  }

  private void build(Step.Build build) {
    final InstrumentSpec spec = build.spec();
    specs.put(build.instrument(), spec);
    if (spec.isAsynchronous()) {
      observers.put(build.instrument(), factory.observer(spec));
    } else {
      final Recorder recorder = factory.recorder(spec);
      recorders.put(build.instrument(), recorder);
      outcome.enabled().put(currentStep, recorder.isEnabled().getAsBoolean());
    }
  }

  private void measure(Step.Measure measure) {
    final Recorder recorder = recorders.get(measure.instrument());
    if (recorder == null) {
      return;
    }
    final Context context = measure.span().context();
    if (measure.span().isExplicit() || context == null) {
      recorder.explicit().record(measure.value(), measure.attributes(), context);
    } else {
      try (Scope scope = context.makeCurrent()) {
        recorder.current().record(measure.value(), measure.attributes());
      }
    }
  }

  private void register(Step.Register register) {
    final List<Integer> instruments =
        register.instruments().stream().filter(observers::containsKey).toList();
    if (instruments.isEmpty()) {
      return;
    }
    final int callback = register.callback();
    final int first = instruments.get(0);
    scripts.put(callback, register.script());
    if (register.isBatch()) {
      registrations.put(
          callback,
          factory
              .meter(specs.get(first).meter())
              .batchCallback(
                  () -> call(callback, observers),
                  observers.get(first),
                  instruments.stream()
                      .skip(1)
                      .map(observers::get)
                      .toArray(ObservableMeasurement[]::new)));
    } else {
      registrations.put(
          callback,
          factory.observed(
              specs.get(first),
              measurement -> {
                final Map<Integer, ObservableMeasurement> seen = new HashMap<>(observers);
                seen.put(first, measurement);
                call(callback, seen);
              }));
    }
  }

  private void call(int callback, Map<Integer, ObservableMeasurement> measurements) {
    callbacksOfCollection.add(callback);
    final Step.Script script = scripts.get(callback);
    for (final Step.Observation observation : script.observations()) {
      final ObservableMeasurement measurement = measurements.get(observation.instrument());
      if (measurement != null) {
        observe(
            measurement,
            specs.get(observation.instrument()).isLong(),
            observation.value(),
            observation.attributes());
      }
    }
    if (script.isThrowing()) {
      throw new IllegalStateException("a callback that throws");
    }
  }

  private static void observe(
      ObservableMeasurement measurement, boolean isLong, Number value, Attributes attributes) {
    if (isLong && measurement instanceof ObservableLongMeasurement ofLong) {
      ofLong.record(value.longValue(), attributes);
    } else if (measurement instanceof ObservableDoubleMeasurement ofDouble) {
      ofDouble.record(value.doubleValue(), attributes);
    }
  }

  private void collect(ReaderSetup setup, ProgramReader reader) {
    callbacksOfCollection.clear();
    final List<Metric> metrics = Canonical.of(reader.collectAllMetrics());
    final List<Integer> callbacks = callbacksOfCollection.stream().sorted().toList();
    outcome.collections().add(new Outcome.Collected(currentStep, setup.id(), metrics, callbacks));
  }
}
