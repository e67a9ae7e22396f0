package io.glint.it.unload;

import static org.assertj.core.api.Assertions.assertThat;

import io.glint.testing.FreePort;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two web applications in one process, each with its own Glint, record, export and are scraped;
 * what was stopped leaves neither a class loader nor a thread, while the other one works on.
 */
@Timeout(300)
@Tag("long")
class UnloadTest {
  @TempDir private Path directory;

  private static Path placeOf(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private List<String> run(String... arguments) throws Exception {
    final Path output = directory.resolve("output");
    final ProcessBuilder command =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-XX:+UseSerialGC",
            // What the JDK holds by soft references goes with the next collections.
            "-XX:SoftRefLRUPolicyMSPerMB=0",
            "-Dapplication.class.path=" + System.getProperty("java.class.path"),
            // The console has all data as text.
            "-Dotel.metrics.exporter=otlp,prometheus,console",
            "-Dotel.exporter.otlp.protocol=http/protobuf",
            "-Dotel.metric.export.interval=100",
            "-Dotel.traces.exporter=none",
            "-Dotel.logs.exporter=none",
            "-cp",
            placeOf(WebServer.class) + File.pathSeparator + placeOf(FreePort.class),
            WebServer.class.getName());
    command.command().addAll(List.of(arguments));
    command
        .environment()
        .keySet()
        .removeIf(name -> name.startsWith("OTEL_") || name.startsWith("JAVA_T"));
    final Process process =
        command.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    try {
      assertThat(process.waitFor(270, TimeUnit.SECONDS)).as(Files.readString(output)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(output)).isZero();
    return Files.readAllLines(output);
  }

  @ParameterizedTest
  @ValueSource(strings = {"builders", "environment"})
  void anApplicationThatIsStoppedLeavesNoClassLoaderAndNoThread(String how) throws Exception {
    assertThat(run(how))
        .contains("first: class loader gone", "second: class loader gone", "threads: []");
  }

  /** What the test is there to see, made on purpose. */
  @ParameterizedTest
  @CsvSource({
    "leave-thread-local, threads: []",
    "leave-thread, threads: [glint-left]",
  })
  void whatAnApplicationLeavesBehindIsSeen(String left, String threads) throws Exception {
    assertThat(run("builders", left))
        .contains("first: class loader kept", "second: class loader gone", threads);
  }
}
