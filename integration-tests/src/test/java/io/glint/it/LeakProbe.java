package io.glint.it;

import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.exporter.otlp.OtlpMetricExporter;
import io.glint.sdk.GlintMeterProvider;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The life of an application that uses all of Glint. Loaded by a class loader of its own. */
public final class LeakProbe implements Runnable {

  /** Sets up, records on this thread and another one, collects and closes. */
  @Override
  public void run() {
    final GlintMeterProvider provider =
        GlintMeterProvider.builder()
            .registerMetricReader(OpenMetricsServer.builder().setPort(0).build())
            .registerMetricReader(
                PeriodicMetricReader.builder(
                        OtlpMetricExporter.builder()
                            // Nobody listens there: exporting fails, which is life, too.
                            .setEndpoint("http://127.0.0.1:1/v1/metrics")
                            .setTimeout(Duration.ofSeconds(1))
                            .build())
                    .setInterval(Duration.ofMillis(50))
                    .build())
            .build();
    final Meter meter = provider.get("leak");
    final LongCounter counter = meter.counterBuilder("counter").build();
    meter.gaugeBuilder("gauge").buildWithCallback(gauge -> gauge.record(1));
    record(counter);
    final Thread recorder = new Thread(() -> record(counter));
    recorder.start();
    try {
      recorder.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    provider.forceFlush().join(10, TimeUnit.SECONDS);
    provider.close();
  }

  private static void record(LongCounter counter) {
    for (long i = 0; i < 5_000; i++) {
      counter.add(1, Attributes.of(AttributeKey.longKey("key"), i));
    }
  }
}
