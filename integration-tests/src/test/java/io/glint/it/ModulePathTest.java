package io.glint.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Glint as modules: an application that is one uses the API, and nothing else of Glint. */
@Timeout(120)
class ModulePathTest {
  private static final Pattern GLINT =
      Pattern.compile(".*/(reservoirs|sdk-core|exporter-openmetrics|exporter-otlp)/target/.*");

  private static final Pattern OPEN_TELEMETRY =
      Pattern.compile(
          ".*/opentelemetry-(api|context|common|sdk-common|sdk-metrics)-\\d[^/]*\\.jar");

  private static final Pattern INCUBATOR = Pattern.compile(".*/opentelemetry-api-incubator-[^/]*");

  /** Where the build has put the jars of older versions. */
  private static final Path OLDER = Path.of("target", "opentelemetry");

  private static final String APPLICATION =
      """
      package app;

      import com.sun.net.httpserver.HttpServer;
      import io.glint.exporter.openmetrics.OpenMetricsServer;
      import io.glint.exporter.otlp.OtlpMetricExporter;
      import io.glint.sdk.GlintMeterProvider;
      import io.glint.sdk.GlintPeriodicMetricReader;
      import java.net.InetSocketAddress;
      import java.net.URI;
      import java.util.concurrent.TimeUnit;

      public class Main {
        public static void main(String[] args) throws Exception {
          HttpServer receiver = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
          receiver.createContext("/v1/metrics", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), "ISO-8859-1");
            System.out.println("received requests: " + body.contains("requests"));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
          });
          receiver.start();
          OpenMetricsServer server = OpenMetricsServer.builder().setPort(0).build();
          GlintMeterProvider provider = GlintMeterProvider.builder()
              .registerMetricReader(server)
              .registerMetricReader(
                  GlintPeriodicMetricReader.builder(OtlpMetricExporter.builder()
                      .setEndpoint("http://localhost:" + receiver.getAddress().getPort()
                          + "/v1/metrics")
                      .build()).build())
              .build();
          provider.get("app").counterBuilder("requests").build().add(7);
          System.out.println(
              "exported " + provider.forceFlush().join(30, TimeUnit.SECONDS).isSuccess());
          byte[] page = URI.create("http://localhost:" + server.getPort() + "/metrics")
              .toURL().openStream().readAllBytes();
          System.out.println(new String(page, "UTF-8"));
          System.out.println(provider.explainExemplars());
          Module sdk = GlintMeterProvider.class.getModule();
          System.out.println("module " + sdk.getName());
          System.out.println("internal " + sdk.isExported("io.glint.sdk.internal.cell"));
          System.exit(0);
        }
      }
      """;

  @TempDir private Path directory;
  private Path sources;
  private Path classes;

  @BeforeEach
  void writeModule() throws Exception {
    sources = Files.createDirectories(directory.resolve("src/app"));
    classes = Files.createDirectories(directory.resolve("classes"));
    Files.writeString(
        directory.resolve("src/module-info.java"),
        """
        module app {
          requires io.glint.exporter.openmetrics;
          requires io.glint.exporter.otlp;
          requires jdk.httpserver;
        }
        """);
  }

  private static String onClassPath(Pattern... wanted) {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(element -> Arrays.stream(wanted).anyMatch(each -> each.matcher(element).matches()))
        .collect(joining(File.pathSeparator));
  }

  private String compile(String source) throws Exception {
    final Path file = Files.writeString(sources.resolve("Main.java"), source);
    final ByteArrayOutputStream messages = new ByteArrayOutputStream();
    ToolProvider.getSystemJavaCompiler()
        .run(
            null,
            messages,
            messages,
            "-proc:none",
            "-p",
            onClassPath(GLINT, OPEN_TELEMETRY),
            "-d",
            classes.toString(),
            directory.resolve("src/module-info.java").toString(),
            file.toString());
    return messages.toString(UTF_8);
  }

  @Test
  void anApplicationThatIsAModuleRecordsAndExports() throws Exception {
    assertThat(onClassPath(INCUBATOR)).isEmpty();
    checkApplication(onClassPath(OPEN_TELEMETRY));
  }

  @Test
  @Tag("incubator")
  void itMayHaveTheIncubatingApi() throws Exception {
    assertThat(onClassPath(INCUBATOR)).isNotEmpty();
    checkApplication(onClassPath(OPEN_TELEMETRY, INCUBATOR));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.49.0", "1.55.0", "1.66.0"})
  void itMayHaveAnOlderVersionOfOpenTelemetry(String version) throws Exception {
    final Path jars = OLDER.resolve(version);
    assertThat(jars).isDirectory();
    checkApplication(jars.toString());
  }

  private void checkApplication(String openTelemetry) throws Exception {
    assertThat(compile(APPLICATION)).doesNotContain("error:");
    final Path output = directory.resolve("output");
    final Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-p",
                    String.join(
                        File.pathSeparator, onClassPath(GLINT), openTelemetry, classes.toString()),
                    "-m",
                    "app/app.Main"))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(Files.readString(output))
        .contains(
            "received requests: true",
            "exported true",
            "requests_total{otel_scope_name=\"app\"} 7",
            "module io.glint.sdk",
            "internal false");
  }

  @Test
  void internalsAreRefused() throws Exception {
    assertThat(
            compile(
                """
                package app;

                public class Main {
                  io.glint.sdk.internal.cell.Cell cell;
                }
                """))
        .contains("package io.glint.sdk.internal.cell is not visible");
  }
}
