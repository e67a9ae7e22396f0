package io.glint.sdk.internal.meter;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.glint.sdk.internal.async.CallbackRegistration;
import io.glint.sdk.internal.collect.CollectionListener;
import io.glint.sdk.internal.collect.ReaderId;
import io.glint.sdk.internal.collect.ReaderStream;
import io.glint.sdk.internal.exemplar.MeasurementClock;
import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.RateLimitedLog;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A reader and its view of the provider: what it is handed to collect with. Collections of one
 * reader follow one another. Those of different readers do not see each other's data; where they
 * share a stream or the callbacks of a meter, one waits for the other, for a bounded time.
 */
public final class RegisteredReader implements CollectionRegistration {
  private static final Logger LOGGER = Logger.getLogger(RegisteredReader.class.getName());

  private final ReaderId id;
  private final MetricReader reader;
  private final Object exemplarSource;
  private final ReaderSettings settings;
  private final ProviderState provider;
  private final RateLimitedLog producerFailures = new RateLimitedLog(LOGGER, Level.WARNING);
  private final RateLimitedLog reentries = new RateLimitedLog(LOGGER, Level.WARNING);
  private final RateLimitedLog listenerFailures = new RateLimitedLog(LOGGER, Level.WARNING);
  private final RateLimitedLog failures = new RateLimitedLog(LOGGER, Level.WARNING);

  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final List<MetricData> reused = new ArrayList<>();

  @GuardedBy("lock")
  private long lastCollectEpochNanos;

  /** Any of what went wrong in the collection under way, or null. */
  @GuardedBy("lock")
  private @Nullable Throwable failure;

  /**
   * Asks the reader for its settings.
   *
   * @throws IllegalArgumentException as {@link ReaderSettings}
   */
  RegisteredReader(ReaderId id, ProviderConfig.Reader reader, ProviderState provider) {
    this.id = id;
    this.reader = reader.reader();
    this.exemplarSource = reader.exemplarSource();
    this.provider = provider;
    this.settings = new ReaderSettings(reader.reader(), reader.cardinalityLimits());
  }

  public ReaderId id() {
    return id;
  }

  /** The reader or its exporter: what may know what becomes of exemplars. */
  public Object exemplarSource() {
    return exemplarSource;
  }

  /** Whether what a collection yields is good only until the next one. */
  boolean reusesData() {
    return settings.reusesData();
  }

  public MetricReader reader() {
    return reader;
  }

  /** What the reader asks for, for instruments of that type. */
  ReaderSettings.OfType settings(InstrumentType type) {
    return settings.of(type);
  }

  @Override
  public Collection<MetricData> collectAllMetrics() {
    if (provider.isCollectedByCurrentThread()) {
      reentries.event(
          null,
          () ->
              "A callback asked a reader of its own provider to collect. The inner collection"
                  + " yields nothing; do not flush or collect from a callback");
      return Collections.emptyList();
    }
    final long begin = provider.clock().nanoTime();
    Throwable reason = null;
    lock.lock();
    try {
      failure = null;
      final Collection<MetricData> collected = collect();
      reason = failure;
      failure = null;
      return collected;
    } catch (Throwable t) {
      reason = t;
      failure = null;
      throw t;
    } finally {
      lock.unlock();
      recordCollection(begin, reason);
    }
  }

  @GuardedBy("lock")
  private Collection<MetricData> collect() {
    final MeasurementClock.Line line = provider.measurementClock().synchronize();
    final long now = line.startEpochNanos();
    // By the same line as now, also if another reader starts one meanwhile.
    lastCollectEpochNanos = line.atItsStart(lastCollectEpochNanos);
    final List<MetricData> collected = reusesData() ? reused : new ArrayList<>();
    collected.clear();
    // Now, as then the cells of recorders are empty, and nothing may fail.
    final Collection<MetricData> result = Collections.unmodifiableList(collected);
    // Once for the whole collection: a source is collected only if its callbacks had their chance.
    final Set<GlintMeter> disabled = disabledMeters();
    runCallbacks(disabled);
    try {
      for (final GlintMeter meter : provider.meters()) {
        if (disabled.contains(meter)) {
          discard(meter, now);
        } else {
          collectMeter(meter, now, collected);
        }
      }
      for (final MetricProducer producer : provider.producers()) {
        produce(producer, collected);
      }
    } catch (Throwable t) {
      failure = t;
      failures.event(t, () -> "A collection could not be finished; it has what came before");
    }
    lastCollectEpochNanos = now;
    return result;
  }

