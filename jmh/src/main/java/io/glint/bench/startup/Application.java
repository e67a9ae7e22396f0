package io.glint.bench.startup;

import io.glint.bench.tool.ChildJvm;
import io.glint.exporter.otlp.OtlpMetricExporter;
import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintPeriodicMetricReader;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import java.io.Closeable;

/** What is started: it counts once and ends, which exports the point. The parent takes the time. */
public final class Application {
  private static final String PROVIDER = "provider";

  private Application() {}

  /** Entry point: way, SDK, URL to export to. */
  public static void main(String[] args) throws Exception {
    final MeterProvider provider =
        switch (Way.valueOf(args[0])) {
          case PLAIN -> args[1].equals("GLINT") ? Plain.glint(args[2]) : Plain.stock(args[2]);
          case AUTOCONFIGURE -> AutoConfigured.provider();
          case AGENT -> GlobalOpenTelemetry.getMeterProvider();
          case BOOT, BOOT_STARTER ->
              throw new IllegalArgumentException("started by SpringApplication");
        };
    provider.get("application").counterBuilder("started").build().add(1);
    if (provider instanceof Closeable closeable && args[0].equals(Way.PLAIN.name())) {
      closeable.close();
    }
    ChildJvm.tell(PROVIDER, provider.getClass().getSimpleName());
    ProcessorTime.tell();
  }

  /** Apart, so that neither way loads what the other one needs. */
  private static final class AutoConfigured {
    private AutoConfigured() {}

    static MeterProvider provider() {
      final var unused = AutoConfiguredOpenTelemetrySdk.initialize();
      return GlobalOpenTelemetry.getMeterProvider();
    }
  }

  private static final class Plain {
    private Plain() {}

    static MeterProvider stock(String url) {
      return SdkMeterProvider.builder()
          .registerMetricReader(
              PeriodicMetricReader.create(
                  OtlpHttpMetricExporter.builder().setEndpoint(url).build()))
          .build();
    }

    static MeterProvider glint(String url) {
      return GlintMeterProvider.builder()
          .registerMetricReader(
              GlintPeriodicMetricReader.create(
                  OtlpMetricExporter.builder().setEndpoint(url).build()))
          .build();
    }
  }
}
