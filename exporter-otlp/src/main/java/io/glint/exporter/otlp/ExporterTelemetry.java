package io.glint.exporter.otlp;

import io.glint.sdk.internal.log.LogText;
import io.glint.sdk.internal.log.RateLimitedLog;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.context.Context;
import java.net.URI;
import java.util.List;
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

  private static final AttributeKey<String> TYPE = AttributeKey.stringKey("otel.component.type");
  private static final AttributeKey<String> NAME = AttributeKey.stringKey("otel.component.name");
  private static final AttributeKey<String> ADDRESS = AttributeKey.stringKey("server.address");
  private static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
  private static final AttributeKey<Long> HTTP_STATUS =
      AttributeKey.longKey("http.response.status_code");
  private static final AttributeKey<String> RPC_STATUS = AttributeKey.stringKey("rpc.status_code");

  private static final Logger LOGGER = Logger.getLogger(OtlpMetricExporter.class.getName());

  /** The number of exporters so far, by component type, of those that have telemetry. */
  private static final Map<String, AtomicInteger> INSTANCES = new ConcurrentHashMap<>();

  /** Of exports that nobody is told about. */
  private static final Operation NOT_TOLD = new Operation(null, null, 0, 0);

  private final @Nullable Supplier<? extends @Nullable MeterProvider> meterProvider;
  private final Protocol protocol;
  private final Attributes component;
  private final RateLimitedLog failures = new RateLimitedLog(LOGGER, Level.WARNING);
  private volatile @Nullable Instruments instruments;

  /**
   * Creates the telemetry of one exporter.
   *
   * @param meterProvider may answer null; null itself if the telemetry is off
   */
  ExporterTelemetry(
      @Nullable Supplier<? extends @Nullable MeterProvider> meterProvider,
      Protocol protocol,
      URI endpoint) {
    this.meterProvider = meterProvider;
    this.protocol = protocol;
    this.component =
        meterProvider == null ? Attributes.empty() : component(protocol.componentType(), endpoint);
  }

  private static Attributes component(String type, URI endpoint) {
    int instance = INSTANCES.computeIfAbsent(type, unused -> new AtomicInteger()).getAndIncrement();
    int port = endpoint.getPort();
    if (port < 0) {
      port = endpoint.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }
    // An IPv6 address has brackets in a URL.
    String host = endpoint.getHost().replaceAll("[\\[\\]]", "");
    return Attributes.of(TYPE, type, NAME, type + "/" + instance, ADDRESS, host, PORT, (long) port);
  }

  boolean isOff() {
    return meterProvider == null;
  }

  /**
   * Tells that an export begins, whose points are under way from now on.
   *
   * @param startNanos when it was handed over, by {@link System#nanoTime}
   */
  Operation begin(int points, long startNanos) {
    if (isOff() || points == 0) {
      return NOT_TOLD;
    }
    try {
      Instruments current = instruments();
      if (current == null) {
        return NOT_TOLD;
      }
      current.inflight.add(points, component, Context.root());
      return new Operation(this, current, points, startNanos);
    } catch (RuntimeException e) {
      failed(e);
      return NOT_TOLD;
    }
  }

  private @Nullable Instruments instruments() {
    MeterProvider provider = meterProvider == null ? null : meterProvider.get();
    Instruments known = instruments;
    if (provider == null) {
      return null;
    }
    if (known != null && known.provider == provider) {
      return known;
    }
    Instruments made = Instruments.of(provider);
    instruments = made;
    return made;
  }

  private void putStatus(AttributesBuilder operation, int status) {
    if (protocol.isHttp()) {
      operation.put(HTTP_STATUS, (long) status);
    } else {
      operation.put(RPC_STATUS, GrpcTransport.nameOf(status));
    }
  }

  private void failed(RuntimeException e) {
    failures.event(
        null,
        () ->
            "The OTLP exporter could not record metrics about itself: "
                + LogText.of(e, ExportFailure.MAX_CHARS)
                + ". The export is not affected. Check the supplier given to setMeterProvider.");
  }

  private record Instruments(
      MeterProvider provider,
      LongUpDownCounter inflight,
      LongCounter exported,
      DoubleHistogram duration) {
    static Instruments of(MeterProvider provider) {
      Meter meter = provider.get(SCOPE);
      return new Instruments(
          provider,
          meter
              .upDownCounterBuilder("otel.sdk.exporter.metric_data_point.inflight")
              .setUnit("{data_point}")
              .setDescription(
                  "The number of metric data points which were passed to the exporter, but that have"
                      + " not been exported yet (neither successful, nor failed).")
              .build(),
          meter
              .counterBuilder("otel.sdk.exporter.metric_data_point.exported")
              .setUnit("{data_point}")
              .setDescription(
                  "The number of metric data points for which the export has finished, either"
                      + " successful or failed.")
              .build(),
          // As the stock SDK: no buckets, but count, sum, minimum and maximum.
          meter
              .histogramBuilder("otel.sdk.exporter.operation.duration")
              .setUnit("s")
              .setDescription("The duration of exporting a batch of telemetry records.")
              .setExplicitBucketBoundariesAdvice(List.of())
              .build());
    }
  }

  /** One export with all its attempts. Ends once, on any thread. */
  static final class Operation {
    private final @Nullable ExporterTelemetry telemetry;
    private final @Nullable Instruments instruments;
    private final int points;
    private final long startNanos;

    private Operation(
        @Nullable ExporterTelemetry telemetry,
        @Nullable Instruments instruments,
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
        Attributes component = telemetry.component;
        Attributes error = component.toBuilder().put(ERROR, errorType).build();
        instruments.inflight.add(-points, component, Context.root());
        if (lost < points) {
          instruments.exported.add(points - lost, component, Context.root());
        }
        if (lost > 0) {
          instruments.exported.add(lost, error, Context.root());
        }
        AttributesBuilder operation = (lost > 0 ? error : component).toBuilder();
        if (status != Attempt.NO_STATUS) {
          telemetry.putStatus(operation, status);
        }
        instruments.duration.record(
            (System.nanoTime() - startNanos) / 1e9, operation.build(), Context.root());
      } catch (RuntimeException e) {
        telemetry.failed(e);
      }
    }
  }
}
