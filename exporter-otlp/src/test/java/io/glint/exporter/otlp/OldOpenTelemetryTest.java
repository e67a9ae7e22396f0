package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.glint.sdk.GlintMeterProvider;
import io.glint.testing.OtlpServer;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With a version of OpenTelemetry that has no senders, everything else works. */
@Timeout(60)
class OldOpenTelemetryTest {
  static boolean hasSenders() {
    try {
      Class.forName("io.opentelemetry.sdk.common.export.GrpcSenderProvider");
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http/protobuf", "http/json"})
  void httpWorks(String protocol) {
    final InMemoryMetricReader reader = InMemoryMetricReader.create();
    try (GlintMeterProvider provider =
            GlintMeterProvider.builder().registerMetricReader(reader).build();
        OtlpServer server = new OtlpServer();
        OtlpMetricExporter exporter =
            OtlpMetricExporter.builder()
                .setProtocol(protocol)
                .setEndpoint(server.url("/v1/metrics"))
                .build()) {
      provider.get("meter").histogramBuilder("histogram").build().record(7);
      assertThat(exporter.export(reader.collectAllMetrics()).join(20, TimeUnit.SECONDS).isSuccess())
          .isTrue();
      assertThat(server.received).hasSize(1);
    }
  }

  @Test
  @DisabledIf("hasSenders")
  void whatNeedsASenderSaysWhichVersionHasThem() {
    assertThatIllegalStateException()
        .isThrownBy(() -> OtlpMetricExporter.builder().setProtocol("grpc").build())
        .withMessageContainingAll("gRPC", "OpenTelemetry 1.59.0 or newer", "http/protobuf");
    assertThatIllegalStateException()
        .isThrownBy(() -> OtlpMetricExporter.builder().setSenderProvider("any").build())
        .withMessageContainingAll("HTTP client", "1.59.0 or newer", "setSenderProvider");
  }
}
