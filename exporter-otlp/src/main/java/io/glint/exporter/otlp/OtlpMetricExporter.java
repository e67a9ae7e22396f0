package io.glint.exporter.otlp;

import io.glint.sdk.ExemplarOutcomes;
import io.glint.sdk.ExemplarOutcomes.Outcome;
import io.glint.sdk.OpenTelemetryVersion;
import io.glint.sdk.internal.log.LoggedFailure;
import io.glint.sdk.internal.log.UndeliveredPoints;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.metrics.export.DefaultAggregationSelector;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

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
 * <p>A request that fails is not sent again by a later export. The exporter logs a warning to the
 * java.util.logging logger of this class's name, at most five a minute, with the endpoint, what
 * happened, the number of points, what became of them, and what to do; the result of the export
 * carries the same message. What delta points counted is lost then. Of cumulative ones no total is
 * lost, as the next export that succeeds has it. Where a request was sent and not answered in time,
 * the server may have taken it nevertheless.
 *
 * <p>All methods may be called by several threads at once, and none waits for the network.
 */
public final class OtlpMetricExporter implements MetricExporter, ExemplarOutcomes.Source {
  /** A reader has one export under way at a time; this bounds threads and memory for misuse. */
  static final int MAX_IN_FLIGHT = 8;

  private static final AtomicInteger THREAD_NUMBER = new AtomicInteger();

  private final String description;
  private final AggregationTemporalitySelector temporalitySelector;
  private final DefaultAggregationSelector aggregationSelector;
  private final MemoryMode memoryMode;
  private final int maxRequestSize;
  private final Compression compression;
  private final boolean isJson;
  private final Duration shutdownGrace;
  private final ExportLog log;
  private final ThreadPoolExecutor threads;
  private final Transport transport;
  private final Delivery.Settings deliverySettings;
  private final ExporterTelemetry telemetry;
  private final ExemplarOutcomes exemplarOutcomes = new ExemplarOutcomes();

  /** The encoder of the last export, kept for the next one; null while it is in use. */
  private final AtomicReference<RequestEncoder> spareEncoder = new AtomicReference<>();

  private final Set<Export> inFlight = ConcurrentHashMap.newKeySet();
  private final AtomicReference<CompletableResultCode> shutdownResult = new AtomicReference<>();

  OtlpMetricExporter(OtlpMetricExporterBuilder builder) {
    this.description = builder.describe();
    this.temporalitySelector = builder.temporalitySelector;
    this.aggregationSelector = builder.aggregationSelector;
    this.memoryMode = builder.memoryMode;
    this.maxRequestSize = builder.maxRequestSize();
    // A sender compresses by itself.
    this.compression =
        builder.protocol.isHttp() && builder.senderProvider == null
            ? builder.compression
            : Compression.NONE;
    this.isJson = builder.protocol == Protocol.HTTP_JSON;
    this.shutdownGrace = builder.shutdownGrace;
    this.log = new ExportLog(Endpoint.printable(builder.endpoint()));
    if (builder.uselessPath() != null) {
      log.uselessPath(builder.uselessPath());
    }
    this.threads =
        new ThreadPoolExecutor(
            0, Integer.MAX_VALUE, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), threadFactory());
    this.transport = Transports.of(builder, threads);
    this.deliverySettings =
        new Delivery.Settings(
            transport,
            new Backoff(builder.retryPolicy, () -> ThreadLocalRandom.current().nextDouble()),
            builder.timeout,
            log,
            exemplarOutcomes);
    this.telemetry =
        new ExporterTelemetry(builder.meterProvider, builder.protocol, builder.endpoint());
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
   * were dropped. It is completed within the timeout. Metrics without points are left out; when
   * nothing remains, no request is sent and the result is a success.
   *
   * <p>Points that make a request larger than the limit are sent in several, one after the other
   * and in order, each of which may take the timeout. The first that fails because the server does
   * not answer, or is overloaded, is the last one that is sent.
   *
   * @param metrics must not be null nor contain null
   */
  @Override
  public CompletableResultCode export(Collection<MetricData> metrics) {
    Objects.requireNonNull(metrics, "metrics");
    long startNanos = System.nanoTime();
    if (shutdownResult.get() != null) {
      return dropped(metrics, ExportFailure.shutdown(), startNanos);
    }
    RequestEncoder.Encoded encoded;
    RequestEncoder encoder = takeEncoder();
    try {
      encoded = encoder.encode(metrics);
    } catch (RuntimeException | StackOverflowError e) {
      // The latter is what attribute values that are nested thousands of levels deep cause.
      return dropped(metrics, ExportFailure.encoding(e), startNanos);
    } catch (Error e) {
      // Memory has run out: the caller is told.
      account(metrics, ExportFailure.encoding(e), startNanos);
      throw e;
    } finally {
      spareEncoder.set(encoder);
    }
    List<Delivery> deliveries = new ArrayList<>(encoded.requests().size());
    for (Request request : encoded.requests()) {
      deliveries.add(
          new Delivery(
              request, deliverySettings, telemetry.begin(request.points().all(), startNanos)));
    }
    String failure = encoded.tooLarge().isEmpty() ? null : dropped(encoded.tooLarge(), startNanos);
    if (!deliveries.isEmpty()) {
      return send(new Export(deliveries, failure, log, inFlight::remove));
    }
    return failure == null
        ? CompletableResultCode.ofSuccess()
        : CompletableResultCode.ofExceptionalFailure(new LoggedFailure(failure));
  }

