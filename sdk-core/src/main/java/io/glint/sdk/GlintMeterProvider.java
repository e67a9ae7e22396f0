package io.glint.sdk;

import io.glint.sdk.exemplar.ExemplarReport;
import io.glint.sdk.internal.diagnostics.ExemplarAdvisor;
import io.glint.sdk.internal.diagnostics.ExemplarExplainer;
import io.glint.sdk.internal.diagnostics.InternalTelemetry;
import io.glint.sdk.internal.export.ReaderFanOut;
import io.glint.sdk.internal.export.ReaderRegistry;
import io.glint.sdk.internal.instrument.SyncInstrument;
import io.glint.sdk.internal.log.RateLimitedLog;
import io.glint.sdk.internal.log.SafeLog;
import io.glint.sdk.internal.meter.GlintMeter;
import io.glint.sdk.internal.meter.GlintMeterBuilder;
import io.glint.sdk.internal.meter.ProviderState;
import io.glint.sdk.internal.meter.RegisteredReader;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.MeterBuilder;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.io.Closeable;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A {@link MeterProvider} whose recording calls never wait and whose exemplars can be relied on.
 *
 * <p>It takes the place of the stock {@code SdkMeterProvider}: the builder has the same methods,
 * and every reader, exporter, filter and resource of the stock SDK works with it as it is.
 *
 * <pre>{@code
 * GlintMeterProvider meterProvider =
 *     GlintMeterProvider.builder()
 *         .setResource(resource)
 *         .registerMetricReader(GlintPeriodicMetricReader.create(exporter))
 *         .build();
 * OpenTelemetry openTelemetry = GlintOpenTelemetry.create(openTelemetrySdk, meterProvider);
 * }</pre>
 *
 * <p>Implements the MeterProvider of the OpenTelemetry metrics SDK specification. All methods are
 * thread-safe. Recording calls of its instruments never block, never throw, never log, and allocate
 * nothing once a series is known. What cannot be recorded is counted, and logged by the next
 * collection or the shutdown, at most once a minute for each instrument and reason. (Where the
 * stack of the recording thread has overflown, the count may be missing as well.)
 */
public final class GlintMeterProvider implements MeterProvider, Closeable {
  private static final Logger LOGGER = Logger.getLogger(GlintMeterProvider.class.getName());
  private static final long CLOSE_TIMEOUT_SECONDS = 10;

  private final ProviderState state;
  private final ExemplarExplainer exemplarExplainer;
  private final RateLimitedLog reentries = new RateLimitedLog(LOGGER, Level.WARNING);
  private final AtomicReference<@Nullable CompletableResultCode> shutdown = new AtomicReference<>();

  /**
   * Registers with the readers.
   *
   * @throws IllegalArgumentException if a reader is registered with another provider
   */
  GlintMeterProvider(ProviderState state, boolean hasInternalTelemetry) {
    this.state = state;
    this.exemplarExplainer = new ExemplarExplainer(state);
    state.addListener(new ExemplarAdvisor(exemplarExplainer, state.clock()));
    if (hasInternalTelemetry) {
      state.addListener(
          new InternalTelemetry(
              state.meter(InstrumentationScopeInfo.create(InternalTelemetry.SCOPE)),
              state,
              exemplarExplainer));
    }
    final List<RegisteredReader> readers = state.readers();
    ReaderRegistry.claim(state.metricReaders());
    if (readers.isEmpty()) {
      SafeLog.log(
          LOGGER,
          Level.WARNING,
          "A GlintMeterProvider was built without a metric reader: nothing that is recorded can be"
              + " exported, so its instruments record nothing. Give its builder one with"
              + " registerMetricReader.",
          null);
    }
    int registered = 0;
    try {
      for (; registered < readers.size(); registered++) {
        final RegisteredReader reader = readers.get(registered);
        reader.reader().register(exemplarExplainer.registration(reader));
      }
    } finally {
      if (registered < readers.size()) {
        // One refused, and throws: the others must not run on.
        final var unused = shutdown();
      }
    }
  }

  /**
   * Starts a new provider, without readers.
   *
   * @throws IllegalStateException if OpenTelemetry on the class path is too old; the message says
   *     what to do
   */
  public static GlintMeterProviderBuilder builder() {
    OpenTelemetryVersion.requireSupported();
    return new GlintMeterProviderBuilder();
  }

  /**
   * Starts a meter.
   *
   * <p>Without a reader, and after {@link #shutdown}, the meter is one that records nothing.
   *
   * @param instrumentationScopeName name of the instrumented library or application part. A null or
   *     empty name is reported and kept as the empty name.
   * @return never null
   */
  @Override
  public MeterBuilder meterBuilder(@Nullable String instrumentationScopeName) {
    final String name = instrumentationScopeName == null ? "" : instrumentationScopeName;
    if (name.isEmpty() && !state.isNoop()) {
      state
          .warnings()
          .warn(
              "meter name",
              "A meter was asked for without a name. It works, but its metrics cannot be told from"
                  + " others of that kind; name it after the instrumented library or class.");
    }
    return new GlintMeterBuilder(state, name);
  }

