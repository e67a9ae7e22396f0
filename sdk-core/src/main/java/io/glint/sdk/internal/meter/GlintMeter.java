package io.glint.sdk.internal.meter;

import io.glint.sdk.internal.async.AsyncStream;
import io.glint.sdk.internal.async.CallbackRegistration;
import io.glint.sdk.internal.async.ObservableInstrument;
import io.glint.sdk.internal.collect.CollectableStream;
import io.glint.sdk.internal.collect.ReaderId;
import io.glint.sdk.internal.collect.ReaderStream;
import io.glint.sdk.internal.collect.StreamCollector;
import io.glint.sdk.internal.instrument.InstrumentBuilder;
import io.glint.sdk.internal.instrument.InstrumentBuilders;
import io.glint.sdk.internal.instrument.InstrumentRegistry;
import io.glint.sdk.internal.instrument.SyncInstrument;
import io.glint.sdk.internal.log.CallSite;
import io.glint.sdk.internal.log.DeferredWarnings;
import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.ProblemLog;
import io.glint.sdk.internal.metric.InstrumentAdvice;
import io.glint.sdk.internal.metric.InstrumentDescriptor;
import io.glint.sdk.internal.metric.RecordingContext;
import io.glint.sdk.internal.stream.MetricStream;
import io.opentelemetry.api.metrics.BatchCallback;
import io.opentelemetry.api.metrics.DoubleGaugeBuilder;
import io.opentelemetry.api.metrics.DoubleHistogramBuilder;
import io.opentelemetry.api.metrics.LongCounterBuilder;
import io.opentelemetry.api.metrics.LongUpDownCounterBuilder;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableMeasurement;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The instruments of one instrumentation scope. Thread-safe, also against a collection that runs at
 * the same time, and re-entrant: a callback may make instruments and register callbacks.
 */
