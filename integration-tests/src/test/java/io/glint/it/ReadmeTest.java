package io.glint.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.testing.FreePort;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The programs of the first pages are whole: they compile, run, and do what the pages say. */
@Timeout(120)
class ReadmeTest {
  private static final Pattern PROGRAM =
      Pattern.compile("```java\\n(import .*?public final class (\\w+) .*?)```", Pattern.DOTALL);

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "README.md, 'measurements: 1, eligible: 0 (filter trace_based), outside of a span: 1'",
    "docs/user-guide.md, 'measurements: 1, eligible: 1 (filter trace_based)'",
  })
  void theProgramThatAdoptsGlintCompilesAndRuns(String page, String explanation) throws Exception {
    final Matcher matcher = PROGRAM.matcher(Files.readString(Path.of("..", page), UTF_8));
    assertThat(matcher.find()).isTrue();
    final String name = matcher.group(2);
    // Another one may run on this machine.
    final String program = matcher.group(1).replace("9464", Integer.toString(FreePort.find()));
    assertThat(program).doesNotContain("9464");
    final Path source = Files.writeString(directory.resolve(name + ".java"), program);
    final String classPath = System.getProperty("java.class.path");

    final ByteArrayOutputStream messages = new ByteArrayOutputStream();
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(
                    null,
                    messages,
                    messages,
                    "-proc:none",
                    "-cp",
                    classPath,
                    "-d",
                    directory.toString(),
                    source.toString()))
        .as(() -> messages.toString(UTF_8))
        .isZero();
    final Path output = directory.resolve("output");
    final Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                directory + File.pathSeparator + classPath,
                name)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(Files.readString(output, UTF_8))
        .contains("'checkout.duration' of meter 'shop'")
        .contains(explanation)
        .doesNotContain("WARNING", "Exception");
    assertThat(process.exitValue()).isZero();
  }
}
