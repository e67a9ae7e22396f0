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

  private static final InstrumentBuilders BUILDERS = InstrumentBuilders.find();

  private static final Meter NOOP = MeterProvider.noop().get("noop");

  private static final long CALLBACK_PATIENCE_SECONDS = 2;

  private final ProviderState provider;
  private final InstrumentationScopeInfo scope;
  private final Map<InstrumentDescriptor, Object> instruments = new ConcurrentHashMap<>();
  private final Map<InstrumentDescriptor, InstrumentAdvice> advice = new ConcurrentHashMap<>();
  private final Map<InstrumentDescriptor, InstrumentDescriptor> firstSpelling =
      new ConcurrentHashMap<>();
  private final Map<RegisteredReader, Queue<MetricSource>> sources = new ConcurrentHashMap<>();

  /** For each reader the first metric of each name, in lower case. */
  private final Map<RegisteredReader, Map<String, InstrumentDescriptor>> metrics =
      new ConcurrentHashMap<>();

  private final List<CallbackRegistration> callbacks = new CopyOnWriteArrayList<>();

  /** Rounds of callbacks follow one another, also those for different readers. */
  private final ReentrantLock callbackLock = new ReentrantLock();

  /** Guards that every instrument adopts {@link #isEnabled}, also one that is being made. */
  private final Object switchLock = new Object();

  private volatile boolean isEnabled = true;
  private volatile MeterConfigurator decidedBy;

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

  Losses losses() {
    return provider.losses();
  }

  /** If not, nothing is recorded, no callback runs, and readers leave the meter out. */
  boolean isEnabled() {
    return isEnabled;
  }

  boolean isDecidedBy(MeterConfigurator configurator) {
    return decidedBy == configurator;
  }

  void setEnabled(boolean enabled, MeterConfigurator configurator) {
    synchronized (switchLock) {
      isEnabled = enabled;
      for (final Object instrument : instruments.values()) {
        if (instrument instanceof SyncInstrument synchronous) {
          synchronous.setOff(!enabled);
        }
      }
    }
    decidedBy = configurator;
  }

  /** Sets a new instrument, which is among {@link #instruments} already. */
  private void adopt(SyncInstrument instrument) {
    if (instrument.isOff() == isEnabled) {
      synchronized (switchLock) {
        instrument.setOff(!isEnabled);
      }
    }
  }

  @Override
  public LongCounterBuilder counterBuilder(String name) {
    return isValid(name) ? BUILDERS.counter(this, name) : NOOP.counterBuilder("invalid");
  }

  @Override
  public LongUpDownCounterBuilder upDownCounterBuilder(String name) {
    return isValid(name)
        ? BUILDERS.upDownCounter(this, name)
        : NOOP.upDownCounterBuilder("invalid");
  }

  @Override
  public DoubleHistogramBuilder histogramBuilder(String name) {
    return isValid(name) ? BUILDERS.histogram(this, name) : NOOP.histogramBuilder("invalid");
  }

  @Override
  public DoubleGaugeBuilder gaugeBuilder(String name) {
    return isValid(name) ? BUILDERS.gauge(this, name) : NOOP.gaugeBuilder("invalid");
  }

  private boolean isValid(String name) {
    if (name != null && VALID_NAME.matcher(name).matches()) {
      return true;
    }
    LOGGER.log(
        Level.WARNING,
        "Instrument name ''{0}'' of meter ''{1}'' is not valid; the instrument records nothing. A"
            + " name starts with an ASCII letter, followed by at most 254 letters, digits, '_',"
            + " '.', '-' or '/'.",
        new Object[] {name, scope.getName()});
    return false;
  }

  @Override
  public BatchCallback batchCallback(
      Runnable callback, ObservableMeasurement measurement, ObservableMeasurement... more) {
    final List<ObservableInstrument> observables = new ArrayList<>();
    addObservable(measurement, observables);
    for (final ObservableMeasurement other : more) {
      addObservable(other, observables);
    }
    return register(callback, observables);
  }

  private void addObservable(ObservableMeasurement measurement, List<ObservableInstrument> to) {
    if (measurement instanceof ObservableInstrument observable && observable.meter() == this) {
      to.add(observable);
      return;
    }
    LOGGER.log(
        Level.WARNING,
        "A batch callback of meter ''{0}'' cannot observe {1}, which was not made by this meter; it"
            + " is left out. Make it with buildObserver() of a builder of the same meter.",
        new Object[] {scope.getName(), measurement});
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
      losses().count(Losses.Reason.CALLBACK_TIMEOUT);
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
      InstrumentAdvice advised,
      Class<T> kind,
      InstrumentBuilder.Maker<T> maker) {
    final InstrumentDescriptor known = known(instrument);
    final InstrumentAdvice first = first(advised, known, instrument);
    final Object made =
        instruments.computeIfAbsent(
            known,
            identity -> {
              final Map<RegisteredReader, List<Stream>> streams =
                  provider.newStreams(instrument, scope, first);
              add(instrument, streams);
              return maker.make(
                  instrument, streams.values().stream().flatMap(List::stream).toList(), provider);
            });
    adopt((SyncInstrument) made);
    return kind.cast(made);
  }

  /** Returns the asynchronous instrument of this identity, which is made if it is the first. */
  ObservableInstrument observable(InstrumentDescriptor instrument, InstrumentAdvice advised) {
    final InstrumentDescriptor known = known(instrument);
    final InstrumentAdvice first = first(advised, known, instrument);
    return (ObservableInstrument)
        instruments.computeIfAbsent(
            known,
            identity -> {
              final Map<RegisteredReader, List<AsyncStream>> streams =
                  provider.newAsyncStreams(instrument, scope, first);
              add(instrument, streams);
              return new ObservableInstrument(this, instrument, streams);
            });
  }

  /** The advice that was given first, which holds; tells if it is given another one. */
  private InstrumentAdvice first(
      InstrumentAdvice advised, InstrumentDescriptor known, InstrumentDescriptor instrument) {
    final InstrumentAdvice earlier = advice.putIfAbsent(known, advised);
    if (earlier == null) {
      return advised;
    }
    final String departure = advised.departureFrom(earlier);
    if (!departure.isEmpty()) {
      LOGGER.log(
          Level.WARNING,
          "Instrument {0} of meter ''{1}'' was asked for again with other {2}.",
          new Object[] {instrument.inWords(), scope.getName(), departure});
    }
    return earlier;
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
      LOGGER.log(
          Level.WARNING,
          "Instrument {0} of meter ''{1}'' was asked for as ''{2}''. Names that differ only in case"
              + " are one instrument; it keeps the first spelling.",
          new Object[] {first.inWords(), scope.getName(), instrument.name()});
    }
    return identity;
  }
}