  /** Whatever becomes of the callbacks, what was recorded is collected. */
  @GuardedBy("lock")
  private void runCallbacks(Set<GlintMeter> disabled) {
    try {
      provider.callbackRunner().run(id, callbacks(disabled));
    } catch (Throwable t) {
      failure = t;
      failures.event(t, () -> "Callbacks could not be run and are missing from this collection");
    }
  }

  private Set<GlintMeter> disabledMeters() {
    final Set<GlintMeter> disabled = new HashSet<>();
    for (final GlintMeter meter : provider.meters()) {
      if (!meter.isEnabled()) {
        disabled.add(meter);
      }
    }
    return disabled;
  }

  private List<CallbackRegistration> callbacks(Set<GlintMeter> disabled) {
    final List<CallbackRegistration> wanted = new ArrayList<>();
    for (final GlintMeter meter : provider.meters()) {
      for (final CallbackRegistration callback : meter.callbacks()) {
        if (!disabled.contains(meter) && callback.isWantedBy(id)) {
          wanted.add(callback);
        }
      }
    }
    return wanted;
  }

  /** What is thrown here must not cost what was collected. */
  private void recordCollection(long begin, @Nullable Throwable reason) {
    long nanos = 0;
    try {
      nanos = provider.clock().nanoTime() - begin;
    } catch (Throwable t) {
      listenerFailed(t);
    }
    try {
      for (final CollectionListener listener : provider.listeners()) {
        call(listener, nanos, reason);
      }
    } catch (Throwable t) {
      listenerFailed(t);
    }
  }

  private void call(CollectionListener listener, long nanos, @Nullable Throwable reason) {
    try {
      listener.collected(id, nanos, reason);
    } catch (Throwable t) {
      listenerFailed(t);
    }
  }

  private void listenerFailed(Throwable cause) {
    try {
      listenerFailures.event(
          cause,
          () ->
              "What Glint does after a collection failed. The collection is complete; advice on"
                  + " exemplars or a metric of Glint's own may be missing");
    } catch (OutOfMemoryError | StackOverflowError e) {
      // What made the listener fail makes the report fail.
    }
  }

  boolean isCollectedByCurrentThread() {
    return lock.isHeldByCurrentThread();
  }

  @GuardedBy("lock")
  private void discard(GlintMeter meter, long now) {
    for (final ReaderStream source : meter.sources(id)) {
      try {
        source.discard(lastCollectEpochNanos, now);
      } catch (Throwable t) {
        collectionFailed(source, t);
      }
    }
  }

  @GuardedBy("lock")
  private void collectMeter(GlintMeter meter, long now, List<MetricData> collected) {
    for (final ReaderStream source : meter.sources(id)) {
      final int place = collected.size();
      try {
        // The place comes first: of what has been collected nothing may be lost for want of memory.
        collected.add(null);
        collected.set(place, source.collect(lastCollectEpochNanos, now));
      } catch (Throwable t) {
        collectionFailed(source, t);
      }
      if (collected.size() > place && collected.get(place) == null) {
        collected.remove(place);
      }
    }
  }

  @GuardedBy("lock")
  private void collectionFailed(ReaderStream source, Throwable cause) {
    failure = cause;
    failures.event(
        cause,
        () ->
            "Instrument "
                + source.source().metric().describe()
                + " could not be collected and is missing from this collection");
  }

  @GuardedBy("lock")
  private void produce(MetricProducer producer, List<MetricData> collected) {
    try {
      collected.addAll(producer.produce(provider.resource()));
    } catch (Throwable t) {
      failure = t;
      producerFailures.event(
          t,
          () -> "Metric producer " + LogText.nameOf(producer) + " threw; its metrics are missing");
    }
  }
}
