package io.glint.exporter.openmetrics;

import io.glint.sdk.internal.exporter.ExporterMetrics;
import io.glint.sdk.internal.log.ProblemLog;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.MeterProvider;
import java.net.InetSocketAddress;
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

  private static final String COMPONENT_TYPE = "prometheus_http_text_metric_exporter";

  /** Of points that the text formats cannot carry. */
  private static final String LEFT_OUT = "left_out";

  private static final AtomicInteger INSTANCES = new AtomicInteger();

  /** Null if the telemetry is off. */
  private final @Nullable ExporterMetrics metrics;

  private final ProblemLog log;

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
    this.log = log;
    metrics =
        meterProvider == null
            ? null
            : new ExporterMetrics(SCOPE, meterProvider, component(address));
  }

  private static Attributes component(@Nullable InetSocketAddress address) {
    final String host = address == null ? null : address.getAddress().getHostAddress();
    final int port = address == null ? 0 : address.getPort();
    return ExporterMetrics.component(COMPONENT_TYPE, INSTANCES.getAndIncrement(), host, port);
  }

  /** Tells that a scrape is about to collect. */
  Operation begin() {
    ExporterMetrics.Instruments current = null;
    try {
      current = metrics == null ? null : metrics.instruments();
    } catch (RuntimeException e) {
      failed(e);
    }
    return new Operation(current);
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

  /** One scrape. Used by one thread. */
  final class Operation {
    private final long startNanos = System.nanoTime();

    /** Null if nobody is told, and after the end. */
    private ExporterMetrics.@Nullable Instruments instruments;

    private int points;

    /** Those of the points that the scraper asked for. */
    private int wanted;

    private int written;

    private Operation(ExporterMetrics.@Nullable Instruments instruments) {
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
        instruments.began(points);
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
      final ExporterMetrics.Instruments current = instruments;
      if (current == null) {
        return;
      }
      instruments = null;
      try {
        current.ended(
            points,
            wanted - lost,
            lost,
            errorType,
            lost > 0 || status != 200,
            status == 0
                ? Attributes.empty()
                : Attributes.of(ExporterMetrics.HTTP_STATUS, (long) status),
            System.nanoTime() - startNanos);
      } catch (RuntimeException e) {
        ScrapeTelemetry.this.failed(e);
      }
    }
  }
}
