package io.glint.autoconfigure;

import io.glint.testing.LogCapture;
import io.glint.testing.OtlpServer;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A global OpenTelemetry that a declarative configuration file has made, a receiver of OTLP for its
 * metrics, and what is logged meanwhile.
 */
final class ConfiguredByFile implements AutoCloseable {
  private static final String FILE_PROPERTY = "otel.config.file";

  final OtlpServer receiver = new OtlpServer();
  final LogCapture log = new LogCapture(GlintAutoConfiguration.class);
  private final Path file;
  private OpenTelemetrySdk sdk;

  /** Makes none yet. */
  ConfiguredByFile() {
    GlobalOpenTelemetry.resetForTest();
    try {
      file = Files.createTempFile("otel", ".yaml");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One reader, which exports to the receiver at the end only; more keys of it may follow. */
  String meterProvider() {
    return """
        meter_provider:
          readers:
            - periodic:
                interval: 3600000
                exporter:
                  otlp_http: {endpoint: "%s"}
        """
        .formatted(receiver.url("/v1/metrics"));
  }

  /**
   * Makes it.
   *
   * @param text of the file, without its format
   */
  OpenTelemetrySdk make(String text) {
    write(text);
    sdk =
        AutoConfiguredOpenTelemetrySdk.builder()
            .disableShutdownHook()
            .setResultAsGlobal()
            .build()
            .getOpenTelemetrySdk();
    return sdk;
  }

  /** As {@link #make}, but does not make it the global one, so that nothing is taken over. */
  OpenTelemetrySdk makeStock(String text) {
    write(text);
    sdk =
        AutoConfiguredOpenTelemetrySdk.builder()
            .disableShutdownHook()
            .build()
            .getOpenTelemetrySdk();
    return sdk;
  }

  /**
   * Writes the file, and makes nothing of it.
   *
   * @param text of the file, without its format
   */
  void write(String text) {
    try {
      Files.writeString(file, "file_format: \"1.0\"\n" + text);
      System.setProperty(FILE_PROPERTY, file.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of the global OpenTelemetry. */
  Meter meter() {
    return GlobalOpenTelemetry.getMeter("application");
  }

  /** Ends it, with a last export. */
  void end() {
    sdk.close();
  }

  /** Ends it, and returns the last metric of each name that the receiver got. */
  Map<String, Metric> exported() {
    end();
    return receiver.metrics();
  }

  @Override
  public void close() {
    System.clearProperty(FILE_PROPERTY);
    if (sdk != null) {
      sdk.close();
    }
    GlobalOpenTelemetry.resetForTest();
    receiver.close();
    log.close();
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
