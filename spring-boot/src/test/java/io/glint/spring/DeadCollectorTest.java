package io.glint.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.testing.FreePort;
import io.glint.testing.LogCapture;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.actuate.autoconfigure.metrics.MetricsAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The end of an application context whose collector is down or hangs. */
@Timeout(60)
@Tag("long")
@ExtendWith(OutputCaptureExtension.class)
class DeadCollectorTest {
  private final LogCapture log = new LogCapture();

  @AfterEach
  void close() {
    log.close();
  }

  private static Duration close(int port, String... properties) {
    final long[] begin = new long[1];
    new ApplicationContextRunner()
        .withConfiguration(
            AutoConfigurations.of(
                GlintMicrometerAutoConfiguration.class,
                GlintMetricsAutoConfiguration.class,
                MetricsAutoConfiguration.class))
        .withPropertyValues("otel.exporter.otlp.endpoint=http://127.0.0.1:" + port)
        .withPropertyValues(properties)
        .run(
            context -> {
              context.getBean(MeterRegistry.class).counter("orders").increment(3);
              begin[0] = System.nanoTime();
            });
    return Duration.ofNanos(System.nanoTime() - begin[0]);
  }

  /** The exporter gives up after ten seconds; two exports that wait for it take twenty. */
  @Test
  void contextWaitsOnceForACollectorThatHangs(CapturedOutput output) throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      assertThat(close(silent.getLocalPort()))
          .isBetween(Duration.ofSeconds(9), Duration.ofSeconds(16));
    }
    assertThat(output.getAll().lines().filter(line -> line.contains("WARN")))
        .singleElement()
        .asString()
        .contains("last export of Glint's metrics has not ended within 1000 ms", "may be lost");
  }

  @Test
  void contextDoesNotWaitLongerThanThatForAnExporterThatTriesLonger(CapturedOutput output)
      throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      assertThat(
              close(
                  silent.getLocalPort(),
                  "otel.exporter.otlp.timeout=40000",
                  "otel.metric.export.timeout=40000"))
          .isLessThan(Duration.ofSeconds(16));
    }
    assertThat(output.getAll()).containsOnlyOnce("last export of Glint's metrics has not ended");
  }

  @Test
  void whatIsLostIsToldInTheLogOfSpringBoot(CapturedOutput output) throws Exception {
    assertThat(close(FreePort.find(), "otel.exporter.otlp.timeout=500"))
        .isLessThan(Duration.ofSeconds(9));
    assertThat(output.getAll().lines().filter(line -> line.contains("WARN")))
        .singleElement()
        .asString()
        .contains("last export of Glint's metrics has failed", "is lost: Exporting 1 metric point")
        .doesNotContain("the next export");
  }

  @Test
  void nothingIsToldIfNothingIsExported(CapturedOutput output) throws Exception {
    close(FreePort.find(), "otel.metrics.exporter=none");
    assertThat(output.getAll()).doesNotContain("last export");
  }
}
