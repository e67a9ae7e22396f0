package io.glint.exporter.otlp;

import io.glint.sdk.internal.exporter.ExporterMetrics;
import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.RateLimitedLog;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.MeterProvider;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The exporter's metrics about itself, by the semantic conventions for OpenTelemetry SDK metrics.
 *
 * <p>The meter provider is asked for at an export, as it is usually built after the exporter that
 * it uses. Each export asks whether it is still the same. What goes wrong here is logged and harms
 * no export. Recording an export makes no export: what is recorded goes out with the next one, in a
 * number of points that does not grow. Thread-safe.
 */
final class ExporterTelemetry {
  static final String SCOPE = "io.glint.exporter.otlp";

  private static final AttributeKey<String> RPC_STATUS = AttributeKey.stringKey("rpc.status_code");

  private static final Logger LOGGER = Logger.getLogger(OtlpMetricExporter.class.getName());

  /** The number of exporters so far, by component type, of those that have telemetry. */
  private static final Map<String, AtomicInteger> INSTANCES = new ConcurrentHashMap<>();

  /** Of exports that are not recorded. */
  private static final Operation NOOP = new Operation(null, null, 0, 0);

  /** Null if the telemetry is off. */
  private final @Nullable ExporterMetrics metrics;

  private final Protocol protocol;
  private final RateLimitedLog failures = new RateLimitedLog(LOGGER, Level.WARNING);

  /**
   * Creates the telemetry of one exporter.
   *
   * @param meterProvider may answer null; null itself if the telemetry is off
   */
  ExporterTelemetry(
      @Nullable Supplier<? extends @Nullable MeterProvider> meterProvider,
      Protocol protocol,
      URI endpoint) {
    this.protocol = protocol;
    this.metrics =
        meterProvider == null
            ? null
            : new ExporterMetrics(
                SCOPE, meterProvider, component(protocol.componentType(), endpoint));
  }

  private static Attributes component(String type, URI endpoint) {
    final int instance =
        INSTANCES.computeIfAbsent(type, unused -> new AtomicInteger()).getAndIncrement();
    int port = endpoint.getPort();
    if (port < 0) {
      port = endpoint.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }
    // An IPv6 address has brackets in a URL.
    final String host = endpoint.getHost().replaceAll("[\\[\\]]", "");
    return ExporterMetrics.component(type, instance, host, port);
  }

  boolean isOff() {
    return metrics == null;
  }

  /**
   * Tells that an export begins, whose points are under way from now on.
   *
   * @param startNanos when it was handed over, by {@link System#nanoTime}
   */
  Operation begin(int points, long startNanos) {
    if (metrics == null || points == 0) {
      return NOOP;
    }
    try {
      final ExporterMetrics.Instruments current = metrics.instruments();
      if (current == null) {
        return NOOP;
      }
      current.began(points);
      return new Operation(this, current, points, startNanos);
    } catch (RuntimeException e) {
      failed(e);
      return NOOP;
    }
  }

  private Attributes answer(int status) {
    if (status == Attempt.NO_STATUS) {
      return Attributes.empty();
    }
    return protocol.isHttp()
        ? Attributes.of(ExporterMetrics.HTTP_STATUS, (long) status)
        : Attributes.of(RPC_STATUS, GrpcTransport.nameOf(status));
  }

  private void failed(RuntimeException e) {
    failures.event(
        null,
        () ->
            "The OTLP exporter could not record metrics about itself: "
                + LogText.of(e, ExportFailure.MAX_CHARS)
                + ". The export is not affected. Check the supplier given to setMeterProvider.");
  }

  /** One export with all its attempts. Ends once, on any thread. */
  static final class Operation {
    private final @Nullable ExporterTelemetry telemetry;
    private final ExporterMetrics.@Nullable Instruments instruments;
    private final int points;
    private final long startNanos;

    private Operation(
        @Nullable ExporterTelemetry telemetry,
        ExporterMetrics.@Nullable Instruments instruments,
        int points,
        long startNanos) {
      this.telemetry = telemetry;
      this.instruments = instruments;
      this.points = points;
      this.startNanos = startNanos;
    }

    /**
     * Tells that the server took the request.
     *
     * @param rejected how many of the points it says it did not take
     */
    void succeeded(int status, long rejected) {
      end(Math.max(0, Math.min(rejected, points)), "rejected", status);
    }

    /**
     * Tells that points were not delivered.
     *
     * @param lost how many
     * @param status what the server answered to the last attempt, or {@link Attempt#NO_STATUS}
     */
    void failed(ExportFailure failure, long lost, int status) {
      end(Math.min(lost, points), failure.errorType(), status);
    }

    private void end(long lost, String errorType, int status) {
      if (telemetry == null || instruments == null) {
        return;
      }
      try {
        instruments.ended(
            points,
            points - lost,
            lost,
            errorType,
            lost > 0,
            telemetry.answer(status),
            System.nanoTime() - startNanos);
      } catch (RuntimeException e) {
        telemetry.failed(e);
      }
    }
  }
}
