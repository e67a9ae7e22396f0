package io.glint.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What an IDE completes is what is documented, and what is documented is run. */
class DocumentationTest {
  /** Tests run in the folder of their module. */
  private static final Path SETTINGS = Path.of("../docs/autoconfigure.md");

  private static final Pattern ROW = Pattern.compile("(?m)^\\| (`.*?) \\|");
  private static final Pattern VARIABLE = Pattern.compile("`((?:OTEL|GLINT)_[A-Z_]+)`");

  private static final Pattern DEPENDENCY =
      Pattern.compile(
          "<dependency>\\s+<groupId>(.+?)</groupId>\\s+<artifactId>(.+?)</artifactId>\\s+"
              + "<version>(.+?)</version>\\s+</dependency>");
  private static final Pattern PROPERTY = Pattern.compile("`(management\\..+?)`");
  private static final Path EXAMPLES = Path.of("../examples");
  private static final Path PROPERTIES =
      Path.of("spring-boot-3/src/main/resources/application.properties");

  private static final Pattern SNIPPET = Pattern.compile("(?s)```(?:java|properties)\n(.*?)```");

  private final JsonNode metadata = metadata();

  private static JsonNode metadata() {
    try {
      return new ObjectMapper()
          .readTree(
              Path.of("src/main/resources/META-INF/spring-configuration-metadata.json").toFile());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private Set<String> names(String kind) {
    final Set<String> names = new TreeSet<>();
    metadata.get(kind).forEach(property -> names.add(property.get("name").asText()));
    return names;
  }

  @Test
  void eachSettingThatIsDocumentedIsCompleted() throws Exception {
    final Set<String> documented = new TreeSet<>();
    final Matcher row = ROW.matcher(Files.readString(SETTINGS));
    while (row.find()) {
      final Matcher variable = VARIABLE.matcher(row.group(1));
      while (variable.find()) {
        documented.add(
            variable
                .group(1)
                .toLowerCase(Locale.ROOT)
                .replace('_', '.')
                .replace("memory.mode", "memory_mode"));
      }
    }
    assertThat(documented).hasSizeGreaterThan(25);
    assertThat(names("properties")).containsAll(documented);
  }

  @Test
  void eachPropertyHasATypeAndADescription() {
    metadata
        .get("properties")
        .forEach(
            property -> {
              assertThat(property.get("description").asText()).as("%s", property).endsWith(".");
              assertThat(property.get("type").asText()).as("%s", property).startsWith("java.");
            });
    assertThat(names("properties")).containsAll(names("hints"));
  }

  @Test
  void eachSnippetIsOfAProgramThatIsRun() throws Exception {
    final StringBuilder programs = new StringBuilder();
    for (final Path folder :
        List.of(Path.of("../examples/spring-boot-3/src"), Path.of("src/test"))) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (final Path file : files.filter(Files::isRegularFile).toList()) {
          programs.append(Files.readString(file));
        }
      }
    }
    final Matcher snippet = SNIPPET.matcher(Files.readString(Path.of("../docs/spring-boot.md")));
    int snippets = 0;
    while (snippet.find()) {
      assertThat(programs).contains(snippet.group(1));
      snippets++;
    }
    assertThat(snippets).isEqualTo(3);
  }

  /** The applications of the examples, which are run, have the lines of the first page. */
  @Test
  void whatTheFirstPageHasForSpringBootIsAllThatTheExamplesHave() throws Exception {
    final String page = Files.readString(Path.of("../README.md"));
    final Matcher dependency = DEPENDENCY.matcher(page);
    assertThat(dependency.find()).isTrue();
    final Matcher property = PROPERTY.matcher(page);
    assertThat(property.find()).isTrue();
    assertThat(Files.readAllLines(EXAMPLES.resolve(PROPERTIES))).contains(property.group(1));
    for (final String example : List.of("spring-boot-3", "spring-boot-4")) {
      final String pom = Files.readString(EXAMPLES.resolve(example).resolve("pom.xml"));
      assertThat(pom)
          .contains("<groupId>" + dependency.group(1))
          .contains("<artifactId>" + dependency.group(2))
          .contains("<version>" + dependency.group(3));
      assertThat(pom.split("<artifactId>glint-(?!parent|example|testing)", -1))
          .as("the starter, and nothing else of Glint")
          .hasSize(2);
    }
  }
}
