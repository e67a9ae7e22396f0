package io.glint.sdk;

import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.DoubleGaugeBuilder;
import io.opentelemetry.api.metrics.DoubleHistogramBuilder;
import io.opentelemetry.api.metrics.LongCounterBuilder;
import io.opentelemetry.api.metrics.LongUpDownCounterBuilder;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.metrics.ObservableMeasurement;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;

/**
 * The instruments of one instrumentation scope. Thread-safe, also against a collection that runs at
 * the same time, and re-entrant: a callback may make instruments and register callbacks.
 */
final class GlintMeter implements Meter {
  private static final Logger LOGGER = Logger.getLogger(GlintMeter.class.getName());

  /** API specification, "Instrument name syntax". */
  private static final Pattern VALID_NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_./\\-]{0,254}");

  /** Stands for no advice. */
  private static final List<Double> NONE = new ArrayList<>();

  private static final Meter NOOP = MeterProvider.noop().get("noop");

  private static final long CALLBACK_PATIENCE_SECONDS = 2;

  private final ProviderState provider;
  private final InstrumentationScopeInfo scope;
  private final Map<InstrumentDescriptor, Object> instruments = new ConcurrentHashMap<>();
  private final Map<InstrumentDescriptor, List<Double>> advice = new ConcurrentHashMap<>();
  private final Map<InstrumentDescriptor, InstrumentDescriptor> firstSpelling =
      new ConcurrentHashMap<>();
  private final Map<RegisteredReader, Queue<MetricSource>> sources = new ConcurrentHashMap<>();

  /** For each reader the first metric of each name, in lower case. */
  private final Map<RegisteredReader, Map<String, InstrumentDescriptor>> metrics =
      new ConcurrentHashMap<>();

  private final List<CallbackRegistration> callbacks = new CopyOnWriteArrayList<>();

  /** Rounds of callbacks follow one another, also those for different readers. */
  private final ReentrantLock callbackLock = new ReentrantLock();

  private final RateLimitedLog hangingCallbacks = new RateLimitedLog(LOGGER, Level.WARNING);

  GlintMeter(ProviderState provider, InstrumentationScopeInfo scope) {
    this.provider = provider;
    this.scope = scope;
    for (final RegisteredReader reader : provider.readers()) {
      sources.put(reader, new ConcurrentLinkedQueue<>());
      metrics.put(reader, new ConcurrentHashMap<>());
    }
  }

  InstrumentationScopeInfo scope() {
    return scope;
  }

  OnceLog warnings() {
    return provider.warnings();
  }

  @Override
  public LongCounterBuilder counterBuilder(String name) {
    return isValid(name)
        ? new CounterInstruments.LongBuilder(this, name)
        : NOOP.counterBuilder("invalid");
  }

  @Override
  public LongUpDownCounterBuilder upDownCounterBuilder(String name) {
    return isValid(name)
        ? new UpDownCounterInstruments.LongBuilder(this, name)
        : NOOP.upDownCounterBuilder("invalid");
  }

  @Override
  public DoubleHistogramBuilder histogramBuilder(String name) {
    return isValid(name)
        ? new HistogramInstruments.DoubleBuilder(this, name)
        : NOOP.histogramBuilder("invalid");
  }

  @Override
  public DoubleGaugeBuilder gaugeBuilder(String name) {
    return isValid(name)
        ? new GaugeInstruments.DoubleBuilder(this, name)
        : NOOP.gaugeBuilder("invalid");
  }

  private boolean isValid(String name) {
    if (name != null && VALID_NAME.matcher(name).matches()) {
      return true;
    }
    warnings()
        .warn(
            LOGGER,
            "Instrument name ''{0}'' of meter ''{1}'' is not valid; the instrument records nothing. A"
                + " name starts with an ASCII letter, followed by at most 254 letters, digits,"
                + " ''_'', ''.'', ''-'' or ''/''.",
            name,
            scope.getName());
    return false;
  }

  @Override
  public BatchCallback batchCallback(
      Runnable callback, ObservableMeasurement measurement, ObservableMeasurement... more) {
    final List<ObservableInstrument> observables = new ArrayList<>();
    addObservable(measurement, observables);
    if (more != null) {
      for (final ObservableMeasurement other : more) {
        addObservable(other, observables);
      }
    }
    return register(callback, observables);
  }

  private void addObservable(ObservableMeasurement measurement, List<ObservableInstrument> to) {
    if (measurement instanceof ObservableInstrument observable && observable.meter() == this) {
      to.add(observable);
      return;
    }
    warnings()
        .warn(
            LOGGER,
            "A batch callback of meter ''{0}'' cannot observe {1}, which was not made by this meter; it"
                + " is left out. Make it with buildObserver() of a builder of the same meter.",
            scope.getName(),
            measurement);
  }

  /** Registers a callback, which stays registered until the result is closed. */
  CallbackRegistration register(Runnable callback, List<ObservableInstrument> observables) {
    final CallbackRegistration registration = new CallbackRegistration(this, callback, observables);
    callbacks.add(registration);
    return registration;
  }

  void unregister(CallbackRegistration registration) {
    callbacks.remove(registration);
  }

  /** Runs each callback once, for one reader. */
  void runCallbacks(RegisteredReader reader) {
    if (callbacks.isEmpty()) {
      return;
    }
    if (!lockCallbacks()) {
      hangingCallbacks.event(
          null,
          () ->
              "Callbacks of meter '"
                  + scope.getName()
                  + "' have been running for another reader for over two seconds. This collection"
                  + " goes on without its asynchronous instruments. Callbacks must not block");
      return;
    }
    try {
      for (final CallbackRegistration callback : callbacks) {
        callback.run(reader);
      }
    } finally {
      callbackLock.unlock();
    }
  }

  private boolean lockCallbacks() {
    try {
      return callbackLock.tryLock(CALLBACK_PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return callbackLock.tryLock();
    }
  }

  /** Ends the making of new series: nobody will collect them. */
  void shutdown() {
    sources.values().forEach(queue -> queue.forEach(MetricSource::shutdown));
  }

  Collection<MetricSource> sources(RegisteredReader reader) {
    return sources.get(reader);
  }

  /** Returns the synchronous instrument of this identity, which is made if it is the first. */
  <T> T synchronous(
      InstrumentDescriptor instrument,
      List<Double> advisedBoundaries,
      Class<T> kind,
      InstrumentBuilder.Maker<T> maker) {
    final InstrumentDescriptor known = known(instrument);
    final List<Double> first =
        advice.computeIfAbsent(known, key -> advisedBoundaries == null ? NONE : advisedBoundaries);
    if (advisedBoundaries != null && !advisedBoundaries.equals(first)) {
      warnings()
          .warn(
              LOGGER,
              "Instrument {0} of meter ''{1}'' was asked for again with other bucket boundaries advised:"
                  + " {2}. It keeps what was advised first: {3}.",
              instrument.inWords(),
              scope.getName(),
              advisedBoundaries,
              first == NONE ? "none" : first);
    }
    return kind.cast(
        instruments.computeIfAbsent(
            known,
            identity -> {
              // What was first, of name and advice, may be another thread's.
              final InstrumentDescriptor spelled = firstSpelling.get(identity);
              final Map<RegisteredReader, List<Stream>> streams =
                  provider.newStreams(spelled, scope, first == NONE ? null : first);
              add(spelled, streams);
              return maker.make(
                  spelled, streams.values().stream().flatMap(List::stream).toList(), provider);
            }));
  }

  /** Returns the asynchronous instrument of this identity, which is made if it is the first. */
  ObservableInstrument observable(InstrumentDescriptor instrument) {
    return (ObservableInstrument)
        instruments.computeIfAbsent(
            known(instrument),
            identity -> {
              final InstrumentDescriptor spelled = firstSpelling.get(identity);
              final Map<RegisteredReader, List<AsyncStream>> streams =
                  provider.newAsyncStreams(spelled, scope);
              add(spelled, streams);
              return new ObservableInstrument(this, spelled, streams);
            });
  }

  /** Gives the streams of a new instrument to their readers. */
  private void add(
      InstrumentDescriptor instrument,
      Map<RegisteredReader, ? extends List<? extends MetricSource>> streams) {
    boolean isConflictTold = false;
    for (final Map.Entry<RegisteredReader, ? extends List<? extends MetricSource>> entry :
        streams.entrySet()) {
      for (final MetricSource stream : entry.getValue()) {
        sources.get(entry.getKey()).add(stream);
        final InstrumentDescriptor other =
            metrics
                .get(entry.getKey())
                .putIfAbsent(stream.metric().identity().name(), stream.metric());
        if (other != null && !isConflictTold) {
          warnOfConflict(instrument, stream.metric(), other);
          isConflictTold = true;
        }
      }
    }
  }

  private void warnOfConflict(
      InstrumentDescriptor instrument, InstrumentDescriptor metric, InstrumentDescriptor other) {
    LOGGER.log(
        Level.WARNING,
        "Meter ''{0}'' has two different metrics of one name: {1} and {2}, the latter from"
            + " instrument ''{3}''. Both are exported, which many backends cannot tell apart. Make"
            + " name, kind, unit and description the same, rename one, or give one another name by a"
            + " view.",
        new Object[] {scope.getName(), other.inWords(), metric.inWords(), instrument.name()});
  }

  /** The identity of the instrument; tells if it is known under another spelling. */
  private InstrumentDescriptor known(InstrumentDescriptor instrument) {
    final InstrumentDescriptor identity = instrument.identity();
    final InstrumentDescriptor first = firstSpelling.putIfAbsent(identity, instrument);
    if (first != null && !first.equals(instrument)) {
      warnings()
          .warn(
              LOGGER,
              "Instrument {0} of meter ''{1}'' was asked for as ''{2}''. Names that differ only in case"
                  + " are one instrument; it keeps the first spelling.",
              first.inWords(),
              scope.getName(),
              instrument.name());
    }
    return identity;
  }
}
