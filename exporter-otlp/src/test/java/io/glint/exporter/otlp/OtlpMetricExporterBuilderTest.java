package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class OtlpMetricExporterBuilderTest {
  private final OtlpMetricExporterBuilder builder = OtlpMetricExporter.builder();

  @Test
  void negativeTimesAreRefused() {
    Duration negative = Duration.ofMillis(-1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.setTimeout(negative))
        .withMessageContaining("timeout");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.setConnectTimeout(negative))
        .withMessageContaining("connect timeout");
  }

  @Test
  void sizesBelowOneByteAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> builder.setMaxRequestSize(0));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.setMaxResponseSize(-1));
  }

  @Test
  void unknownCompressionIsRefusedWithTheChoice() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.setCompression("zstd"))
        .withMessageContaining("zstd")
        .withMessageContaining("\"gzip\" or \"none\"");
  }

  @Test
  void nullIsRefused() {
    assertThatNullPointerException().isThrownBy(() -> builder.setTimeout(null));
    assertThatNullPointerException().isThrownBy(() -> builder.setCompression(null));
    assertThatNullPointerException().isThrownBy(() -> builder.setHeaders(null));
    assertThatNullPointerException().isThrownBy(() -> builder.addHeader("a", null));
    assertThatNullPointerException()
        .isThrownBy(() -> builder.setAggregationTemporalitySelector(null));
    assertThatNullPointerException().isThrownBy(() -> builder.setDefaultAggregationSelector(null));
    assertThatNullPointerException().isThrownBy(() -> builder.setSslContext(null));
  }
}
