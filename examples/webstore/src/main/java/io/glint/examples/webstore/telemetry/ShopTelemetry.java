package io.glint.examples.webstore.telemetry;

import io.glint.examples.webstore.traces.TraceStore;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.net.URI;
import java.util.Collection;
import java.util.Set;

/**
 * What the shop records with, and what the start page and the console get of it. {@link Telemetry}
 * sets it up in code. {@link AgentTelemetry} takes what the Java agent has set up.
 */
public interface ShopTelemetry extends AutoCloseable {

  OpenTelemetry openTelemetry();

  TraceStore traces();

  URI metricsAddress(String host);

  /** What happened since the last call. */
  Collection<MetricData> sinceLastTime();

  /** Somebody has scraped the metrics endpoint, whose exemplars lead to these traces. */
  void scraped(Set<String> traceIds);

  @Override
  void close();
}
