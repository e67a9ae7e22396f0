package io.glint.exporter.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.glint.testing.TestIdentity;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OtlpMetricExporterBuilderTest {
  private final OtlpMetricExporterBuilder builder = OtlpMetricExporter.builder();

  @Test
  void negativeTimesAreRefused() {
    final Duration negative = Duration.ofMillis(-1);
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
  void unknownProtocolIsRefusedWithTheChoice() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.setProtocol("http"))
        .withMessageContainingAll("'http'", "\"http/protobuf\"", "\"grpc\"", "\"http/json\"");
  }

  @Test
  void pemWithoutWhatItShouldHoldIsRefused() {
    final byte[] other = "text".getBytes(StandardCharsets.UTF_8);
    final byte[] broken =
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
            .getBytes(StandardCharsets.UTF_8);
    assertThatIllegalArgumentException().isThrownBy(() -> builder.setTrustedCertificates(other));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.setTrustedCertificates(new byte[0]))
        .withMessageContaining("no certificate");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.setClientTls(other, other))
        .withMessageContaining("PKCS #8");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.setClientTls(broken, other))
        .withMessageContaining("cannot be read");
  }

  @Test
  void aContextAndCertificatesTogetherAreRefused(@TempDir Path directory)
      throws NoSuchAlgorithmException {
    final TestIdentity identity = TestIdentity.of(directory, "localhost", "localhost");
    builder
        .setTrustedCertificates(identity.certificatePem())
        .setSslContext(SSLContext.getDefault());
    assertThatIllegalStateException()
        .isThrownBy(builder::build)
        .withMessageContainingAll("either setSslContext", "setTrustedCertificates");
  }

  @Test
  void timesMayHaveAUnit() {
    try (OtlpMetricExporter exporter =
        builder
            .setTimeout(3, TimeUnit.SECONDS)
            .setConnectTimeout(4, TimeUnit.MILLISECONDS)
            .build()) {
      assertThat(exporter.toString()).contains("timeout=PT3S", "connectTimeout=PT0.004S");
    }
  }

  @Test
  void nullIsRefused() {
    assertThatNullPointerException().isThrownBy(() -> builder.setProtocol(null));
    assertThatNullPointerException().isThrownBy(() -> builder.setTrustedCertificates(null));
    assertThatNullPointerException().isThrownBy(() -> builder.setClientTls(null, new byte[0]));
    assertThatNullPointerException().isThrownBy(() -> builder.setProxyOptions(null));
    assertThatNullPointerException().isThrownBy(() -> builder.setSenderProvider(null));
    assertThatNullPointerException().isThrownBy(() -> builder.setServiceClassLoader(null));
    assertThatNullPointerException().isThrownBy(() -> builder.setMemoryMode(null));
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
