package io.glint.sdk;

import io.glint.sdk.internal.async.CallbackRunner;
import io.glint.sdk.internal.diagnostics.InternalTelemetry;
import io.glint.sdk.internal.export.ReaderFanOut;
import io.glint.sdk.internal.exporter.DaemonThreads;
import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.SafeLog;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.logs.LoggerProvider;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.common.CompletableResultCode;
import java.io.Closeable;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * An {@link OpenTelemetry} with the metrics of Glint and everything else of another one. It takes
 * the place of the stock {@code OpenTelemetrySdk}, which accepts no other meter provider than its
 * own:
 *
 * <pre>{@code
 * GlintOpenTelemetry openTelemetry =
 *     GlintOpenTelemetry.builder()                // was: OpenTelemetrySdk.builder()
 *         .setTracerProvider(tracerProvider)
 *         .setMeterProvider(
 *             GlintMeterProvider.builder()        // was: SdkMeterProvider.builder()
 *                 .registerMetricReader(reader)
 *                 .build())
 *         .buildAndRegisterGlobal();
 * }</pre>
 *
 * <p>It is an {@code ExtendedOpenTelemetry} where opentelemetry-api-incubator is on the class path,
 * with the configuration of the other one. Thread-safe.
 */
public class GlintOpenTelemetry implements OpenTelemetry, Closeable {
  private static final Logger LOGGER = Logger.getLogger(GlintOpenTelemetry.class.getName());

  /** For the other one, and again for the meter provider, as both say of themselves. */
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

  private final OpenTelemetry others;
  private final GlintMeterProvider meterProvider;
  private final Duration timeout;
  private final AtomicReference<@Nullable CompletableResultCode> shutdown = new AtomicReference<>();

  GlintOpenTelemetry(OpenTelemetry others, GlintMeterProvider meterProvider) {
    this(others, meterProvider, CLOSE_TIMEOUT);
  }

  GlintOpenTelemetry(OpenTelemetry others, GlintMeterProvider meterProvider, Duration timeout) {
    this.others = Objects.requireNonNull(others, "openTelemetry");
    this.meterProvider = Objects.requireNonNull(meterProvider, "meterProvider");
    this.timeout = timeout;
  }

  /**
   * Composes the two.
   *
   * <p>If the other one has a meter provider of its own, that is reported in the log: what was
   * recorded with it before, or by code that holds it, does not come to Glint.
   *
   * @param openTelemetry gives traces, logs, propagators and configuration, usually an {@code
   *     OpenTelemetrySdk}
   * @param meterProvider gives metrics
   * @throws IllegalStateException if OpenTelemetry on the class path is too old; the message says
   *     what to do
   */
  public static GlintOpenTelemetry create(
      OpenTelemetry openTelemetry, GlintMeterProvider meterProvider) {
    final GlintOpenTelemetry composed = replacingMetricsOf(openTelemetry, meterProvider);
    final MeterProvider other = openTelemetry.getMeterProvider();
    if (other != meterProvider && isRecording(other)) {
      SafeLog.log(
          LOGGER,
          Level.WARNING,
          "The OpenTelemetry that was given to GlintOpenTelemetry.create has a meter provider of its"
              + " own, "
              + LogText.of(other.getClass().getName())
              + ". Instruments made from the result are Glint's. Those that were, or will be, made"
              + " from the other one are exported by its own readers, beside Glint. If this is not"
              + " meant, build it without metric readers (in autoconfiguration:"
              + " otel.metrics.exporter=none), and hand out only the result.",
          null);
    }
    return composed;
  }

  /**
   * As {@link #create}, for integrations that have taken over the metrics of the other one: nothing
   * is said about its meter provider.
   *
   * @param openTelemetry gives traces, logs, propagators and configuration
   * @param meterProvider gives metrics
   * @throws IllegalStateException if OpenTelemetry on the class path is too old; the message says
   *     what to do
   */
  public static GlintOpenTelemetry replacingMetricsOf(
      OpenTelemetry openTelemetry, GlintMeterProvider meterProvider) {
    OpenTelemetryVersion.requireSupported();
    try {
      return ExtendedGlintOpenTelemetry.of(openTelemetry, meterProvider);
    } catch (LinkageError e) {
      // Without opentelemetry-api-incubator, or with one before 1.50.
      return new GlintOpenTelemetry(openTelemetry, meterProvider);
    }
  }

