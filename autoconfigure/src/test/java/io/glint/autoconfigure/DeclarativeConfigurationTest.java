package io.glint.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.sdk.GlintMeterProvider;
import io.glint.sdk.GlintOpenTelemetry;
import io.glint.testing.LogCapture;
import io.glint.testing.OtlpServer;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A declarative configuration file, read by the stock auto-configuration. */
@Timeout(60)
class DeclarativeConfigurationTest {
  @TempDir private Path folder;
  private final LogCapture log = new LogCapture(GlintAutoConfiguration.class);
  private OtlpServer receiver;

  @BeforeEach
  void open() throws Exception {
    GlobalOpenTelemetry.resetForTest();
    receiver = new OtlpServer();
  }

  @AfterEach
  void close() {
    System.clearProperty("otel.config.file");
    GlobalOpenTelemetry.resetForTest();
    receiver.close();
    log.close();
  }

  private AutoConfiguredOpenTelemetrySdkBuilder builder() throws Exception {
    final Path file = folder.resolve("otel.yaml");
    Files.writeString(
        file,
        """
        file_format: "1.0"
        resource:
          attributes:
            - name: service.name
              value: shop
        meter_provider:
          readers:
            - periodic:
                interval: 3600000
                exporter:
                  otlp_http:
                    endpoint: %s/v1/metrics
          views:
            - selector:
                instrument_name: requests
              stream:
                name: renamed
                attribute_keys:
                  included: [kept]
          exemplar_filter: always_on
        """
            .formatted(receiver.url("")));
    System.setProperty("otel.config.file", file.toString());
    return AutoConfiguredOpenTelemetrySdk.builder().disableShutdownHook();
  }

  private static void record() {
    GlobalOpenTelemetry.getMeter("application")
        .counterBuilder("requests")
        .build()
        .add(
            1,
            Attributes.of(
                AttributeKey.stringKey("kept"), "a", AttributeKey.stringKey("other"), "b"));
  }

  @Test
  void theGlobalOneHasGlintsMetricsWithReadersViewsAndFilterOfTheFile() throws Exception {
    final OpenTelemetrySdk sdk = builder().setResultAsGlobal().build().getOpenTelemetrySdk();
    assertThat(GlobalOpenTelemetry.getMeterProvider()).isInstanceOf(GlintMeterProvider.class);
    record();
    sdk.close();

    final var point = receiver.metrics().get("renamed").getSum().getDataPoints(0);
    assertThat(point.getAttributesList())
        .extracting(attribute -> attribute.getKey())
        .containsExactly("kept");
    assertThat(point.getExemplarsCount()).isEqualTo(1);
    assertThat(receiver.requests().get(0).getResourceMetrics(0).getResource().getAttributesList())
        .anyMatch(attribute -> attribute.getValue().getStringValue().equals("shop"));
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void whatIsNotToBeGlobalIsComposedOnRequest() throws Exception {
    final OpenTelemetrySdk sdk = builder().build().getOpenTelemetrySdk();
    assertThat(GlintAutoConfiguration.of(sdk)).isInstanceOf(GlintOpenTelemetry.class);
    sdk.close();
  }
}
