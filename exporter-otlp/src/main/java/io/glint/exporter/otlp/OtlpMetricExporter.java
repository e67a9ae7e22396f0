package io.glint.exporter.otlp;

import io.glint.sdk.OpenTelemetryVersion;
import io.glint.sdk.exemplar.ExemplarOutcomes;
import io.glint.sdk.exemplar.ExemplarOutcomes.Outcome;
import io.glint.sdk.internal.exporter.DaemonThreads;
import io.glint.sdk.internal.exporter.OutcomeCounts;
import io.glint.sdk.internal.exporter.UndeliveredPoints;
import io.glint.sdk.internal.log.LoggedFailure;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.metrics.export.DefaultAggregationSelector;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Exports metrics with OTLP, over HTTP or gRPC.
 *
 * <p>Implements the <a
 * href="https://opentelemetry.io/docs/specs/otel/protocol/exporter/">OpenTelemetry Protocol
 * Exporter</a> and the client side of <a href="https://opentelemetry.io/docs/specs/otlp/">OTLP</a>.
 * It works with the metric readers of the stock SDK and of Glint:
 *
 * <pre>{@code
 * MetricExporter exporter =
 *     OtlpMetricExporter.builder().setEndpoint("http://collector:4318/v1/metrics").build();
 * MetricReader reader = GlintPeriodicMetricReader.create(exporter); // or the stock one
 *
 * MetricExporter overGrpc =
 *     OtlpMetricExporter.builder().setProtocol("grpc").setEndpoint("http://collector:4317").build();
 * }</pre>
 *
 * <p>If an export fails, the exporter logs a warning to the java.util.logging logger of this
 * class's name, at most five a minute, with the endpoint, what happened, the number of points, what
 * became of them, and what to do; the result of the export carries the same message. Of cumulative
 * points no total is lost, as the next export that succeeds has it. Delta points of a request that
 * was not delivered are kept and merged into the next one, up to a limit ({@link
 * OtlpMetricExporterBuilder#setMaxPendingSeries}). They are lost if the server refuses them. Where
 * a request was sent and not answered in time, the server may have taken it nevertheless: by
 * default it is not sent again by a later export ({@link
 * OtlpMetricExporterBuilder#setResendUnanswered}).
 *
 * <p>All methods may be called by several threads at once, and none waits for the network.
 */
public final class OtlpMetricExporter implements MetricExporter, ExemplarOutcomes.Source {
  /** A reader has one export under way at a time; this bounds threads and memory for misuse. */
  static final int MAX_IN_FLIGHT = 8;

  /**
   * The most that one export may have in bytes, in all its requests: a gigabyte, or a quarter of
   * the memory if that is less, but at least 64 MiB.
   */
  static final int MAX_EXPORT_SIZE =
      (int) Math.min(1 << 30, Math.max(64 << 20, Runtime.getRuntime().maxMemory() / 4));

  /**
   * The least time for the last attempt before the end. With less, a request may be sent whose
   * answer is not waited for, and nobody would know what became of its points.
   */
  private static final long MIN_LAST_ATTEMPT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final AtomicInteger THREAD_NUMBER = new AtomicInteger();

  private final String description;
  private final AggregationTemporalitySelector temporalitySelector;
  private final DefaultAggregationSelector aggregationSelector;
  private final MemoryMode memoryMode;
  private final Duration shutdownGrace;
  private final ExportLog log;
  private final ThreadPoolExecutor threads;
  private final Transport transport;
  private final Delivery.Settings deliverySettings;
  private final ExporterTelemetry telemetry;
  private final OutcomeCounts exemplarOutcomes = new OutcomeCounts();

  private final DeliveryCounters counters = new DeliveryCounters();
  private final Redelivery redelivery;
  private final Duration idleResend;
  private final AtomicBoolean isIdleResendDue = new AtomicBoolean();
  private volatile long lastExportNanos = System.nanoTime();

  /** The encoder of the last export, kept for the next one; null while it is in use. */
  private final AtomicReference<@Nullable MetricsEncoder> spareEncoder = new AtomicReference<>();

  /** The results of exports that have begun and not ended: a shutdown waits for them. */
  private final Set<CompletableResultCode> inFlight = ConcurrentHashMap.newKeySet();

  private final AtomicReference<@Nullable CompletableResultCode> shutdownResult =
      new AtomicReference<>();

  OtlpMetricExporter(OtlpMetricExporterBuilder builder) {
    this.description = builder.describe();
    this.temporalitySelector = builder.temporalitySelector;
    this.aggregationSelector = builder.aggregationSelector;
    this.memoryMode = builder.memoryMode;
    this.idleResend = builder.idleResend;
    this.shutdownGrace = builder.shutdownGrace;
    this.log = new ExportLog(Endpoint.printable(builder.endpoint()));
    if (builder.uselessPath() != null) {
      log.uselessPath(builder.uselessPath());
    }
    this.threads =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            30,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            builder.threadFactory);
    this.transport = Transports.of(builder, threads);
    this.redelivery = newRedelivery(builder);
    this.deliverySettings =
        new Delivery.Settings(
            transport,
            new Backoff(builder.retryPolicy, () -> ThreadLocalRandom.current().nextDouble()),
            builder.timeout,
            // The same in JSON has up to eight times the size.
            builder.protocol == Protocol.HTTP_JSON
                ? builder.maxRequestSize() / 8
                : builder.maxRequestSize(),
            builder.maxRequestSize(),
            body(builder),
            redelivery,
            builder.resendUnanswered,
            /* isLast= */ false,
            log,
            counters,
            exemplarOutcomes);
    this.telemetry =
        new ExporterTelemetry(builder.meterProvider, builder.protocol, builder.endpoint());
    resendIfIdleLater();
  }

  private static Function<ProtoWriter, SentBody> body(OtlpMetricExporterBuilder builder) {
    // A sender compresses by itself.
    final Compression compression =
        builder.protocol.isHttp() && builder.senderProvider == null
            ? builder.compression
            : Compression.NONE;
    return builder.protocol == Protocol.HTTP_JSON
        ? content -> compression.body(OtlpJson.of(content.toByteArray()))
        : compression::body;
  }

  private Redelivery newRedelivery(OtlpMetricExporterBuilder builder) {
    PendingFile file = null;
    if (builder.pendingFile != null) {
      try {
        file = new PendingFile(builder.pendingFile);
      } catch (IOException e) {
        log.notLoaded(builder.pendingFile, e);
      }
    }
    // A gauge that the reader collects as delta is collected only if it was set in the interval.
    final boolean keepsGauges =
        temporalitySelector.getAggregationTemporality(InstrumentType.GAUGE)
            == AggregationTemporality.DELTA;
    return new Redelivery(
        builder.maxPendingSeries, keepsGauges, file, exemplarOutcomes, counters, log);
  }

  /**
   * An exporter to {@code http://localhost:4318/v1/metrics} with all defaults.
   *
   * @throws IllegalStateException if OpenTelemetry on the class path is too old; the message says
   *     what to do
   */
  public static OtlpMetricExporter create() {
    return builder().build();
  }

  /**
   * A builder with the defaults of the specification.
   *
   * @throws IllegalStateException if OpenTelemetry on the class path is too old; the message says
   *     what to do
   */
  public static OtlpMetricExporterBuilder builder() {
    OpenTelemetryVersion.requireSupported();
    return new OtlpMetricExporterBuilder();
  }

  /**
   * Encodes the metrics on the calling thread and sends them on a thread of the exporter.
   *
   * <p>The data is not read after this method returns. The result succeeds when the server took the
   * points, also if it reports to have rejected some of them, which is logged; it fails when points
   * were not delivered, whether they are kept or dropped. It is completed within the timeout.
   * Metrics without points are left out; when nothing remains, no request is sent and the result is
   * a success.
   *
   * <p>Points that make a request larger than the limit are sent in several, one after the other
   * and in order, each of which may take the timeout, and all of them six times that. After one
   * that fails because the server does not answer, or is overloaded, the rest is not sent. Points
   * that wait for their delivery go out with the next export.
   *
   * @param metrics must not be null nor contain null
   */
  @Override
  public CompletableResultCode export(Collection<MetricData> metrics) {
    Objects.requireNonNull(metrics, "metrics");
    final long startNanos = System.nanoTime();
    lastExportNanos = startNanos;
    final CompletableResultCode result = begin();
    if (shutdownResult.get() != null) {
      return dropped(metrics, ExportFailure.shutdown(), /* added= */ null, startNanos, result);
    }
    final RequestExemplars exemplars = new RequestExemplars();
    final MetricsEncoder encoder = takeEncoder();
    // Null once the encoder's output is what is sent.
    MetricsEncoder free = encoder;
    Request joined = null;
    // Null unless it is joined with what waits.
    PendingPoints.Added added = null;
    try {
      final int count = encoder.encode(metrics, exemplars);
      if (!redelivery.isEmpty()) {
        added = new PendingPoints.Added();
        joined = redelivery.join(encoder.output(), exemplars, added);
      } else if (count == 0) {
        return nothingToSend(result);
      } else {
        free = null;
      }
    } catch (RequestTooLargeException e) {
      return dropped(metrics, ExportFailure.tooLarge(MAX_EXPORT_SIZE), added, startNanos, result);
    } catch (RuntimeException | StackOverflowError e) {
      // The latter is what attribute values that are nested thousands of levels deep cause.
      return dropped(metrics, ExportFailure.encoding(e), added, startNanos, result);
    } catch (Error e) {
      // Memory has run out: the caller is told, and the points are no longer under way.
      try {
        final UndeliveredPoints points = UndeliveredPoints.of(metrics);
        counters.lost(notKept(points, added).delta());
        telemetry
            .begin(points.all(), startNanos)
            .failed(ExportFailure.encoding(e), points.all(), Attempt.NO_STATUS);
        RequestExemplars.in(metrics).addTo(exemplarOutcomes, Outcome.EXPORT_FAILED);
      } finally {
        inFlight.remove(result);
        result.failExceptionally(e);
      }
      throw e;
    } finally {
      if (free != null) {
        spareEncoder.set(free);
      }
    }
    if (joined != null) {
      return send(joined, startNanos, result);
    }
    final Request request = new Request(encoder.output(), UndeliveredPoints.of(metrics), exemplars);
    return send(
        new Delivery(
            request,
            /* hasKeptPoints= */ false,
            deliverySettings,
            telemetry.begin(request.points().all(), startNanos),
            result,
            ended -> {
              if (!ended.isContentFree()) {
                encoder.output().giveUpArray();
              }
              spareEncoder.set(encoder);
              ended(ended);
            }));
  }

  /**
   * Begins an export. A shutdown that does not see it is seen by whoever looks after this; so what
   * waits is not taken for an export that the shutdown does not wait for.
   */
  private CompletableResultCode begin() {
    final CompletableResultCode result = new CompletableResultCode();
    inFlight.add(result);
    return result;
  }

  private CompletableResultCode nothingToSend(CompletableResultCode result) {
    inFlight.remove(result);
    return result.succeed();
  }

  /** Takes what is kept, without points of a new export. */
  private Request joinNothing() {
    return redelivery.join(new ProtoWriter(1), new RequestExemplars(), new PendingPoints.Added());
  }

  /** Sends what was kept of earlier requests, with a later one or by itself. */
  private CompletableResultCode send(
      Request joined, long startNanos, CompletableResultCode result) {
    if (joined.points().all() == 0) {
      // Another thread was faster.
      redelivery.settled(/* hadKeptPoints= */ true);
      return nothingToSend(result);
    }
    return send(
        new Delivery(
            joined,
            /* hasKeptPoints= */ true,
            deliverySettings,
            telemetry.begin(joined.points().all(), startNanos),
            result,
            this::ended));
  }

  private void ended(Delivery delivery) {
    inFlight.remove(delivery.result());
    resendIfIdleLater();
  }

  /**
   * Sends what is kept if there is no export to take it along. A thread of the exporter waits until
   * then: timers of the JDK have their tasks run by its common pool, which the application may
   * block. Without a thread for it, the end of the next export sees to another one.
   */
  private void resendIfIdleLater() {
    if (!redelivery.isEmpty()
        && shutdownResult.get() == null
        && isIdleResendDue.compareAndSet(false, true)) {
      try {
        threads.execute(this::awaitIdleResend);
      } catch (RuntimeException | OutOfMemoryError e) {
        // The latter is what is thrown if no thread can be made.
        isIdleResendDue.set(false);
      }
    }
  }

  private void awaitIdleResend() {
    try {
      TimeUnit.NANOSECONDS.sleep(idleResend.toNanos());
      Untraced.run(this::resendIfIdle);
    } catch (InterruptedException e) {
      // The exporter was shut down.
    }
  }

  private void resendIfIdle() {
    isIdleResendDue.set(false);
    final CompletableResultCode result = begin();
    Request waiting = null;
    try {
      if (shutdownResult.get() == null
          && inFlight.size() == 1
          && !redelivery.isEmpty()
          && System.nanoTime() - lastExportNanos >= idleResend.toNanos()) {
        waiting = joinNothing();
      }
    } finally {
      if (waiting == null) {
        final CompletableResultCode unused = nothingToSend(result);
      }
    }
    if (waiting != null) {
      final CompletableResultCode unused = send(waiting, System.nanoTime(), result);
    } else {
      resendIfIdleLater();
    }
  }

  /**
   * Completes when the exports under way have completed, which takes at most the timeout, for each
   * request of those that are split.
   *
   * @return a failure if one of them failed
   */
  @Override
  public CompletableResultCode flush() {
    return CompletableResultCode.ofAll(new ArrayList<>(inFlight));
  }

  /**
   * Lets exports under way finish for up to five seconds, cancels those that have not, tries once
   * within the same time, if a second of it is left, to deliver what waits for its delivery, and
   * ends the exporter's threads. What is still waiting is lost, which is logged, unless there is a
   * file for it. Exports from now on fail. Further calls answer the same result.
   *
   * <p>Before Java 21 the HTTP client cannot be closed: its one daemon thread ends by itself some
   * seconds after the garbage collector found the exporter unused.
   *
   * @return a failure if an export had to be cancelled, or points that waited are lost
   */
  @Override
  public CompletableResultCode shutdown() {
    final CompletableResultCode result = new CompletableResultCode();
    final CompletableResultCode first = shutdownResult.compareAndExchange(null, result);
    if (first != null) {
      return first;
    }
    final List<CompletableResultCode> pending = new ArrayList<>(inFlight);
    if (pending.isEmpty() && redelivery.isEmpty()) {
      closeThreads();
      final String unused = redelivery.close(null);
      result.succeed();
    } else {
      final CompletableResultCode underWay = CompletableResultCode.ofAll(pending);
      try {
        threads.execute(() -> awaitAndClose(underWay, result));
      } catch (RuntimeException | Error e) {
        // No thread can be made: nothing is waited for.
        try {
          closeThreads();
        } finally {
          end(underWay.isDone(), null, result);
        }
        throw e;
      }
    }
    return result;
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType instrumentType) {
    return temporalitySelector.getAggregationTemporality(instrumentType);
  }

  @Override
  public Aggregation getDefaultAggregation(InstrumentType instrumentType) {
    return aggregationSelector.getDefaultAggregation(instrumentType);
  }

  /** Data objects may be reused: they are not read after {@link #export} has returned. */
  @Override
  public MemoryMode getMemoryMode() {
    return memoryMode;
  }

  /**
   * What became of the exemplars handed over so far: {@code EXPORTED} if the server took their
   * request, unless it says to have rejected all its points, and otherwise {@code EXPORT_FAILED},
   * which takes all attempts into account. The last exports are in it when their results are
   * complete.
   */
  @Override
  public ExemplarOutcomes exemplarOutcomes() {
    return exemplarOutcomes;
  }

  /** What has become of requests and points so far. Each call answers the numbers of now. */
  public OtlpDeliveryCounts deliveryCounts() {
    return counters.counts(redelivery.waiting().all());
  }

  /** The configuration, without the values of headers. */
  @Override
  public String toString() {
    return description;
  }

  private CompletableResultCode send(Delivery delivery) {
    if (inFlight.size() > MAX_IN_FLIGHT) {
      delivery.abandon(ExportFailure.tooManyInFlight(MAX_IN_FLIGHT));
    } else {
      try {
        threads.execute(() -> Untraced.run(delivery));
      } catch (RejectedExecutionException e) {
        delivery.abandon(ExportFailure.shutdown());
      } catch (RuntimeException | Error e) {
        // No thread can be made: the delivery must not stay under way for ever.
        delivery.abandon(ExportFailure.noThread(e));
        throw e;
      }
    }
    return delivery.result();
  }

  private void awaitAndClose(CompletableResultCode pending, CompletableResultCode result) {
    final long end = System.nanoTime() + Deadline.nanos(shutdownGrace);
    pending.join(Deadline.nanos(shutdownGrace), TimeUnit.NANOSECONDS);
    // A delivery that failed by itself has said so; only one that is cut off is news.
    final boolean allEnded = pending.isDone();
    Delivery last = null;
    try {
      last = allEnded ? lastDelivery(end - System.nanoTime()) : null;
      if (last != null) {
        Untraced.run(last);
      }
    } finally {
      try {
        closeThreads();
        // Closing interrupts this thread too; the cancelled exports still get to report their end.
        Thread.interrupted();
        pending.join(1, TimeUnit.SECONDS);
      } finally {
        end(allEnded, last, result);
      }
    }
  }

  /**
   * Settles what still waits, and completes the result of the shutdown.
   *
   * @param last null if there was no last attempt
   */
  private void end(boolean allEnded, @Nullable Delivery last, CompletableResultCode result) {
    // Stays if what nobody expects is thrown.
    String problem = "The OTLP exporter could not be shut down: an unexpected error";
    try {
      String lost = redelivery.close(last == null ? null : last.failure());
      if (lost == null && last != null) {
        lost = last.lostAtShutdown();
      }
      problem =
          allEnded
              ? lost
              : "The OTLP exporter was shut down while exports were under way;"
                  + " those not done after "
                  + shutdownGrace.toMillis()
                  + " ms were cancelled and their points dropped";
    } finally {
      if (problem == null) {
        result.succeed();
      } else {
        result.failExceptionally(new LoggedFailure(problem));
      }
    }
  }

  /** One attempt to send what is kept; null if there is nothing, or too little time. */
  private @Nullable Delivery lastDelivery(long nanos) {
    if (redelivery.isEmpty() || nanos < MIN_LAST_ATTEMPT_NANOS) {
      return null;
    }
    final Request request = joinNothing();
    return new Delivery(
        request,
        /* hasKeptPoints= */ true,
        deliverySettings.forLastAttempt(Duration.ofNanos(nanos)),
        telemetry.begin(request.points().all(), System.nanoTime()),
        new CompletableResultCode(),
        ended -> {});
  }

  private void closeThreads() {
    threads.shutdownNow();
    transport.close();
  }

  /** The points of an export that failed without those that wait; {@code added} may be null. */
  private static UndeliveredPoints notKept(
      UndeliveredPoints points, PendingPoints.@Nullable Added added) {
    return added == null
        ? points
        : new UndeliveredPoints(points.all() - added.kept(), points.delta() - added.keptDelta());
  }

  private CompletableResultCode dropped(
      Collection<MetricData> metrics,
      ExportFailure failure,
      PendingPoints.@Nullable Added added,
      long startNanos,
      CompletableResultCode result) {
    final UndeliveredPoints points = UndeliveredPoints.of(metrics);
    RequestExemplars.in(metrics).addTo(exemplarOutcomes, Outcome.EXPORT_FAILED);
    telemetry.begin(points.all(), startNanos).failed(failure, points.all(), Attempt.NO_STATUS);
    final UndeliveredPoints lost = notKept(points, added);
    counters.lost(lost.delta());
    final String fate =
        added != null && lost.all() == 0
            ? "The points are kept, and go out with the next export."
            : failure.fateOf(lost);
    final String message = log.failed(points.all(), 0, failure, fate);
    inFlight.remove(result);
    return result.failExceptionally(new LoggedFailure(message));
  }

  private MetricsEncoder takeEncoder() {
    final MetricsEncoder spare = spareEncoder.getAndSet(null);
    return spare != null ? spare : new MetricsEncoder(MAX_EXPORT_SIZE);
  }

  static Thread newThread(Runnable task) {
    return DaemonThreads.newThread("glint-otlp-exporter-" + THREAD_NUMBER.incrementAndGet(), task);
  }
}