  /** A provider without readers, as an SDK has if none was set, hands out the API's own meters. */
  private static boolean isRecording(MeterProvider provider) {
    try {
      return provider.get(InternalTelemetry.SCOPE).getClass()
          != MeterProvider.noop().get(InternalTelemetry.SCOPE).getClass();
    } catch (RuntimeException e) {
      return true;
    }
  }

  /**
   * Starts one that is put together from providers, with the methods of {@code
   * OpenTelemetrySdk.builder()}.
   *
   * @throws IllegalStateException without the artifact opentelemetry-sdk on the class path, or if
   *     OpenTelemetry there is too old; the message says what to do
   */
  public static GlintOpenTelemetryBuilder builder() {
    OpenTelemetryVersion.requireSupported();
    if (!StockSdk.isComplete()) {
      throw new IllegalStateException(
          "GlintOpenTelemetry.builder() needs io.opentelemetry:opentelemetry-sdk on the class path."
              + " Add it, in the version of the other OpenTelemetry artifacts; or use"
              + " GlintOpenTelemetry.create, which does without.");
    }
    return new GlintOpenTelemetryBuilder();
  }

  @Override
  public TracerProvider getTracerProvider() {
    return others.getTracerProvider();
  }

  @Override
  public GlintMeterProvider getMeterProvider() {
    return meterProvider;
  }

  @Override
  public LoggerProvider getLogsBridge() {
    return others.getLogsBridge();
  }

  @Override
  public ContextPropagators getPropagators() {
    return others.getPropagators();
  }

  final OpenTelemetry others() {
    return others;
  }

  /**
   * Shuts down the other one, if it can be closed, and then the meter provider, which collects and
   * exports a last time: so what processors of spans and logs record about their own end is there.
   * The meter provider's turn comes after ten seconds at the latest. Returns at once; threads of
   * its own do it.
   *
   * @return completes when both are shut down; failed if one of them fails. Later calls do nothing
   *     and return the same result.
   */
  public CompletableResultCode shutdown() {
    final CompletableResultCode result = new CompletableResultCode();
    final CompletableResultCode before = shutdown.compareAndExchange(null, result);
    if (before != null) {
      return before;
    }
    final CompletableResultCode ofOthers = new CompletableResultCode();
    start("glint-shutdown-others", () -> shutdownOthers(ofOthers));
    start("glint-shutdown", () -> shutdownMetricsAfter(ofOthers, result));
    return result;
  }

  private static void start(String name, Runnable task) {
    // It must not keep an application's class loader alive.
    DaemonThreads.newThread(name, /* contextClassLoader= */ null, task).start();
  }

  private void shutdownOthers(CompletableResultCode result) {
    try {
      final CompletableResultCode ofSdk = StockSdk.shutdown(others);
      if (ofSdk != null) {
        ofSdk.whenComplete(() -> ReaderFanOut.pass(ofSdk, result));
        return;
      }
      if (others instanceof AutoCloseable closeable) {
        closeable.close();
      }
      result.succeed();
    } catch (Throwable t) {
      SafeLog.log(
          LOGGER,
          Level.WARNING,
          "Traces and logs could not be shut down, what they have not exported may be lost. Metrics"
              + " shut down nevertheless.",
          t);
      result.fail();
    }
  }

  private void shutdownMetricsAfter(CompletableResultCode ofOthers, CompletableResultCode result) {
    ofOthers.join(timeout.toMillis(), TimeUnit.MILLISECONDS);
    if (!ofOthers.isDone()) {
      SafeLog.log(
          LOGGER,
          Level.WARNING,
          "Traces and logs have not shut down within "
              + timeout.toMillis()
              + " ms. They go on in the background; metrics shut down now.",
          null);
    }
    final boolean haveOthersSucceeded = ofOthers.isSuccess();
    final CompletableResultCode ofMetrics = meterProvider.shutdown();
    ofMetrics.whenComplete(
        () -> {
          if (haveOthersSucceeded) {
            ReaderFanOut.pass(ofMetrics, result);
          } else {
            result.fail();
          }
        });
  }

  /**
   * {@linkplain #shutdown Shuts down} and waits for it, for at most twenty seconds. From a callback
   * of an asynchronous instrument, it does not wait.
   */
  @Override
  public void close() {
    final CompletableResultCode result = shutdown();
    if (!CallbackRunner.isAnyRunByCurrentThread()) {
      result.join(2 * timeout.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public final String toString() {
    return "GlintOpenTelemetry{others=" + others + ", meterProvider=" + meterProvider + "}";
  }
}
