package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.testing.FreePort;
import io.glint.testing.ReadmeCommand;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The programs of the first pages are whole: they compile, run, and do what the pages say. So does
 * the command with environment variables. Those of the Java agent and of Spring Boot are run by the
 * tests of their modules.
 */
@Timeout(120)
class ReadmeTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "README.md, 'measurements: 1, eligible: 0 (filter trace_based), outside of a span: 1'",
    "docs/user-guide.md, 'measurements: 1, eligible: 1 (filter trace_based)'",
  })
  void theProgramThatAdoptsGlintCompilesAndRuns(String page, String explanation) throws Exception {
    final DocumentedProgram program = DocumentedProgram.of(page, directory, FreePort.find());
    final Process process = program.start();
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(program.output())
        .contains("'checkout.duration' of meter 'shop'")
        .contains(explanation)
        .doesNotContain("WARNING", "Exception");
    assertThat(process.exitValue()).isZero();
  }

  /** What a program has that is set up by environment variables; nothing of it is Glint's. */
  public static final class Shop {
    private Shop() {}

    /** Records once, and prints what a scraper gets at the port that is given. */
    public static void main(String[] arguments) throws IOException {
      final var unused = AutoConfiguredOpenTelemetrySdk.initialize();
      GlobalOpenTelemetry.getMeter("shop").histogramBuilder("checkout.duration").build().record(7);
      final URI metrics =
          URI.create(
              "http://localhost:" + System.getenv("OTEL_EXPORTER_PROMETHEUS_PORT") + "/metrics");
      System.out.println(
          new String(metrics.toURL().openStream().readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void theCommandWithEnvironmentVariablesHasGlintRecord() throws Exception {
    ReadmeCommand.writeJar(
        directory.resolve("app.jar"), Shop.class, System.getProperty("java.class.path"));
    final ProcessBuilder command = ReadmeCommand.in(directory, "OTEL_");
    // What the command leaves to the environment: another port than 9464, which may be taken.
    command.environment().put("OTEL_EXPORTER_PROMETHEUS_PORT", String.valueOf(FreePort.find()));
    command.environment().put("OTEL_TRACES_EXPORTER", "none");
    command.environment().put("OTEL_LOGS_EXPORTER", "none");
    final Path output = directory.resolve("output");
    final Process process =
        command.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(Files.readString(output))
        .contains("Metrics are recorded by Glint", "OpenMetricsServer")
        .contains("checkout_duration_count{otel_scope_name=\"shop\"} 1")
        .contains("service_name=\"shop\"");
    assertThat(process.exitValue()).isZero();
  }
}
