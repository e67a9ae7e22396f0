package io.glint.sdk;

import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.LoggedFailure;
import io.glint.sdk.internal.log.RateLimitedLog;
import io.glint.sdk.internal.log.SafeLog;
import io.glint.sdk.internal.log.UndeliveredPoints;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Collects and exports at an interval: the periodic exporting MetricReader of the OpenTelemetry
 * metrics SDK specification. It works with {@link GlintMeterProvider} and with the stock {@code
 * SdkMeterProvider}, and takes the place of the stock {@code PeriodicMetricReader}.
 *
 * <pre>{@code
 * MetricReader reader =
 *     GlintPeriodicMetricReader.builder(exporter).setInterval(Duration.ofSeconds(10)).build();
 * }</pre>
 *
 * <p>What can be relied on:
 *
 * <ol>
 *   <li>There is never more than one export under way, including those that the exporter completes
 *       later, and no collection begins while there is. So an exporter may ask for {@link
 *       MemoryMode#REUSABLE_DATA}.
 *   <li>Cycles start an interval apart. One that an export delays starts when the export is done,
 *       and the next an interval after that.
 *   <li>Batches are exported in order, all of one collection before the first of the next. A batch
 *       that fails is reported and dropped, and not sent again; the next one is tried.
 *   <li>An export, or a collection, that is not complete when the export time-out has passed is
 *       reported, every minute, and fails the flush that waits for it. It is waited for all the
 *       same: its remaining batches and all later collections come after it. Nothing is lost by
 *       that, since what is not collected stays with the provider. An exporter that never completes
 *       an export, or never returns from a call, therefore exports nothing more; it needs a
 *       time-out of its own.
 *   <li>{@link #forceFlush} waits its turn, then collects, exports and flushes the exporter, and
 *       fails if any of these fails. Its result is complete after at most twice the export
 *       time-out: once for an export that is under way, and once for its own. Flushes that wait
 *       together are one.
 *   <li>{@link #shutdown} waits its turn, collects and exports a last time, flushes the exporter
 *       and shuts it down, once. Its result is complete after at most three times the export
 *       time-out, the third being for the exporter's own shutdown, which is called in any case.
 *   <li>What the exporter, the collection or a callback throws fails the cycle, and not the next.
 *   <li>A collection without data points is not exported.
 * </ol>
 *
 * <p>All methods are thread-safe and return at once; the results complete later, by another thread.
 * To wait for a result from inside a callback or the exporter is futile: a flush from there fails.
 *
 * <p>Unless an executor was set, the reader has daemon threads of its own, named {@code
 * glint-metric-reader-}, whose context class loader is the exporter's. They exist from the
 * registration with a provider, or the first flush, to the end of the shutdown. From the
 * registration on they hold the reader, and so its provider, on purpose: a callback is to be
 * observed, and a measurement to be exported, even if the application keeps no reference to the
 * provider, and a garbage collection must not decide that. So a reader that has been registered
 * must be shut down, usually by closing the provider; one that has not, or that has been shut down,
 * is held by nothing.
 */
public final class GlintPeriodicMetricReader implements MetricReader {
  /*
   * The state machine. All of it is guarded by `lock`. Under it no user code runs, and nothing is
   * logged; only an executor of the user's, if one was set, is handed tasks.
   *
   * `cycle` is the permit to collect and to use the exporter: null, or the one that has it.
   *
   *   startCycle   null -> new cycle, if there is work: isDue, or requests, or the phase is DRAINING
   *   ended        cycle -> null, once every export of the cycle is complete
   *
   * In between, an ExportCycle makes its calls one after the other, and each begins when the one
   * before it is done (TimedCall). Nobody else sets it, so collections and exports cannot overlap; a time-out does not set it
   * either. Whoever makes work calls startCycle afterwards, and so does the end of a cycle: work that
   * finds a cycle under way is found by that one's end.
   *
   * `phase` only goes forward:
   *
   *   NEW       register: ACTIVE, and the first tick is set up
   *   ACTIVE    tick: isDue. The start of the cycle that isDue causes sets up the next tick, so there
   *             is a tick set up or due, and only one
   *   DRAINING  shutdown was called. No ticks or requests are taken any more. The next cycle is the
   *             last one; it takes all requests
   *   CLOSING   the last cycle has ended, or its time has run out: then the cycle under way, if any,
   *             is abandoned and calls the exporter no more; a call that it is just about to make
   *             may still meet the exporter's shutdown. exporter.shutdown() is called by whoever
   *             made the step to CLOSING
   *   CLOSED    the exporter's shutdown is done, or its time has run out. Whoever made this step
   *             completes the result and ends the threads
   *
   * A request is in `requests`, or in one cycle, or is complete. It is completed by the end of its
   * cycle, by its deadline, by an overdue export of its cycle, or by the end of the drain time;
   * the first of them wins, the others find it complete.
   */

  private enum Phase {
    NEW,
    ACTIVE,
    DRAINING,
    CLOSING,
    CLOSED
  }

  private static final Logger LOGGER = Logger.getLogger(GlintPeriodicMetricReader.class.getName());

  private final MetricExporter exporter;
  private final long intervalNanos;
  private final long exportTimeoutNanos;
  private final int maxExportBatchSize;
  private final ReaderThreads threads;

  private final RateLimitedLog collectionFailures = new RateLimitedLog(LOGGER, Level.WARNING);
  private final RateLimitedLog overdueCollections = new RateLimitedLog(LOGGER, Level.WARNING);
  private final RateLimitedLog exportFailures = new RateLimitedLog(LOGGER, Level.WARNING);
  private final RateLimitedLog exporterFailures = new RateLimitedLog(LOGGER, Level.WARNING);
  private final RateLimitedLog overdueExports = new RateLimitedLog(LOGGER, Level.WARNING);
  private final RateLimitedLog reentries = new RateLimitedLog(LOGGER, Level.WARNING);

  private final CompletableResultCode shutdownResult = new CompletableResultCode();

  /** True while an exporter is flushed for the sake of requests that have run out of time. */
  private final AtomicBoolean isFlushedLate = new AtomicBoolean();

  private final Object lock = new Object();
  private Phase phase = Phase.NEW;
  private CollectionRegistration registration = CollectionRegistration.noop();
  private ExportCycle cycle;
  private List<FlushRequest> requests = new ArrayList<>();
  private boolean isDue;
  private boolean isDelayed;
  private long tickNanoTime;
  private Future<?> tick;
  private Future<?> drainDeadline;

  GlintPeriodicMetricReader(
      MetricExporter exporter,
      long intervalNanos,
      long exportTimeoutNanos,
      int maxExportBatchSize,
      ReaderThreads threads) {
    this.exporter = exporter;
    this.intervalNanos = intervalNanos;
    this.exportTimeoutNanos = exportTimeoutNanos;
    this.maxExportBatchSize = maxExportBatchSize;
    this.threads = threads;
  }

  /**
   * Makes a reader that exports every 60 seconds and gives the exporter 30 seconds for it.
   *
   * @throws IllegalStateException if OpenTelemetry on the class path is too old; the message says
   *     what to do
   */
  public static GlintPeriodicMetricReader create(MetricExporter exporter) {
    return builder(exporter).build();
  }

  /**
   * Starts a new reader for an exporter, which the reader shuts down with itself.
   *
   * @throws IllegalStateException if OpenTelemetry on the class path is too old; the message says
   *     what to do
   */
  public static GlintPeriodicMetricReaderBuilder builder(MetricExporter exporter) {
    OpenTelemetryVersion.requireSupported();
    return new GlintPeriodicMetricReaderBuilder(exporter);
  }

  /** Returns the exporter's preference. */
  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType instrumentType) {
    return exporter.getAggregationTemporality(instrumentType);
  }

  /** Returns the exporter's preference. */
  @Override
  public Aggregation getDefaultAggregation(InstrumentType instrumentType) {
    return exporter.getDefaultAggregation(instrumentType);
  }

  /** Returns the exporter's preference. */
  @Override
  public MemoryMode getMemoryMode() {
    return exporter.getMemoryMode();
  }

  /**
   * Begins to collect, an interval from now. Called by the provider.
   *
   * @throws IllegalStateException if the reader is registered already or has been shut down
   */
  @Override
  public void register(CollectionRegistration registration) {
    Objects.requireNonNull(registration, "registration");
    synchronized (lock) {
      if (phase != Phase.NEW) {
        throw new IllegalStateException(
            inWords()
                + (phase == Phase.ACTIVE
                    ? " is registered with a provider already"
                    : " has been shut down")
                + "; make a new reader for each provider");
      }
      phase = Phase.ACTIVE;
      this.registration = registration;
      tickNanoTime = System.nanoTime() + intervalNanos;
      tick = threads.schedule(this::tick, intervalNanos);
    }
    warnIfNoTick();
  }

  /**
   * Collects and exports now, after an export that is under way, and flushes the exporter.
   *
   * @return fails if the collection, an export or the exporter's flush fails or takes too long, if
   *     the reader has been shut down, or if this is called from inside a callback or the exporter
   *     on behalf of this reader. The failure's throwable says which
   */
  @Override
  public CompletableResultCode forceFlush() {
    if (isCalledFromInside()) {
      reentries.event(
          null,
          () ->
              "A callback or the exporter of "
                  + inWords()
                  + " asked it to flush. Nothing is flushed, since that would have to wait for"
                  + " itself; do not flush from there");
      return failure("a flush from inside a callback or the exporter");
    }
    final FlushRequest request = new FlushRequest();
    synchronized (lock) {
      if (phase.compareTo(Phase.DRAINING) >= 0) {
        return failure(inWords() + " has been shut down");
      }
      requests.add(request);
      request.setDeadline(threads.schedule(() -> outOfTime(request), patienceNanos()));
    }
    startCycle();
    return request.result();
  }

  private boolean isCalledFromInside() {
    if (CallbackRunner.isAnyRunByCurrentThread()) {
      // Perhaps of a provider that another reader collects: that one would have to wait all the
      // same.
      return true;
    }
    synchronized (lock) {
      return cycle != null && cycle.isCalledBy(Thread.currentThread());
    }
  }

  /**
   * Collects and exports a last time, after an export that is under way, flushes the exporter and
   * shuts it down.
   *
   * @return fails if the last collection or export or the exporter's flush or shutdown fails or
   *     takes too long. Later calls do nothing and return the same result
   */
  @Override
  public CompletableResultCode shutdown() {
    final boolean isUnattended;
    synchronized (lock) {
      if (phase.compareTo(Phase.DRAINING) >= 0) {
        return shutdownResult;
      }
      phase = Phase.DRAINING;
      if (tick != null) {
        tick.cancel(false);
      }
      isDue = false;
      drainDeadline = threads.schedule(this::stopDraining, patienceNanos());
      isUnattended = drainDeadline == null && !threads.areOwn();
    }
    startCycle();
    if (isUnattended) {
      // The user's executor is gone, and nobody would come back to this.
      stopDraining();
    }
    return shutdownResult;
  }

  @Override
  public String toString() {
    return "GlintPeriodicMetricReader{exporter="
        + exporter
        + ", interval="
        + Duration.ofNanos(intervalNanos)
        + ", exportTimeout="
        + Duration.ofNanos(exportTimeoutNanos)
        + (maxExportBatchSize == MetricBatches.UNLIMITED
            ? ""
            : ", maxExportBatchSize=" + maxExportBatchSize)
        + "}";
  }

  // ---------------------------------------------------------------- the schedule

  private void tick() {
    synchronized (lock) {
      isDue = phase == Phase.ACTIVE;
      isDelayed = cycle != null;
    }
    startCycle();
  }

  private void startCycle() {
    final ExportCycle started;
    final boolean isTickDue;
    synchronized (lock) {
      final boolean isLast = phase == Phase.DRAINING;
      final boolean isOpen = phase.compareTo(Phase.DRAINING) <= 0;
      if (cycle != null || !isOpen || !(isDue || isLast || !requests.isEmpty())) {
        return;
      }
      started = new ExportCycle(this, registration, requests, isLast);
      requests = new ArrayList<>();
      cycle = started;
      isTickDue = isDue;
      if (isDue) {
        isDue = false;
        scheduleNextTick();
      }
    }
    if (isTickDue) {
      warnIfNoTick();
    }
    threads.execute(started);
  }

  /** An interval after this one was due; or after now, if this one is late. */
  private void scheduleNextTick() {
    final long now = System.nanoTime();
    final long late = now - tickNanoTime;
    final boolean isInTime = !isDelayed && late >= 0 && late < intervalNanos;
    tickNanoTime = (isInTime ? tickNanoTime : now) + intervalNanos;
    tick = threads.schedule(this::tick, tickNanoTime - now);
  }

  /** Called by each cycle when it is over. */
  void ended(ExportCycle ended) {
    final boolean closes;
    synchronized (lock) {
      if (cycle != ended) {
        return;
      }
      cycle = null;
      closes = ended.isLast() && phase == Phase.DRAINING;
      if (closes) {
        phase = Phase.CLOSING;
        if (drainDeadline != null) {
          drainDeadline.cancel(false);
        }
      }
    }
    try {
      if (closes) {
        closeExporter(ended.failure(), /* isStuck= */ false);
      } else {
        startCycle();
      }
    } finally {
      ended.requests().forEach(request -> request.complete(ended.failure()));
    }
  }

  // ---------------------------------------------------------------- running out of time

  /** How long a flush, or the last cycle, may take together with the export it waits for. */
  private long patienceNanos() {
    return 2 * exportTimeoutNanos;
  }

  private void outOfTime(FlushRequest request) {
    synchronized (lock) {
      requests.remove(request);
    }
    threads.execute(
        () ->
            expire(
                List.of(request),
                new TimeoutException(
                    "not flushed after " + Duration.ofNanos(patienceNanos()).toMillis() + " ms")));
  }

  /**
   * Fails requests that have run out of time. The exporter is told to flush nevertheless
   * (specification, "ForceFlush"), which it must bear while it exports.
   */
  void expire(List<FlushRequest> expired, TimeoutException timeout) {
    boolean isAnyOpen = false;
    for (final FlushRequest request : expired) {
      isAnyOpen |= !request.result().isDone();
      request.complete(timeout);
    }
    if (isAnyOpen && isFlushedLate.compareAndSet(false, true)) {
      try {
        exporter.flush().whenComplete(() -> isFlushedLate.set(false));
      } catch (Throwable t) {
        isFlushedLate.set(false);
        logExporterFailure("flush", t, /* hasThrown= */ true);
      }
    }
  }

  private void stopDraining() {
    final ExportCycle abandoned;
    final List<FlushRequest> expired;
    synchronized (lock) {
      if (phase != Phase.DRAINING) {
        return;
      }
      phase = Phase.CLOSING;
      abandoned = cycle;
      expired = requests;
      requests = new ArrayList<>();
    }
    final TimeoutException timeout =
        new TimeoutException("The last collection could not be exported in time; it is lost");
    if (abandoned != null) {
      abandoned.abandon();
      expired.addAll(abandoned.requests());
    }
    SafeLog.log(
        LOGGER,
        Level.WARNING,
        inWords()
            + " shuts down without its last export, which was not complete within "
            + Duration.ofNanos(patienceNanos()).toMillis()
            + " ms. What was recorded since the last complete one is lost, unless it arrives"
            + " nevertheless; give the exporter a shorter time-out than that of the reader",
        null);
    closeExporter(timeout, /* isStuck= */ true);
    threads.execute(() -> expired.forEach(request -> request.complete(timeout)));
  }

  // ---------------------------------------------------------------- the end

  private void closeExporter(Throwable lastFailure, boolean isStuck) {
    synchronized (lock) {
      registration = CollectionRegistration.noop();
    }
    final TimedCall call =
        newCall(
            /* givesUp= */ true,
            exporter::shutdown,
            overdue -> {
              closed(
                  lastFailure,
                  new TimeoutException("not complete after " + overdue.elapsedMillis() + " ms"),
                  /* hasThrown= */ false,
                  /* isStuck= */ true);
              return false;
            });
    final Runnable whenDone = () -> closed(lastFailure, call.failure(), call.hasThrown(), isStuck);
    threads.execute(
        () -> {
          if (call.make(whenDone)) {
            whenDone.run();
          }
        });
  }

  private void closed(
      Throwable lastFailure, Throwable shutdownFailure, boolean hasThrown, boolean isStuck) {
    synchronized (lock) {
      if (phase == Phase.CLOSED) {
        return;
      }
      phase = Phase.CLOSED;
    }
    if (shutdownFailure != null) {
      logExporterFailure("shutdown", shutdownFailure, hasThrown);
    }
    try {
      FlushRequest.complete(shutdownResult, lastFailure != null ? lastFailure : shutdownFailure);
    } finally {
      threads.close(/* interrupt= */ isStuck || isFlushedLate.get());
    }
  }

  // ---------------------------------------------------------------- for the cycles

  MetricExporter exporter() {
    return exporter;
  }

  int maxExportBatchSize() {
    return maxExportBatchSize;
  }

  TimedCall newCall(
      boolean givesUp, Supplier<CompletableResultCode> function, Predicate<TimedCall> whenOverdue) {
    return new TimedCall(threads, exportTimeoutNanos, givesUp, function, whenOverdue);
  }

  /** For messages: short, and without the settings of the exporter. */
  private String inWords() {
    return "GlintPeriodicMetricReader of " + exporterName();
  }

  private String exporterName() {
    final Class<?> type = exporter.getClass();
    return type.getSimpleName().isEmpty() ? type.getName() : type.getSimpleName();
  }

  void logCollectionFailure(Throwable cause) {
    collectionFailures.event(
        cause, () -> "The collection of " + inWords() + " failed; it is left out");
  }

  /** Reports an export that failed, unless the exporter has done so, which knows more. */
  void logExportFailure(Collection<MetricData> batch, Throwable cause, boolean hasThrown) {
    if (cause instanceof LoggedFailure) {
      return;
    }
    exportFailures.event(
        hasThrown ? cause : null,
        () -> {
          final UndeliveredPoints points = UndeliveredPoints.of(batch);
          return exporterName()
              + (hasThrown ? " threw at the export of " : " reports that it failed to export ")
              + UndeliveredPoints.count(points.all(), "data point")
              + reason(cause)
              + ". "
              + points.perhapsDelivered()
              + " The exporter's own log may say more. Reported by GlintPeriodicMetricReader, which"
              + " does not try again";
        });
  }

  /** Reports a failed flush or shutdown, unless the exporter has done so. */
  void logExporterFailure(String call, Throwable cause, boolean hasThrown) {
    if (cause instanceof LoggedFailure) {
      return;
    }
    exporterFailures.event(
        hasThrown ? cause : null,
        () ->
            "The "
                + call
                + " of "
                + exporterName()
                + " failed"
                + reason(cause)
                + ". Reported by"
                + " GlintPeriodicMetricReader, which does not try again");
  }

  private static String reason(Throwable cause) {
    final String text = LogText.of(cause.getMessage() == null ? cause : cause.getMessage(), 1024);
    return ": " + (text.endsWith(".") ? text.substring(0, text.length() - 1) : text);
  }

  void logOverdueCollection(long elapsedMillis) {
    overdueCollections.event(
        null,
        () ->
            "A collection of "
                + inWords()
                + " has been running for "
                + elapsedMillis
                + " ms, and the next one waits for it. Does a callback of an asynchronous"
                + " instrument hang?");
  }

  void logOverdueExport(long elapsedMillis) {
    overdueExports.event(
        null,
        () ->
            "Of "
                + inWords()
                + ", an export has been running for "
                + elapsedMillis
                + " ms. Nothing is collected or exported before it is complete, as exports must not"
                + " overlap; give the exporter a shorter time-out than that of the reader");
  }

  private void warnIfNoTick() {
    synchronized (lock) {
      if (tick != null || phase != Phase.ACTIVE) {
        return;
      }
    }
    SafeLog.log(
        LOGGER,
        Level.WARNING,
        threads.areOwn()
            ? "The system has no thread for the timer of "
                + inWords()
                + ". There are no periodic exports unless a later flush finds one; raise the limit"
                + " of threads of the process or the memory of its container"
            : "The executor of "
                + inWords()
                + " was shut down. There are no more periodic exports; shut the reader down before"
                + " its executor",
        null);
  }

  private static CompletableResultCode failure(String message) {
    return CompletableResultCode.ofExceptionalFailure(new IllegalStateException(message));
  }
}
