package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.testing.FreePort;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The programs of the first pages are whole: they compile, run, and do what the pages say. */
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
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(program.output())
        .contains("'checkout.duration' of meter 'shop'")
        .contains(explanation)
        .doesNotContain("WARNING", "Exception");
    assertThat(process.exitValue()).isZero();
  }
}