  /**
   * Completes when the exports under way have completed, which takes at most the timeout, for each
   * request of those that are split.
   *
   * @return a failure if one of them failed
   */
  @Override
  public CompletableResultCode flush() {
    List<CompletableResultCode> results = new ArrayList<>();
    inFlight.forEach(export -> results.add(export.result()));
    return CompletableResultCode.ofAll(results);
  }

  /**
   * Lets exports under way finish for up to five seconds, cancels those that have not, and ends the
   * exporter's threads. Exports from now on fail. Further calls answer the same result.
   *
   * <p>Before Java 21 the HTTP client cannot be closed: its one daemon thread ends by itself some
   * seconds after the garbage collector found the exporter unused.
   *
   * @return a failure if an export had to be cancelled, whose points were dropped
   */
  @Override
  public CompletableResultCode shutdown() {
    CompletableResultCode result = new CompletableResultCode();
    if (!shutdownResult.compareAndSet(null, result)) {
      return shutdownResult.get();
    }
    List<CompletableResultCode> pending = new ArrayList<>();
    inFlight.forEach(export -> pending.add(export.result()));
    if (pending.isEmpty()) {
      closeThreads();
      result.succeed();
    } else {
      threads.execute(() -> awaitAndClose(CompletableResultCode.ofAll(pending), result));
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

  /** The configuration, without the values of headers. */
  @Override
  public String toString() {
    return description;
  }

  private CompletableResultCode send(Export export) {
    inFlight.add(export);
    // After the add: either a shutdown at the same time sees the export, or this sees it.
    if (shutdownResult.get() != null) {
      export.abandon(ExportFailure.shutdown());
    } else if (inFlight.size() > MAX_IN_FLIGHT) {
      export.abandon(ExportFailure.tooManyInFlight(MAX_IN_FLIGHT));
    } else {
      try {
        threads.execute(() -> Untraced.run(export));
      } catch (RejectedExecutionException e) {
        export.abandon(ExportFailure.shutdown());
      }
    }
    return export.result();
  }

  private void awaitAndClose(CompletableResultCode pending, CompletableResultCode result) {
    pending.join(Deadline.nanos(shutdownGrace), TimeUnit.NANOSECONDS);
    // A delivery that failed by itself has said so; only one that is cut off is news.
    boolean allEnded = pending.isDone();
    closeThreads();
    // Closing interrupts this thread too; the cancelled exports still get to report their end.
    Thread.interrupted();
    pending.join(1, TimeUnit.SECONDS);
    if (allEnded) {
      result.succeed();
    } else {
      result.failExceptionally(
          new LoggedFailure(
              "The OTLP exporter was shut down while exports were under way;"
                  + " those not done after "
                  + shutdownGrace.toMillis()
                  + " ms were cancelled and their points dropped"));
    }
  }

  private void closeThreads() {
    threads.shutdownNow();
    transport.close();
  }

  private CompletableResultCode dropped(
      Collection<MetricData> metrics, ExportFailure failure, long startNanos) {
    account(metrics, failure, startNanos);
    return CompletableResultCode.ofExceptionalFailure(
        new LoggedFailure(log.failed(UndeliveredPoints.of(metrics), 0, failure)));
  }

  private void account(Collection<MetricData> metrics, ExportFailure failure, long startNanos) {
    RequestExemplars.in(metrics).enterIn(exemplarOutcomes, Outcome.EXPORT_FAILED);
    int points = telemetry.isOff() ? 0 : UndeliveredPoints.of(metrics).all();
    telemetry.begin(points, startNanos).failed(failure, Attempt.NO_STATUS);
  }

  private String dropped(List<RequestEncoder.TooLarge> tooLarge, long startNanos) {
    ExportFailure failure = ExportFailure.tooLarge(maxRequestSize, tooLarge.get(0).metric());
    int points = 0;
    int delta = 0;
    for (RequestEncoder.TooLarge each : tooLarge) {
      points += each.points().all();
      delta += each.points().delta();
      each.exemplars().enterIn(exemplarOutcomes, Outcome.EXPORT_FAILED);
    }
    telemetry.begin(points, startNanos).failed(failure, Attempt.NO_STATUS);
    return log.failed(new UndeliveredPoints(points, delta), 0, failure);
  }

  private RequestEncoder takeEncoder() {
    RequestEncoder spare = spareEncoder.getAndSet(null);
    return spare != null ? spare : new RequestEncoder(maxRequestSize, compression, isJson);
  }

  private static ThreadFactory threadFactory() {
    return task -> {
      Thread thread = new Thread(task, "glint-otlp-exporter-" + THREAD_NUMBER.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
