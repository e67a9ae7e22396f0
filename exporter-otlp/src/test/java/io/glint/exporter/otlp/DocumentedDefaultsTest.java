package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The defaults that docs/otlp.md names are those of the builder. */
class DocumentedDefaultsTest {
  private final OtlpMetricExporterBuilder builder = OtlpMetricExporter.builder();

  @Test
  void theTableOfSettingsHasTheDefaultsOfTheBuilder() throws IOException {
    final Map<String, String> documented = documented();
    assertThat(documented)
        .containsEntry(
            "`setProtocol`", "`" + builder.protocol + "`; with variables `" + Protocol.GRPC + "`")
        .containsEntry("`setTimeout`", seconds(builder.timeout))
        .containsEntry("`setConnectTimeout`", seconds(builder.connectTimeout))
        .containsEntry("`setRetryPolicy`", inWords(Objects.requireNonNull(builder.retryPolicy)))
        .containsEntry(
            "`setCompression`", "`" + builder.compression.name().toLowerCase(Locale.ROOT) + "`")
        .containsEntry(
            "`setMaxRequestSize`",
            grouped(builder.maxRequestSize())
                + " bytes; "
                + grouped(OtlpMetricExporter.builder().setProtocol("grpc").maxRequestSize())
                + " for gRPC")
        .containsEntry("`setMaxResponseSize`", builder.maxResponseSize / (1 << 20) + " MiB")
        .containsEntry("`setMaxPendingSeries`", grouped(builder.maxPendingSeries))
        .containsEntry("`setResendUnanswered`", "`" + builder.resendUnanswered + "`")
        .containsEntry("`setMemoryMode`", "`" + builder.memoryMode + "`");
    assertThat(builder.maxResponseSize % (1 << 20)).isZero();

    for (final InstrumentType type : InstrumentType.values()) {
      assertThat(builder.temporalitySelector.getAggregationTemporality(type))
          .isEqualTo(AggregationTemporality.CUMULATIVE);
      assertThat(builder.aggregationSelector.getDefaultAggregation(type))
          .isEqualTo(Aggregation.defaultAggregation());
    }
    assertThat(documented)
        .containsEntry("`setAggregationTemporalitySelector`", "cumulative")
        .containsEntry("`setDefaultAggregationSelector`", "explicit buckets");

    assertThat(builder.pendingFile).isNull();
    assertThat(builder.meterProvider).isNull();
    assertThat(builder.proxyOptions).isNull();
    assertThat(builder.tls().context()).isNull();
    assertThat(documented)
        .containsEntry("`setPendingFile`", "none")
        .containsEntry("`setMeterProvider`", "none")
        .containsEntry("`setClientTls`", "none")
        .containsEntry("`setTrustedCertificates`", "those of the JVM");
  }

  @Test
  void theTableOfProtocolsHasTheirEndpoints() throws IOException {
    for (final Protocol protocol : Protocol.values()) {
      final URI endpoint = OtlpMetricExporter.builder().setProtocol(protocol.toString()).endpoint();
      final String row =
          Files.readAllLines(Path.of("../docs/otlp.md")).stream()
              .filter(line -> line.startsWith("| `" + protocol + "`"))
              .findFirst()
              .orElseThrow();
      assertThat(row).contains("`" + Endpoint.printable(endpoint) + "`");
    }
  }

  /** The column of defaults, by that of methods. */
  private static Map<String, String> documented() throws IOException {
    final Map<String, String> defaults = new LinkedHashMap<>();
    boolean isInSettings = false;
    for (final String line : Files.readAllLines(Path.of("../docs/otlp.md"))) {
      if (line.startsWith("## ")) {
        isInSettings = line.equals("## Settings");
      } else if (isInSettings && line.startsWith("| `")) {
        final String[] cells = line.split("\\|", -1);
        defaults.put(cells[1].strip(), cells[3].strip());
      }
    }
    return defaults;
  }

  private static String inWords(RetryPolicy policy) {
    return String.format(
        Locale.ROOT,
        "%d attempts; %s, times %s, up to %s, ± 20 %%",
        policy.getMaxAttempts(),
        seconds(policy.getInitialBackoff()),
        policy.getBackoffMultiplier(),
        seconds(policy.getMaxBackoff()));
  }

  private static String seconds(Duration duration) {
    assertThat(duration).isEqualTo(Duration.ofSeconds(duration.toSeconds()));
    return duration.toSeconds() + " s";
  }

  private static String grouped(int number) {
    return String.format(Locale.ROOT, "%,d", number).replace(',', ' ');
  }
}
