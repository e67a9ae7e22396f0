package io.glint.bench.builds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.StringTokenizer;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BuildsTest {
  @ParameterizedTest
  @EnumSource
  void buildsTakeTurns(Workload workload) throws Exception {
    final List<URL> thisBuild = new ArrayList<>();
    final StringTokenizer paths =
        new StringTokenizer(System.getProperty("java.class.path"), File.pathSeparator);
    while (paths.hasMoreTokens()) {
      thisBuild.add(Path.of(paths.nextToken()).toUri().toURL());
    }

    final double[][] nanos =
        BuildsFork.measure(
            List.of(thisBuild, thisBuild), workload, workload.isBound() ? 1 : 3, 1, 2, 100);

    assertThat(nanos).hasNumberOfRows(2);
    for (final double[] ofBuild : nanos) {
      assertThat(Arrays.stream(ofBuild)).hasSizeGreaterThan(2).allMatch(ns -> ns > 0);
    }
  }

  @Test
  void eachBuildHasItsOwnClasses() throws Exception {
    final List<URL> none = List.of();
    try (BuildLoader one = new BuildLoader(none);
        BuildLoader other = new BuildLoader(none)) {
      final String name = Workload.class.getName();

      assertThat(one.loadClass(name))
          .isNotSameAs(other.loadClass(name))
          .isNotSameAs(Workload.class);
      assertThatThrownBy(() -> one.loadClass("io.glint.sdk.GlintMeterProvider"))
          .isInstanceOf(ClassNotFoundException.class);
    }
  }

  @Test
  void commandLineIsUnderstood(@TempDir Path directory) throws IOException {
    final String jar =
        archive(
            directory.resolve("benchmarks.jar"),
            "io/glint/sdk/GlintMeterProvider.class",
            "org/openjdk/jmh/Main.class");

    assertThat(
            BuildsTool.Options.parse(
                List.of(jar, jar, "--workload", "bound-in-span", "--jvms", "2")))
        .isEqualTo(new BuildsTool.Options(List.of(jar, jar), Workload.BOUND_IN_SPAN, 1, 2, false));
    assertThat(BuildsTool.Options.parse(List.of("--help")).wantsHelp()).isTrue();
    assertRefused("two builds", jar);
    final String core =
        archive(directory.resolve("core.jar"), "io/glint/sdk/GlintMeterProvider.class");
    assertRefused(core + " is not the jmh/target/benchmarks.jar of a build", jar, core);
    final String text = new File("pom.xml").getAbsolutePath();
    assertRefused(text + " is not the jmh/target/benchmarks.jar of a build", jar, text);
    assertRefused("No such file: nowhere.jar", jar, "nowhere.jar");
    assertRefused("Unknown option --serie", jar, jar, "--serie", "2");
    assertRefused("--series needs a number from 1 to 1999, not none", jar, jar, "--series", "none");
    assertRefused("--series needs a number from 1 to 1999, not 2000", jar, jar, "--series", "2000");
    assertRefused("--jvms needs a value", jar, jar, "--jvms");
    assertRefused("Unknown workload p1; use histogram,", jar, jar, "--workload", "p1");
    assertRefused("one series", jar, jar, "--workload", "bound", "--series", "2");
  }

  private static void assertRefused(String message, String... args) {
    final List<String> line = List.of(args);
    assertThatThrownBy(() -> BuildsTool.Options.parse(line))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  private static String archive(Path file, String... entries) throws IOException {
    try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file))) {
      for (final String entry : entries) {
        jar.putNextEntry(new ZipEntry(entry));
      }
    }
    return file.toString();
  }
}