  /**
   * Replaces the meter configurator, which decides on all meters again; those handed out earlier,
   * and their instruments, adopt what it says (SDK specification, "MeterConfigurator"). When this
   * returns, {@code isEnabled()} of their instruments answers accordingly; recording that goes on
   * in other threads meanwhile notices soon.
   *
   * <p>A disabled meter has no points. Its cumulative totals stay, and go on from there when it is
   * enabled again, without what was recorded meanwhile; what it recorded before for a delta reader
   * that has not yet collected it is dropped by that reader's next collection, if the meter is
   * still disabled then.
   *
   * @param configurator not null
   */
  public void setMeterConfigurator(MeterConfigurator configurator) {
    state.setEnabledMeters(enabledBy(Objects.requireNonNull(configurator, "configurator")));
  }

  /** A new object for each call, as a configurator that is set again decides again. */
  static Predicate<InstrumentationScopeInfo> enabledBy(MeterConfigurator configurator) {
    return scope -> {
      final GlintMeterConfig config = configurator.configure(scope);
      return config == null || config.isEnabled();
    };
  }

  /**
   * Says for each metric of each reader whether it has exemplars, and if not, why: how many
   * measurements there were, how many were eligible and why the others were not, how many exemplars
   * were kept, and what became of those. For an endpoint, a test, or a look at it in the debugger:
   * {@code System.out.println(provider.explainExemplars())}.
   *
   * <p>Costs about as much as a collection and disturbs none. Changes nothing.
   *
   * @return never null
   */
  public ExemplarReport explainExemplars() {
    return exemplarExplainer.report();
  }

  /**
   * Says that a series of a synchronous instrument will not be recorded into any more, as what it
   * measured is gone. It then ends: under cumulative temporality each reader is handed its last
   * value once or twice more; then the series has no point any more, nor a place among those that
   * the cardinality limit allows. A measurement that comes later all the same begins a new series
   * at zero, with a start time of its own.
   *
   * <p>Does nothing if there is no such series; if it is bound, for as long as the bound instrument
   * is reachable; if a view removes some of the attributes; and if a view has removed some of other
   * attributes, whose measurements are in the same series.
   *
   * @param instrument a synchronous instrument
   * @param attributes those that were recorded with, not null
   * @param isRemovable false takes it back, if the series has not ended yet
   * @return false if the instrument is not one of Glint's, but for instance a wrapper around one:
   *     then nothing was done
   */
  public static boolean setSeriesRemovable(
      Object instrument, Attributes attributes, boolean isRemovable) {
    Objects.requireNonNull(instrument, "instrument");
    Objects.requireNonNull(attributes, "attributes");
    if (!(instrument instanceof SyncInstrument known)) {
      return false;
    }
    known.setSeriesRemovable(attributes, isRemovable);
    return true;
  }

  /**
   * Asks every reader to collect and export now. Returns when all have done what they do at once,
   * and after the {@linkplain GlintMeterProviderBuilder#setReaderTimeout timeout} at the latest.
   *
   * @return completes when all readers have; failed if one of them fails or exceeds the timeout,
   *     and if this is called from a callback
   */
  public CompletableResultCode forceFlush() {
    if (state.isCollectedByCurrentThread()) {
      reentries.event(
          null,
          () ->
              "A callback asked its own provider to flush. Nothing is flushed, since that would have"
                  + " to wait for the callback; do not flush from there");
      return CompletableResultCode.ofFailure();
    }
    return new ReaderFanOut("flush", MetricReader::forceFlush, state.readerTimeout())
        .call(state.metricReaders());
  }

  /**
   * Shuts every reader down, which collects and exports a last time. Meters asked for afterwards
   * record nothing; instruments that exist can still be called, say that they are not enabled, and
   * take no new attribute sets. Bounded in time as {@link #forceFlush}.
   *
   * @return completes when all readers have; failed if one of them fails or exceeds the timeout.
   *     Later calls do nothing and return the same result.
   */
  public CompletableResultCode shutdown() {
    final CompletableResultCode result = new CompletableResultCode();
    final CompletableResultCode before = shutdown.compareAndExchange(null, result);
    if (before != null) {
      return before;
    }
    final ReaderFanOut calls =
        new ReaderFanOut("shut down", MetricReader::shutdown, state.readerTimeout());
    // From a callback: the readers have to wait for it, so it must not wait for them.
    final CompletableResultCode ofReaders =
        state.isCollectedByCurrentThread()
            ? calls.start(state.metricReaders())
            : calls.call(state.metricReaders());
    state.shutdown();
    ofReaders.whenComplete(
        () -> {
          state.meters().forEach(GlintMeter::shutdown);
          ReaderFanOut.pass(ofReaders, result);
          // Last: a log handler may hang.
          state.callbackRunner().logLast();
        });
    return result;
  }

  /** {@linkplain #shutdown Shuts down} and waits for it, for at most ten seconds. */
  @Override
  public void close() {
    final CompletableResultCode result = shutdown();
    result.join(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    if (!result.isDone()) {
      SafeLog.log(
          LOGGER,
          Level.WARNING,
          "The readers of a meter provider have not shut down within "
              + CLOSE_TIMEOUT_SECONDS
              + " seconds. close() returns; they go on shutting down in the background.",
          null);
    }
  }

  @Override
  public String toString() {
    return "GlintMeterProvider{resource="
        + state.resource()
        + ", readers="
        + state.metricReaders()
        + "}";
  }
}