public final class GlintMeter implements Meter, InstrumentRegistry {
  /** API specification, "Instrument name syntax". */
  private static final Pattern VALID_NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_./\\-]{0,254}");

  private static final InstrumentBuilders BUILDERS = InstrumentBuilders.find();

  private final ProviderState provider;
  private final InstrumentationScopeInfo scope;
  private final RecordingContext context;
  private final Map<InstrumentDescriptor, InstrumentRegistration> instruments =
      new ConcurrentHashMap<>();
  private final Map<ReaderId, Queue<ReaderStream>> sources = new ConcurrentHashMap<>();

  /** For each reader the first instrument that has a metric of each name, in lower case. */
  private final Map<ReaderId, Map<String, InstrumentRegistration>> metrics =
      new ConcurrentHashMap<>();

  private final ReentrantLock makingLock = new ReentrantLock();

  private final List<CallbackRegistration> callbacks = new CopyOnWriteArrayList<>();

  /** Guards that every instrument adopts {@link #isEnabled()}, also one that is being made. */
  private final Object switchLock = new Object();

  private volatile @Nullable Predicate<InstrumentationScopeInfo> configuredBy;

  private GlintMeter(ProviderState provider, InstrumentationScopeInfo scope, boolean isNoop) {
    this.provider = provider;
    this.scope = scope;
    this.context = new RecordingContext(scope, provider.losses(), isNoop, provider.shutdownFlag());
    for (final RegisteredReader reader : provider.readers()) {
      sources.put(reader.id(), new ConcurrentLinkedQueue<>());
      metrics.put(reader.id(), new ConcurrentHashMap<>());
    }
  }

  /** A meter of a provider, which readers collect from. */
  static GlintMeter of(ProviderState provider, InstrumentationScopeInfo scope) {
    return new GlintMeter(provider, scope, /* isNoop= */ false);
  }

  /**
   * A meter whose instruments record nothing and that is not kept: without a reader, after
   * shutdown, and for instruments of another meter whose names are not valid.
   */
  static GlintMeter noop(ProviderState provider, InstrumentationScopeInfo scope) {
    return new GlintMeter(provider, scope, /* isNoop= */ true);
  }

  InstrumentationScopeInfo scope() {
    return scope;
  }

  /** If not, nothing is recorded, no callback runs, and readers leave the meter out. */
  public boolean isEnabled() {
    return context.isEnabled();
  }

  boolean isConfiguredBy(Predicate<InstrumentationScopeInfo> configurator) {
    return configuredBy == configurator;
  }

  void setEnabled(boolean enabled, Predicate<InstrumentationScopeInfo> configurator) {
    synchronized (switchLock) {
      context.setEnabled(enabled);
      for (final InstrumentRegistration instrument : instruments.values()) {
        if (instrument.instance() instanceof SyncInstrument synchronous) {
          synchronous.setOff(!enabled);
        }
      }
    }
    configuredBy = configurator;
  }

  /** Sets a new instrument, which is among {@link #instruments} already. */
  private void adopt(SyncInstrument instrument) {
    if (instrument.isOff() == isEnabled()) {
      synchronized (switchLock) {
        instrument.setOff(!isEnabled());
      }
    }
  }

  @Override
  public ProblemLog warnings() {
    return provider.warnings();
  }

  @Override
  public LongCounterBuilder counterBuilder(String name) {
    return BUILDERS.counter(meterFor(name), orEmpty(name));
  }

  @Override
  public LongUpDownCounterBuilder upDownCounterBuilder(String name) {
    return BUILDERS.upDownCounter(meterFor(name), orEmpty(name));
  }

  @Override
  public DoubleHistogramBuilder histogramBuilder(String name) {
    return BUILDERS.histogram(meterFor(name), orEmpty(name));
  }

  @Override
  public DoubleGaugeBuilder gaugeBuilder(String name) {
    return BUILDERS.gauge(meterFor(name), orEmpty(name));
  }

  private static String orEmpty(@Nullable String name) {
    return name == null ? "" : name;
  }

  /** This meter, if the name is valid: what is called otherwise records nothing. */
  private GlintMeter meterFor(String name) {
    return context.isNoop() || isValid(name) ? this : noop(provider, scope);
  }

  private boolean isValid(String name) {
    if (name != null && VALID_NAME.matcher(name).matches()) {
      return true;
    }
    warnings()
        .warn(
            "instrument name",
            "Instrument name '"
                + LogText.of(name)
                + "' of meter '"
                + LogText.of(scope.getName())
                + "' is not valid; the instrument records nothing. A name starts with an ASCII"
                + " letter, followed by at most 254 letters, digits, '_', '.', '-' or '/'.");
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
    if (measurement instanceof ObservableInstrument observable && observable.context().isNoop()) {
      // It was said when it was made.
      return;
    }
    if (measurement instanceof ObservableInstrument observable && observable.context() == context) {
      to.add(observable);
      return;
    }
    warnings()
        .warn(
            "batch callback",
            "A batch callback of meter '"
                + LogText.of(scope.getName())
                + "' cannot observe "
                + (measurement instanceof ObservableInstrument of
                    ? of.instrument().describe()
                    : LogText.nameOf(measurement))
                + ", which was not made by this meter; it is left out. Make it with buildObserver()"
                + " of a builder of the same meter.");
  }

  @Override
  public CallbackRegistration register(Runnable callback, List<ObservableInstrument> observables) {
    final CallbackRegistration registration =
        new CallbackRegistration(context.losses(), callbacks::remove, callback, observables);
    if (!context.isNoop()) {
      callbacks.add(registration);
    }
    return registration;
  }

  /** The callbacks that run in each collection. */
  List<CallbackRegistration> callbacks() {
    return callbacks;
  }

  /** Ends the making of new series: no reader will collect them. */
  public void shutdown() {
    sources.values().forEach(queue -> queue.forEach(source -> source.source().shutdown()));
  }

  @SuppressWarnings("NullAway") // There is an entry for each reader of the provider.
  public Collection<ReaderStream> sources(ReaderId reader) {
    return sources.get(reader);
  }

  @Override
  public <T> T synchronous(
      InstrumentDescriptor instrument,
      InstrumentAdvice advised,
      Class<T> kind,
      InstrumentBuilder.InstrumentFactory<T> factory) {
    if (context.isNoop()) {
      final T made = factory.make(instrument, List.of(), context);
      ((SyncInstrument) made).setOff(true);
      return made;
    }
    final InstrumentRegistration registered =
        registered(
            instrument,
            advised,
            deferred -> {
              final Map<ReaderId, List<StreamCollector>> collectors =
                  provider.streamFactory().newStreams(instrument, scope, advised, deferred);
              return new CreatedInstrument(
                  factory.make(instrument, streams(collectors), context), collectors);
            });
    adopt((SyncInstrument) registered.instance());
    return kind.cast(registered.instance());
  }

  @Override
  public ObservableInstrument observable(
      InstrumentDescriptor instrument, InstrumentAdvice advised) {
    if (context.isNoop()) {
      return new ObservableInstrument(context, instrument, Map.of());
    }
    final InstrumentRegistration registered =
        registered(
            instrument,
            advised,
            deferred -> {
              final Map<ReaderId, List<AsyncStream>> streams =
                  provider.streamFactory().newAsyncStreams(instrument, scope, advised, deferred);
              return new CreatedInstrument(
                  new ObservableInstrument(context, instrument, streams), streams);
            });
    return (ObservableInstrument) registered.instance();
  }

  /** Which meter it is, for messages of others. */
  @Override
  public String toString() {
    return "GlintMeter{name='"
        + LogText.of(scope.getName())
        + "', version="
        + LogText.of(scope.getVersion())
        + ", schemaUrl="
        + LogText.of(scope.getSchemaUrl())
        + (isEnabled() && !context.isShutdown() ? "}" : ", records nothing}");
  }

  private static List<MetricStream> streams(Map<ReaderId, List<StreamCollector>> collectors) {
    return collectors.values().stream().flatMap(List::stream).map(StreamCollector::stream).toList();
  }

  /** An instrument that was just made, and what collects it. */
  private record CreatedInstrument(
      Object instrument, Map<ReaderId, ? extends List<? extends CollectableStream>> streams) {}

  /** Makes an instrument and what collects it. */
  private interface InstrumentCreation {
    CreatedInstrument make(DeferredWarnings deferred);
  }

  private InstrumentRegistration registered(
      InstrumentDescriptor instrument, InstrumentAdvice advised, InstrumentCreation creation) {
    final InstrumentDescriptor identity = instrument.identity();
    final InstrumentRegistration known = instruments.get(identity);
    if (known != null) {
      known.warnOfDifferences(instrument, advised, scope);
      return known;
    }
    // Handlers of log records are user code: they are not called before the lock is free.
    final DeferredWarnings deferred = new DeferredWarnings();
    final InstrumentRegistration registered;
    makingLock.lock();
    try {
      final InstrumentRegistration before = instruments.get(identity);
      registered = before != null ? before : make(instrument, advised, creation, deferred);
      instruments.put(identity, registered);
    } finally {
      makingLock.unlock();
    }
    if (provider.isShutdown()) {
      registered.shutdown();
    }
    registered.warnOfDifferences(instrument, advised, scope);
    deferred.log(warnings());
    return registered;
  }

  private InstrumentRegistration make(
      InstrumentDescriptor instrument,
      InstrumentAdvice advised,
      InstrumentCreation creation,
      DeferredWarnings deferred) {
    final CreatedInstrument made = creation.make(deferred);
    final List<CollectableStream> all = new ArrayList<>();
    made.streams().values().forEach(all::addAll);
    final InstrumentRegistration registered =
        new InstrumentRegistration(
            instrument, advised, CallSite.ofCaller(), made.instrument(), all, warnings());
    for (final RegisteredReader reader : provider.readers()) {
      final List<? extends CollectableStream> streams = made.streams().get(reader.id());
      if (streams != null) {
        add(streams, reader, registered, deferred);
      }
    }
    return registered;
  }

  @SuppressWarnings("NullAway") // There is an entry for each reader of the provider.
  private void add(
      List<? extends CollectableStream> streams,
      RegisteredReader reader,
      InstrumentRegistration registered,
      DeferredWarnings deferred) {
    for (final CollectableStream stream : streams) {
      sources
          .get(reader.id())
          .add(new ReaderStream(stream, provider.resource(), scope, reader.reusesData()));
      noteConflict(reader.id(), stream, registered, deferred);
    }
  }

  @SuppressWarnings("NullAway") // There is an entry for each reader of the provider.
  private void noteConflict(
      ReaderId reader,
      CollectableStream stream,
      InstrumentRegistration registered,
      DeferredWarnings deferred) {
    final String name = stream.metric().name();
    final InstrumentRegistration other =
        metrics.get(reader).putIfAbsent(name.toLowerCase(Locale.ROOT), registered);
    if (other == registered) {
      deferred.add(
          "Instrument "
              + registered.first().describe()
              + " of meter '"
              + LogText.of(scope.getName())
              + "' has two metrics named '"
              + LogText.of(name)
              + "', because several views match it. Both are exported, which many backends cannot"
              + " tell apart. Set another name in one of the views, or use"
              + " ViewMatchingMode.COMPOSABLE if they are meant to be one");
    } else if (other != null) {
      deferred.add(
          "Meter '"
              + LogText.of(scope.getName())
              + "' has two different metrics named '"
              + LogText.of(name)
              + "': one of instrument "
              + other.first().describe()
              + " made at "
              + other.origin()
              + ", and one of instrument "
              + registered.first().describe()
              + " made at "
              + registered.origin()
              + ". Both are exported, which many backends cannot tell apart. "
              + registered.first().remedyFor(other.first(), scope));
    }
  }
}
