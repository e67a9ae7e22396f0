package io.glint.examples.webstore.telemetry;

import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import java.net.URI;
import java.util.concurrent.TimeUnit;

/**
 * The stock SDK beside Glint, for the comparison on the start page. It has the same endpoint
 * implementation in front, default settings as Glint has, and gets the same measurements: only the
 * SDK is another.
 */
public final class StockTelemetry implements AutoCloseable {

  private static final long CLOSE_SECONDS = 5;

  private final OpenMetricsServer endpoint;
  private final SdkMeterProvider meterProvider;

  /** Its endpoint takes any free port of the host. */
  public StockTelemetry(String host) {
    endpoint = OpenMetricsServer.builder().setHost(host).setPort(0).build();
    meterProvider = SdkMeterProvider.builder().registerMetricReader(endpoint).build();
  }

  public Meter meter(String scope) {
    return meterProvider.get(scope);
  }

  public URI metricsAddress(String host) {
    return URI.create("http://" + host + ":" + endpoint.getPort() + "/metrics");
  }

  @Override
  public void close() {
    meterProvider.shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
