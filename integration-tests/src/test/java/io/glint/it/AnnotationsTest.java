package io.glint.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.glint.exporter.openmetrics.OpenMetricsServer;
import io.glint.exporter.otlp.OtlpMetricExporter;
import io.glint.reservoir.ExemplarReservoir;
import io.glint.sdk.GlintMeterProvider;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.common.ComponentLoader;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.metrics.View;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whoever uses Glint does not get the jars of the annotations that say where null is allowed, and
 * which lock guards a field.
 */
class AnnotationsTest {
  private static final Class<?>[] GLINT = {
    ExemplarReservoir.class,
    GlintMeterProvider.class,
    OpenMetricsServer.class,
    OtlpMetricExporter.class
  };

  private static final Class<?>[] OPEN_TELEMETRY = {
    OpenTelemetry.class, Context.class, ComponentLoader.class, Clock.class, View.class
  };

  /** Implements, calls and inherits what is annotated. */
  private static final String APPLICATION =
      """
      package app;

      import io.glint.exporter.openmetrics.OpenMetricsServer;
      import io.glint.exporter.otlp.OtlpMetricExporter;
      import io.glint.reservoir.Exemplar;
      import io.glint.sdk.GlintMeterConfig;
      import io.glint.sdk.GlintMeterProvider;
      import io.glint.sdk.MeterConfigurator;
      import io.glint.sdk.exemplar.ExemplarOutcomes;
      import io.opentelemetry.sdk.common.InstrumentationScopeInfo;

      /** An application. */
      public class Main implements MeterConfigurator, ExemplarOutcomes {
        /** Makes one. */
        public Main() {}

        @Override
        public GlintMeterConfig configure(InstrumentationScopeInfo scope) {
          return null;
        }

        @Override
        public long get(InstrumentationScopeInfo scope, String metric, Outcome outcome) {
          return 0;
        }

        /** What it does. */
        public void run() {
          System.out.println(new Exemplar().spanContext());
          GlintMeterProvider.builder()
              .setMeterConfigurator(this)
              .registerMetricReader(OpenMetricsServer.builder().setPort(0).build())
              .build()
              .meterBuilder(null);
          OtlpMetricExporter.builder().setRetryPolicy(null).build().close();
        }
      }
      """;

  private static final String MODULE =
      """
      module app {
        requires transitive io.glint.sdk;
        requires io.glint.exporter.openmetrics;
        requires io.glint.exporter.otlp;
        exports app;
      }
      """;

  /** A compiler warns of an annotation that is not there when it reads the class that has it. */
  private static final String READS_ALL =
      """
      package app;

      class ReadsAll {
        static final Class<?>[] TYPES = {%s};
      }
      """;

  @TempDir private Path directory;

  private List<Path> application;

  @BeforeEach
  void write() throws Exception {
    final List<String> types = types();
    assertThat(types).as("types of the API").hasSizeGreaterThan(30);
    application =
        List.of(
            write("app/Main.java", APPLICATION),
            write(
                "app/ReadsAll.java",
                READS_ALL.formatted(String.join(".class, ", types) + ".class")));
  }

  @Test
  void anApplicationCompilesWithoutThemAndWithoutAWarning() throws Exception {
    assertThat(compile("-cp", application)).isEmpty();
  }

  @Test
  void anApplicationThatIsAModuleCompilesWithoutThemAndWithoutAWarning() throws Exception {
    final List<Path> sources = new ArrayList<>(application);
    sources.add(write("module-info.java", MODULE));
    assertThat(compile("-p", sources)).isEmpty();
  }

  /** All that Glint's modules export. */
  private static List<String> types() throws Exception {
    final List<String> types = new ArrayList<>();
    for (final Class<?> anchor : GLINT) {
      final ModuleReference module =
          ModuleFinder.of(Path.of(placeOf(anchor))).findAll().iterator().next();
      try (ModuleReader reader = module.open()) {
        for (final Exports exports : module.descriptor().exports()) {
          final String folder = exports.source().replace('.', '/') + "/";
          for (final String file : reader.list().toList()) {
            if (!exports.isQualified() && file.matches(folder + "[A-Z]\\w*\\.class")) {
              final String name = file.substring(0, file.length() - ".class".length());
              if (isPublic(name.replace('/', '.'))) {
                types.add(name.replace('/', '.'));
              }
            }
          }
        }
      }
    }
    return types;
  }

  private static boolean isPublic(String name) throws ClassNotFoundException {
    try {
      return Modifier.isPublic(Class.forName(name).getModifiers());
    } catch (NoClassDefFoundError e) {
      // Made only where the incubator is there. What users name can be loaded without it.
      assertThat(name).startsWith("io.glint.sdk.Extended");
      return false;
    }
  }

  private Path write(String name, String text) throws Exception {
    final Path file = directory.resolve("src").resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  /** What the compiler says. */
  private String compile(String pathOption, List<Path> sources) throws Exception {
    final List<String> arguments =
        new ArrayList<>(
            List.of(
                // OpenTelemetry's jars have no module-info.
                "-Xlint:all,-requires-automatic,-requires-transitive-automatic",
                "-Werror",
                "-proc:none",
                pathOption,
                Stream.of(GLINT, OPEN_TELEMETRY)
                    .flatMap(Stream::of)
                    .map(AnnotationsTest::placeOf)
                    .collect(joining(File.pathSeparator)),
                "-d",
                Files.createDirectories(directory.resolve("classes")).toString()));
    sources.forEach(source -> arguments.add(source.toString()));
    final ByteArrayOutputStream messages = new ByteArrayOutputStream();
    ToolProvider.getSystemJavaCompiler()
        .run(null, messages, messages, arguments.toArray(new String[0]));
    return messages.toString(UTF_8);
  }

  private static String placeOf(Class<?> type) {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath()).toString();
  }
}
