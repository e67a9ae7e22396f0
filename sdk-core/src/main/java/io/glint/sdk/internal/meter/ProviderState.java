package io.glint.sdk.internal.meter;

import io.glint.sdk.internal.async.CallbackRunner;
import io.glint.sdk.internal.collect.CollectionListener;
import io.glint.sdk.internal.collect.ReaderId;
import io.glint.sdk.internal.exemplar.MeasurementClock;
import io.glint.sdk.internal.log.ProblemLog;
import io.glint.sdk.internal.metric.DropCounters;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.resources.Resource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.logging.Logger;

/** What the meters and readers of one provider share. Thread-safe. */
public final class ProviderState {
  private final Clock clock;
  private final MeasurementClock measurementClock;
  private final Resource resource;
  private final List<MetricProducer> producers;
  private final CallbackRunner callbackRunner;
  private final Duration readerTimeout;
  private final ProblemLog warnings = ProblemLog.once(Logger.getLogger(GlintMeter.class.getName()));
  private final List<RegisteredReader> readers = new ArrayList<>();
  private final AtomicBoolean isShutdown = new AtomicBoolean();
  private final Map<InstrumentationScopeInfo, GlintMeter> meters = new ConcurrentHashMap<>();
  private final MeterConfigApplier meterConfig = new MeterConfigApplier();
  private final DropCounters losses = new DropCounters();
  private final StreamFactory streamFactory;
  private final List<CollectionListener> listeners = new CopyOnWriteArrayList<>();

  public ProviderState(ProviderConfig config) {
    this.clock = config.clock();
    this.measurementClock = new MeasurementClock(clock);
    this.resource = config.resource();
    this.producers = List.copyOf(config.producers());
    this.readerTimeout = config.readerTimeout();
    this.callbackRunner = new CallbackRunner(config.callbackTimeout(), losses);
    final Map<String, Integer> instances = new HashMap<>();
    for (final ProviderConfig.Reader reader : config.readers()) {
      readers.add(new RegisteredReader(new ReaderId(reader.reader(), instances), reader, this));
    }
    this.streamFactory =
        new StreamFactory(
            config, readers, config.views(), measurementClock, losses, callbackRunner);
    addListener((reader, nanos, failure) -> callbackRunner.log());
  }

  public Clock clock() {
    return clock;
  }

  MeasurementClock measurementClock() {
    return measurementClock;
  }

  public Resource resource() {
    return resource;
  }

  List<MetricProducer> producers() {
    return producers;
  }

  public List<RegisteredReader> readers() {
    return readers;
  }

  public List<MetricReader> metricReaders() {
    return readers.stream().map(RegisteredReader::reader).toList();
  }

  StreamFactory streamFactory() {
    return streamFactory;
  }

  /** Adds one that is told after each collection. */
  public void addListener(CollectionListener listener) {
    listeners.add(listener);
  }

  List<CollectionListener> listeners() {
    return listeners;
  }

  /** For what is wrong with the way meters and instruments are asked for. */
  public ProblemLog warnings() {
    return warnings;
  }

  public boolean isCollectedByCurrentThread() {
    return callbackRunner.isRunByCurrentThread()
        || readers.stream().anyMatch(RegisteredReader::isCollectedByCurrentThread);
  }

  /** Whether meters that are made now record nothing. */
  public boolean isNoop() {
    return isShutdown.get() || readers.isEmpty();
  }

  boolean isShutdown() {
    return isShutdown.get();
  }

  /** For those that share it: true from {@link #shutdown} on. */
  AtomicBoolean shutdownFlag() {
    return isShutdown;
  }

  /** From now on no meter, and no series, is made any more. */
  public void shutdown() {
    isShutdown.set(true);
  }

  /** How long a flush or a shutdown waits for a reader. */
  public Duration readerTimeout() {
    return readerTimeout;
  }

  public CallbackRunner callbackRunner() {
    return callbackRunner;
  }

  public Collection<GlintMeter> meters() {
    return meters.values();
  }

  public GlintMeter meter(InstrumentationScopeInfo scope) {
    final GlintMeter meter = meters.computeIfAbsent(scope, created -> GlintMeter.of(this, created));
    meterConfig.configure(meter);
    return meter;
  }

  public DropCounters losses() {
    return losses;
  }

  /**
   * Sets which meters are enabled. All that there are adopt it.
   *
   * @param isEnabled compared by identity with the one that is set
   */
  public void setEnabledMeters(Predicate<InstrumentationScopeInfo> isEnabled) {
    meterConfig.configureAll(meters.values(), isEnabled);
  }
}
