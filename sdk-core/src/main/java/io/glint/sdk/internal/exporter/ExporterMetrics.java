package io.glint.sdk.internal.exporter;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.context.Context;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of an exporter about itself, by the semantic conventions for OpenTelemetry SDK
 * metrics.
 *
 * <p>The meter provider is asked for at each export, as it is usually built after the exporter that
 * it uses; each time it may be another one. Whatever it throws comes out of the methods here.
 * Thread-safe.
 */
public final class ExporterMetrics {
  /** What an HTTP server has answered. */
  public static final AttributeKey<Long> HTTP_STATUS =
      AttributeKey.longKey("http.response.status_code");

  private static final AttributeKey<String> TYPE = AttributeKey.stringKey("otel.component.type");
  private static final AttributeKey<String> NAME = AttributeKey.stringKey("otel.component.name");
  private static final AttributeKey<String> ADDRESS = AttributeKey.stringKey("server.address");
  private static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

  private final String scope;
  private final Supplier<? extends @Nullable MeterProvider> meterProvider;
  private final Attributes component;
  private volatile @Nullable Instruments instruments;

  /**
   * The metrics of one exporter.
   *
   * @param scope name of the meter
   * @param meterProvider may answer null: then nothing is recorded
   * @param component which exporter it is
   */
  public ExporterMetrics(
      String scope,
      Supplier<? extends @Nullable MeterProvider> meterProvider,
      Attributes component) {
    this.scope = scope;
    this.meterProvider = meterProvider;
    this.component = component;
  }

  /**
   * Which exporter it is.
   *
   * @param instance how many of its type there were before
   * @param address where it exports to, or listens; null if that is not known
   */
  public static Attributes component(
      String type, int instance, @Nullable String address, int port) {
    final AttributesBuilder attributes =
        Attributes.builder().put(TYPE, type).put(NAME, type + "/" + instance);
    if (address != null) {
      attributes.put(ADDRESS, address).put(PORT, (long) port);
    }
    return attributes.build();
  }

  /** Those of the present meter provider; null if there is none. */
  public @Nullable Instruments instruments() {
    final MeterProvider provider = meterProvider.get();
    if (provider == null) {
      return null;
    }
    final Instruments known = instruments;
    if (known != null && known.provider == provider) {
      return known;
    }
    final Instruments made = new Instruments(provider, provider.get(scope), component);
    instruments = made;
    return made;
  }

  /** The instruments of one meter provider. */
  public static final class Instruments {
    private final MeterProvider provider;
    private final Attributes component;
    private final LongUpDownCounter inflight;
    private final LongCounter exported;
    private final DoubleHistogram duration;

    private Instruments(MeterProvider provider, Meter meter, Attributes component) {
      this.provider = provider;
      this.component = component;
      this.inflight =
          meter
              .upDownCounterBuilder("otel.sdk.exporter.metric_data_point.inflight")
              .setUnit("{data_point}")
              .setDescription(
                  "The number of metric data points which were passed to the exporter, but that have"
                      + " not been exported yet (neither successful, nor failed).")
              .build();
      this.exported =
          meter
              .counterBuilder("otel.sdk.exporter.metric_data_point.exported")
              .setUnit("{data_point}")
              .setDescription(
                  "The number of metric data points for which the export has finished, either"
                      + " successful or failed.")
              .build();
      // As the stock SDK: no buckets, but count, sum, minimum and maximum.
      this.duration =
          meter
              .histogramBuilder("otel.sdk.exporter.operation.duration")
              .setUnit("s")
              .setDescription("The duration of exporting a batch of telemetry records.")
              .setExplicitBucketBoundariesAdvice(List.of())
              .build();
    }

    /** Records that an export of so many points has begun. */
    public void began(int points) {
      inflight.add(points, component, Context.root());
    }

    /**
     * Records that an export has ended.
     *
     * @param points as {@link #began} was told; 0 if it was not
     * @param delivered points that have arrived
     * @param lost points that have not
     * @param errorType why they have not, or why the export has failed
     * @param isFailed whether the export as a whole counts as failed
     * @param answer attributes of the answer; empty if there was none
     * @param nanos how long the export has taken
     */
    public void ended(
        int points,
        long delivered,
        long lost,
        String errorType,
        boolean isFailed,
        Attributes answer,
        long nanos) {
      final Attributes error = component.toBuilder().put(ERROR, errorType).build();
      if (points > 0) {
        inflight.add(-points, component, Context.root());
      }
      if (delivered > 0) {
        exported.add(delivered, component, Context.root());
      }
      if (lost > 0) {
        exported.add(lost, error, Context.root());
      }
      duration.record(
          nanos / 1e9,
          (isFailed ? error : component).toBuilder().putAll(answer).build(),
          Context.root());
    }
  }
}
