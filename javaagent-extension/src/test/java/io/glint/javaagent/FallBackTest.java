package io.glint.javaagent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where Glint cannot be active, the service and its metrics are as without it, and a line says so.
 */
@Timeout(300)
@Tag("long")
class FallBackTest {
  private static final String VERSION = System.getProperty("glint.agent.version");
  private static final String HOOK =
      "META-INF/services/io.opentelemetry.javaagent.tooling.BeforeAgentListener";
  private static final String CLASSES = "io/glint/javaagent/classes.bin";
  private static final String LATE_HOOK =
      "META-INF/services/io.opentelemetry.javaagent.extension.AgentListener";

  @TempDir private Path directory;

  private static void assertServesAndIsScraped(AgentProcess service) throws Exception {
    service.ask("/order");
    service.ask("/order");
    // The agent records the duration of a request after the answer was sent.
    String scraped = service.scrape();
    for (int i = 0; i < 100 && !scraped.contains("http_server_request_duration_seconds"); i++) {
      Thread.sleep(100);
      scraped = service.scrape();
    }
    assertThat(scraped)
        .containsPattern("shop_orders_total\\{.*\\} 2(\\.0)? ")
        .contains("http_server_request_duration_seconds_bucket", "jvm_memory_used_bytes");
    assertThat(service.end()).isZero();
  }

  private static Map<String, String> properties() {
    return Map.of("otel.metrics.exporter", "prometheus", "otel.traces.exporter", "none");
  }

  @Test
  void anAgentThatIsTooOldRecordsByTheStockSdk() throws Exception {
    assumeThat(Runtime.version().feature())
        .as("the agent is older than this JVM, and does not connect the application's metrics")
        .isLessThan(25);
    try (AgentProcess service =
        new AgentProcess(
            System.getProperty("glint.agent.refused"), AgentProcess.EXTENSION, properties())) {
      assertServesAndIsScraped(service);
      assertThat(service.linesOfGlint())
          .singleElement()
          .asString()
          .contains(
              "WARN",
              "not active",
              "agent, " + System.getProperty("glint.agent.refused"),
              "2.15.0 or newer",
              "recorded by the stock SDK");
    }
  }

