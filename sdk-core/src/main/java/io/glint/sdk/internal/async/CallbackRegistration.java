package io.glint.sdk.internal.async;

import io.glint.sdk.internal.collect.ReaderId;
import io.glint.sdk.internal.log.RateLimitedLog;
import io.glint.sdk.internal.metric.DropCounters;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.ObservableDoubleCounter;
import io.opentelemetry.api.metrics.ObservableDoubleGauge;
import io.opentelemetry.api.metrics.ObservableDoubleUpDownCounter;
import io.opentelemetry.api.metrics.ObservableLongCounter;
import io.opentelemetry.api.metrics.ObservableLongGauge;
import io.opentelemetry.api.metrics.ObservableLongUpDownCounter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A callback and the instruments it observes. It runs once in each collection of each reader, with
 * the context class loader of the thread that registered it. Whatever it throws is reported and
 * harms no other instrument.
 *
 * <p>{@link #close} undoes the registration: once it has returned, no run of the callback begins
 * any more; one that has begun on another thread goes on. Closing twice is harmless. It may be
 * called from any thread, also from the callback.
 */
public final class CallbackRegistration
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

  private final DropCounters losses;
  private final Consumer<CallbackRegistration> whenClosed;
  private final Runnable callback;
  private final List<ObservableInstrument> observables;
  private final Observer observer = new Observer();
  private final @Nullable ClassLoader contextClassLoader =
      Thread.currentThread().getContextClassLoader();
  private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);
  private final RateLimitedLog failures = new RateLimitedLog(LOGGER, Level.WARNING);
  private final RateLimitedLog overdueLog = new RateLimitedLog(LOGGER, Level.WARNING);

  /** Those of the current or the last run, one for each observable. */
  private volatile List<ObservableInstrument.Invocation> invocations = List.of();

  /**
   * Registers nothing: the meter does.
   *
   * @param whenClosed ends the registration
   */
  public CallbackRegistration(
      DropCounters losses,
      Consumer<CallbackRegistration> whenClosed,
      Runnable callback,
      List<ObservableInstrument> observables) {
    this.losses = losses;
    this.whenClosed = whenClosed;
    this.callback = callback;
    this.observables = List.copyOf(observables);
  }

  /** False if the reader drops all that the callback observes. */
  public boolean isWantedBy(ReaderId reader) {
    return observables.stream().anyMatch(observable -> observable.streams().containsKey(reader));
  }

  /**
   * Runs the callback for a reader.
   *
   * @param isAbandoned true once {@link #abandon} has been, or is about to be, called
   * @return false if it was not run, as an earlier collection has left it behind and it still runs
   */
  public boolean run(ReaderId reader, BooleanSupplier isAbandoned) {
    final State stateBefore = state.compareAndExchange(State.IDLE, State.RUNNING);
    if (stateBefore != State.IDLE) {
      markIncomplete(reader);
      return stateBefore == State.CLOSED;
    }
    final Thread thread = Thread.currentThread();
    final ClassLoader before = thread.getContextClassLoader();
    try {
      thread.setContextClassLoader(contextClassLoader);
      invocations =
          observables.stream().map(observable -> observable.open(reader, observer)).toList();
      // After the invocations can be seen: the one who abandons closes them, or this sees that he
      // did.
      if (!isAbandoned.getAsBoolean()) {
        callback.run();
      }
    } catch (Throwable t) {
      if (!isAbandoned.getAsBoolean()) {
        markIncomplete(reader);
      }
      losses.count(DropCounters.Reason.CALLBACK_FAILED);
      failures.event(
          t,
          () ->
              "The callback of "
                  + names()
                  + " threw. What it observed before is kept, the rest is missing from this"
                  + " collection");
    } finally {
      closeInvocations();
      thread.setContextClassLoader(before);
      state.compareAndSet(State.RUNNING, State.IDLE);
    }
    return true;
  }

  /** Begins a round of a reader, before the first callback runs. */
  void begin(ReaderId reader) {
    forEachStream(reader, AsyncStream::begin);
  }

  /** Notes that what the callback observes is missing from this collection. */
  void markIncomplete(ReaderId reader) {
    forEachStream(reader, AsyncStream::markIncomplete);
  }

  private void forEachStream(ReaderId reader, Consumer<AsyncStream> action) {
    for (final ObservableInstrument observable : observables) {
      observable.streams().getOrDefault(reader, List.of()).forEach(action);
    }
  }

  /**
   * Ends a run that takes too long, for the collection. The callback itself goes on.
   *
   * @return says so in the log
   */
  public Runnable abandon(ReaderId reader, long timeoutNanos) {
    closeInvocations();
    invocations.forEach(ObservableInstrument.Invocation::awaitObservation);
    markIncomplete(reader);
    return goneOnWithout(timeoutNanos);
  }

  /**
   * Counts that a collection goes on without it, as it runs for longer than that.
   *
   * @return says so in the log
   */
  Runnable goneOnWithout(long timeoutNanos) {
    losses.count(DropCounters.Reason.CALLBACK_TIMEOUT);
    return () ->
        overdueLog.event(
            null,
            () ->
                "The callback of "
                    + names()
                    + " has been running for over "
                    + Duration.ofNanos(timeoutNanos).toMillis()
                    + " ms. The collection goes on without it, and it is not started again until it"
                    + " has returned. Callbacks must not block; see setCallbackTimeout");
  }

  private void closeInvocations() {
    final List<ObservableInstrument.Invocation> open = invocations;
    for (int i = 0; i < open.size(); i++) {
      observables.get(i).close(open.get(i));
    }
  }

  private String names() {
    final StringBuilder names = new StringBuilder();
    for (final ObservableInstrument observable : observables) {
      names.append(names.length() == 0 ? "" : ", ").append(observable.instrument().describe());
    }
    return names.toString();
  }

  /** What it observes, for messages of others. */
  @Override
  public String toString() {
    return "Callback of " + names() + (state.get() == State.CLOSED ? ", closed" : "");
  }

  @Override
  public void close() {
    if (state.getAndSet(State.CLOSED) != State.CLOSED) {
      whenClosed.accept(this);
      observer.leave();
    }
  }
}
