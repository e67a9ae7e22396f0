package io.glint.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;

/** A whole program of a page, compiled, and started as a process of its own. */
record DocumentedProgram(String name, Path directory) {
  private static final Pattern PROGRAM =
      Pattern.compile("(?s)import .*?public final class (\\w+) .*");

  /**
   * Compiles the first whole program of a page.
   *
   * @param port of the scrape endpoint, in place of 9464, where another program may listen
   */
  static DocumentedProgram of(String page, Path directory, int port) throws IOException {
    final Matcher program =
        DocumentedPage.of(page).blocks("java").stream()
            .map(block -> PROGRAM.matcher(block.code()))
            .filter(Matcher::matches)
            .findFirst()
            .orElseThrow();
    assertThat(program.group()).contains("9464");
    final String name = program.group(1);
    final Path source =
        Files.writeString(
            directory.resolve(name + ".java"),
            program.group().replace("9464", Integer.toString(port)),
            UTF_8);
    final ByteArrayOutputStream messages = new ByteArrayOutputStream();
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(
                    null,
                    messages,
                    messages,
                    "-proc:none",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "-d",
                    directory.toString(),
                    source.toString()))
        .as(() -> messages.toString(UTF_8))
        .isZero();
    return new DocumentedProgram(name, directory);
  }

  /** Starts it as a user does: without any flag for the JVM. */
  Process start() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            directory + File.pathSeparator + System.getProperty("java.class.path"),
            name)
        .redirectErrorStream(true)
        .redirectOutput(outputFile().toFile())
        .start();
  }

  /** What it has printed so far, to both streams. */
  String output() throws IOException {
    return Files.readString(outputFile(), UTF_8);
  }

  private Path outputFile() {
    return directory.resolve("output");
  }
}
