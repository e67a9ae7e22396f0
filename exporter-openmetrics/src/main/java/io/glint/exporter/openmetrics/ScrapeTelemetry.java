package io.glint.exporter.openmetrics;

import io.glint.sdk.internal.log.ProblemLog;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.context.Context;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The endpoint's metrics about itself, by the semantic conventions for OpenTelemetry SDK metrics;
 * an export is the answer to a scrape.
 *
 * <p>The meter provider is asked for at a scrape, as it is built after the reader that it is read
 * by. Each scrape asks whether it is still the same. What goes wrong here is logged and harms no
 * scrape. What is recorded is read by the next scrape, in a number of points that does not grow.
 * Thread-safe.
 */
final class ScrapeTelemetry {
  static final String SCOPE = "io.glint.exporter.openmetrics";

  private static final AttributeKey<String> TYPE = AttributeKey.stringKey("otel.component.type");
  private static final AttributeKey<String> NAME = AttributeKey.stringKey("otel.component.name");
  private static final AttributeKey<String> ADDRESS = AttributeKey.stringKey("server.address");
  private static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
  private static final AttributeKey<Long> STATUS =
      AttributeKey.longKey("http.response.status_code");

  private static final String COMPONENT_TYPE = "prometheus_http_text_metric_exporter";

  /** Of points that the text formats cannot carry. */
  private static final String LEFT_OUT = "left_out";

  private static final AtomicInteger INSTANCES = new AtomicInteger();

  private final @Nullable Supplier<? extends @Nullable MeterProvider> meterProvider;
  private final Attributes component;
  private final ProblemLog log;
  private volatile @Nullable Instruments instruments;

  /**
   * Creates the telemetry of one reader.
   *
   * @param meterProvider may answer null; null itself if the telemetry is off
   * @param address where it is scraped; null if it is not known
   */
  ScrapeTelemetry(
      @Nullable Supplier<? extends @Nullable MeterProvider> meterProvider,
      @Nullable InetSocketAddress address,
      ProblemLog log) {
    this.meterProvider = meterProvider;
    this.log = log;
    component = meterProvider == null ? Attributes.empty() : component(address);
  }

  private static Attributes component(@Nullable InetSocketAddress address) {
    AttributesBuilder attributes =
        Attributes.builder()
            .put(TYPE, COMPONENT_TYPE)
            .put(NAME, COMPONENT_TYPE + "/" + INSTANCES.getAndIncrement());
    if (address != null) {
      attributes
          .put(ADDRESS, address.getAddress().getHostAddress())
          .put(PORT, (long) address.getPort());
    }
    return attributes.build();
  }

  /** Tells that a scrape is about to collect. */
  Operation begin() {
    Instruments current = null;
    try {
      current = instruments();
    } catch (RuntimeException e) {
      failed(e);
    }
    return new Operation(current);
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

  private void failed(RuntimeException e) {
    log.warn(
        "telemetry",
        e.getClass().getName(),
        () ->
            "The OpenMetrics endpoint could not record metrics about itself. The scrape is not"
                + " affected. Check the supplier given to setMeterProvider.",
        e);
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

  /** One scrape. Used by one thread. */
  final class Operation {
    private final long startNanos = System.nanoTime();

    /** Null if nobody is told, and after the end. */
    private @Nullable Instruments instruments;

    private int points;

    /** Those of the points that the scraper asked for. */
    private int wanted;

    private int written;

    private Operation(@Nullable Instruments instruments) {
      this.instruments = instruments;
    }

    /** Tells how many points the collection has. */
    void collected(int newPoints) {
      if (instruments == null) {
        return;
      }
      points = newPoints;
      wanted = points;
      try {
        instruments.inflight.add(points, component, Context.root());
      } catch (RuntimeException e) {
        ScrapeTelemetry.this.failed(e);
      }
    }

    /** Tells how many of the points are in the answer, and how many need not be. */
    void written(int inAnswer, int notAskedFor) {
      written = inAnswer;
      wanted = points - notAskedFor;
    }

    /** Tells that the answer was sent. */
    void succeeded() {
      end(wanted - written, LEFT_OUT, 200);
    }

    /**
     * Tells that the scraper got no points. Without effect after the end.
     *
     * @param status what was answered, 0 if nothing or not all of it
     */
    void failed(String errorType, int status) {
      end(wanted, errorType, status);
    }

    private void end(long lost, String errorType, int status) {
      Instruments current = instruments;
      if (current == null) {
        return;
      }
      instruments = null;
      try {
        boolean isError = lost > 0 || status != 200;
        Attributes error = component.toBuilder().put(ERROR, errorType).build();
        if (points > 0) {
          current.inflight.add(-points, component, Context.root());
        }
        if (lost < wanted) {
          current.exported.add(wanted - lost, component, Context.root());
        }
        if (lost > 0) {
          current.exported.add(lost, error, Context.root());
        }
        AttributesBuilder operation = (isError ? error : component).toBuilder();
        if (status != 0) {
          operation.put(STATUS, (long) status);
        }
        current.duration.record(
            (System.nanoTime() - startNanos) / 1e9, operation.build(), Context.root());
      } catch (RuntimeException e) {
        ScrapeTelemetry.this.failed(e);
      }
    }
  }
}
