package io.glint.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each block of Java in the documents compiles, as one of these:
 *
 * <ul>
 *   <li>a file, if it has imports;
 *   <li>a type beside others, if it begins with the declaration of one, maybe behind its Javadoc;
 *   <li>an expression, if its end is neither a semicolon nor a brace;
 *   <li>statements of a method in all other cases.
 * </ul>
 *
 * <p>Fragments see the imports below, what {@link SampleSurroundings} has, and the types that the
 * same page declares. The first pages' whole programs are run, too: {@link ReadmeTest}.
 */
@Tag("long")
@Tag("incubator")
@Timeout(120)
class DocumentedSamplesTest {
  private static final String IMPORTS =
      """
      import static java.net.http.HttpResponse.BodyHandlers.ofString;
      import io.glint.autoconfigure.*;
      import io.glint.exporter.openmetrics.*;
      import io.glint.exporter.otlp.*;
      import io.glint.it.SampleSurroundings;
      import io.glint.micrometer.*;
      import io.glint.reservoir.*;
      import io.glint.sdk.*;
      import io.glint.sdk.exemplar.*;
      import io.micrometer.core.instrument.Metrics;
      import io.opentelemetry.api.*;
      import io.opentelemetry.api.baggage.*;
      import io.opentelemetry.api.common.*;
      import io.opentelemetry.api.incubator.metrics.*;
      import io.opentelemetry.api.metrics.*;
      import io.opentelemetry.api.trace.*;
      import io.opentelemetry.context.*;
      import io.opentelemetry.sdk.*;
      import io.opentelemetry.sdk.autoconfigure.*;
      import io.opentelemetry.sdk.metrics.*;
      import io.opentelemetry.sdk.metrics.export.*;
      import java.io.*;
      import java.net.http.*;
      import java.nio.file.Path;
      import java.time.Duration;
      import java.util.*;
      import java.util.concurrent.*;
      import java.util.concurrent.atomic.*;
      import java.util.function.*;
      """;

  private static final Pattern DECLARATION =
      Pattern.compile(
          "(?s)(?:/\\*\\*.*?\\*/\\s*)?(?:@\\w+\\s+)*(?:(?:public|final|abstract) )*(?:class|interface|record|enum) .*");

  private static final Pattern LINE_COMMENT = Pattern.compile("(?m)(?:^| )//[^\"\n]*$");

  /** Pages whose samples need more than is on the class path here, and what compiles them. */
  private static final Map<String, String> ELSEWHERE =
      Map.of("docs/spring-boot.md", "the sample of the Spring Boot starter, which they are from");

  @TempDir private Path directory;

  static Stream<DocumentedPage> pagesWithJava() throws IOException {
    return DocumentedPage.all().stream()
        .filter(page -> !page.blocks("java").isEmpty())
        .filter(page -> !ELSEWHERE.containsKey(page.path()));
  }

  @ParameterizedTest
  @MethodSource("pagesWithJava")
  void eachSampleOfThePageCompiles(DocumentedPage page) throws Exception {
    final List<String> sources = new ArrayList<>();
    for (final DocumentedPage.Block block : page.blocks("java")) {
      final String name = "Line" + block.line();
      final String code = block.code().strip();
      // A file of its own package, so that two programs of one name do not meet.
      final boolean isFile = Pattern.compile("(?m)^import ").matcher(code).find();
      final Path folder = directory.resolve(isFile ? name : "page");
      Files.createDirectories(folder);
      final Path source =
          Files.writeString(
              folder.resolve(name + ".java"),
              isFile
                  ? "package " + name + ";\n" + code.replaceFirst("(?m)^public ", "")
                  : "package page;\n" + IMPORTS + asType(name, code),
              UTF_8);
      sources.add(source.toString());
    }
    final List<String> arguments =
        new ArrayList<>(
            List.of(
                "-proc:none",
                "-Xlint:deprecation,removal",
                "-Werror",
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                directory.resolve("classes").toString()));
    arguments.addAll(sources);
    final ByteArrayOutputStream messages = new ByteArrayOutputStream();
    final int status =
        ToolProvider.getSystemJavaCompiler()
            .run(null, messages, messages, arguments.toArray(String[]::new));
    assertThat(status)
        .as(() -> page.path() + ", by the lines of its blocks:\n" + messages.toString(UTF_8))
        .isZero();
  }

  private static String asType(String name, String code) {
    if (DECLARATION.matcher(code).matches()) {
      return code;
    }
    final String end = LINE_COMMENT.matcher(code).replaceAll("").strip();
    final boolean isExpression = !end.endsWith(";") && !end.endsWith("}");
    return "abstract class "
        + name
        + " extends SampleSurroundings {\nvoid sample() throws Exception {\n"
        + (isExpression ? "Object value = " + code + ";" : code)
        + "\n}\n}\n";
  }

  @Test
  void thereAreSamplesOfEachKind() throws Exception {
    assertThat(pagesWithJava().map(DocumentedPage::path))
        .contains("README.md", "docs/user-guide.md", "docs/exemplars.md", "docs/otlp.md");
  }
}
