package io.glint.sdk;

import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.ObservableDoubleCounter;
import io.opentelemetry.api.metrics.ObservableDoubleGauge;
import io.opentelemetry.api.metrics.ObservableDoubleUpDownCounter;
import io.opentelemetry.api.metrics.ObservableLongCounter;
import io.opentelemetry.api.metrics.ObservableLongGauge;
import io.opentelemetry.api.metrics.ObservableLongUpDownCounter;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A callback and the instruments it observes. It runs once in each collection of each reader, with
 * the context class loader of the thread that registered it. Whatever it throws is reported and
 * harms no other instrument.
 *
 * <p>{@link #close} undoes the registration: once it has returned, the callback is not started
 * again. Closing twice is harmless. It may be called from any thread, also from the callback.
 */
final class CallbackRegistration
    implements BatchCallback,
        ObservableLongCounter,
        ObservableDoubleCounter,
        ObservableLongUpDownCounter,
        ObservableDoubleUpDownCounter,
        ObservableLongGauge,
        ObservableDoubleGauge {
  private static final Logger LOGGER = Logger.getLogger(CallbackRegistration.class.getName());

  private enum State {
    IDLE,
    RUNNING,
    CLOSED
  }

  private final GlintMeter meter;
  private final Runnable callback;
  private final List<ObservableInstrument> observables;
  private final ClassLoader contextClassLoader = Thread.currentThread().getContextClassLoader();
  private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);
  private final RateLimitedLog failures = new RateLimitedLog(LOGGER, Level.WARNING);

  CallbackRegistration(
      GlintMeter meter, Runnable callback, List<ObservableInstrument> observables) {
    this.meter = meter;
    this.callback = callback;
    this.observables = List.copyOf(observables);
  }

  /** Runs the callback for a reader, unless that drops all it observes. */
  void run(RegisteredReader reader) {
    boolean wanted = false;
    for (final ObservableInstrument observable : observables) {
      wanted |= observable.streams().containsKey(reader);
    }
    if (!wanted || !state.compareAndSet(State.IDLE, State.RUNNING)) {
      return;
    }
    final Thread thread = Thread.currentThread();
    final ClassLoader before = thread.getContextClassLoader();
    try {
      thread.setContextClassLoader(contextClassLoader);
      for (final ObservableInstrument observable : observables) {
        observable.open(reader);
      }
      callback.run();
    } catch (Throwable t) {
      meter.losses().count(Losses.Reason.CALLBACK_FAILED);
      failures.event(
          t,
          () ->
              "The callback of "
                  + names()
                  + " threw. What it observed before is kept, the rest is missing from this"
                  + " collection");
    } finally {
      observables.forEach(ObservableInstrument::close);
      thread.setContextClassLoader(before);
      state.compareAndSet(State.RUNNING, State.IDLE);
    }
  }

  private String names() {
    final StringBuilder names = new StringBuilder();
    for (final ObservableInstrument observable : observables) {
      names.append(names.length() == 0 ? "" : ", ").append(observable.instrument().inWords());
    }
    return names.toString();
  }

  @Override
  public void close() {
    if (state.getAndSet(State.CLOSED) != State.CLOSED) {
      meter.unregister(this);
    }
  }
}