  /** {@code -Dglint.java11} names the program of a Java 11. */
  @Test
  void aJvmThatIsTooOldRecordsByTheStockSdk() throws Exception {
    final String java = System.getProperty("glint.java11");
    assumeThat(java).as("the program of a Java 11").isNotNull().isNotEmpty();
    final Path source =
        Path.of(System.getProperty("glint.test.sources"))
            .resolve(Service.class.getName().replace('.', '/') + ".java");
    final int status =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "--release",
                "11",
                "-cp",
                AgentProcess.classPath(),
                "-d",
                directory.toString(),
                source.toString());
    assertThat(status).isZero();
    try (AgentProcess service = AgentProcess.by(java, directory, VERSION, properties())) {
      assertServesAndIsScraped(service);
      assertThat(service.linesOfGlint())
          .singleElement()
          .asString()
          .contains(
              "WARN",
              "not active",
              "needs Java 17 or newer, and this JVM is Java 11",
              "Use a newer JVM, or remove the extension",
              "recorded by the stock SDK");
    }
  }

  @Test
  void aJvmThatIsTooOldCanLoadWhatTheAgentLooksFor() throws IOException {
    final List<String> providers = new ArrayList<>();
    try (JarFile jar = new JarFile(AgentProcess.EXTENSION.toFile())) {
      for (final Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
        final JarEntry entry = entries.nextElement();
        if (entry.getName().startsWith("META-INF/services/") && !entry.isDirectory()) {
          providers.addAll(new String(bytes(jar, entry), UTF_8).lines().toList());
        }
      }
      assertThat(providers).hasSize(6);
      for (final String provider : providers) {
        final byte[] type = bytes(jar, jar.getJarEntry(provider.replace('.', '/') + ".class"));
        assertThat(type[7]).as("class file version of " + provider).isEqualTo((byte) 52);
      }
      for (final JarEntry entry : Collections.list(jar.entries())) {
        if (entry.getName().endsWith(".class")) {
          assertThat(bytes(jar, entry)[7])
              .as("class file version of " + entry)
              .isEqualTo((byte) 52);
        }
      }
    }
  }

  @Test
  void withoutTheEarlyHookTheLateOneTakesOver() throws Exception {
    final Path jar = extensionWithout(HOOK::equals);
    try (AgentProcess service = new AgentProcess(VERSION, jar, properties())) {
      assertServesAndIsScraped(service);
      assertThat(service.linesOfGlint())
          .anyMatch(line -> line.contains("Metrics are recorded by Glint"))
          .anyMatch(line -> line.contains("did not call Glint before it started"))
          .noneMatch(line -> line.contains("Exception"));
    }
  }

  @Test
  void withoutAnyHookTheStockSdkRecordsAndNothingIsLost() throws Exception {
    final Path jar = extensionWithout(name -> name.equals(HOOK) || name.equals(LATE_HOOK));
    try (AgentProcess service = new AgentProcess(VERSION, jar, properties())) {
      assertServesAndIsScraped(service);
      assertThat(service.linesOfGlint())
          .anyMatch(line -> line.contains("are recorded by the stock meter provider"))
          .noneMatch(line -> line.contains("Exception"));
    }
  }

  @Test
  void aGlintThatCannotBeLinkedLeavesTheStockSdk() throws Exception {
    final Path jar = extensionWithout("io.glint.sdk.GlintMeterProviderBuilder"::equals);
    try (AgentProcess service = new AgentProcess(VERSION, jar, properties())) {
      assertServesAndIsScraped(service);
      assertThat(service.linesOfGlint())
          .filteredOn(line -> line.startsWith("["))
          .singleElement()
          .asString()
          .contains("could not take over", "stock SDK");
    }
  }

  @Test
  void anExtensionWithoutItsFileOfClassesLeavesTheStockSdk() throws Exception {
    final Path jar = extensionWithout(CLASSES::equals);
    try (AgentProcess service = new AgentProcess(VERSION, jar, properties())) {
      assertServesAndIsScraped(service);
      assertThat(service.linesOfGlint())
          .singleElement()
          .asString()
          .contains("not active", "classes.bin is not in the extension's jar");
    }
  }

  @Test
  void aReaderThatCannotBeTakenOverStaysWithTheStockSdk() throws Exception {
    final Path jar = extensionWithout("io.glint.autoconfigure.StandIn"::equals);
    try (AgentProcess service = new AgentProcess(VERSION, jar, properties())) {
      assertServesAndIsScraped(service);
      assertThat(service.linesOfGlint())
          .anyMatch(line -> line.contains("Glint could not take over all of metrics"));
    }
  }

  /**
   * The extension without some entries of its jar, or some of its classes.
   *
   * @param isLeftOut asked for paths of entries, and for names of classes
   */
  private Path extensionWithout(Predicate<String> isLeftOut) throws IOException {
    final Path copy = directory.resolve("extension.jar");
    try (JarFile jar = new JarFile(AgentProcess.EXTENSION.toFile());
        OutputStream file = Files.newOutputStream(copy);
        JarOutputStream out = new JarOutputStream(file)) {
      for (final Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
        final JarEntry entry = entries.nextElement();
        if (!isLeftOut.test(entry.getName())) {
          out.putNextEntry(new JarEntry(entry.getName()));
          out.write(
              entry.getName().equals(CLASSES)
                  ? classesWithout(bytes(jar, entry), isLeftOut)
                  : bytes(jar, entry));
        }
      }
    }
    return copy;
  }

  private static byte[] classesWithout(byte[] file, Predicate<String> isLeftOut)
      throws IOException {
    final Map<String, byte[]> classes =
        PackedClasses.read(new DataInputStream(new ByteArrayInputStream(file)));
    classes.keySet().removeIf(isLeftOut);
    return PackedClasses.bytes(classes);
  }

  private static byte[] bytes(JarFile jar, JarEntry entry) throws IOException {
    try (InputStream in = jar.getInputStream(entry)) {
      return in.readAllBytes();
    }
  }
}
