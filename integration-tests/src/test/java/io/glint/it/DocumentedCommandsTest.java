package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the commands in the documents name is there: modules, tests, scripts and profiles. */
class DocumentedCommandsTest {
  private static final Pattern MODULES = Pattern.compile("\\bmvn [^`\\n]*?-pl '?([!\\w/,-]+)'?");
  private static final Pattern TESTS = Pattern.compile("-Dtest='?(\\w+(?:,\\w+)*)'?");
  private static final Pattern SCRIPT =
      Pattern.compile(
          "(?m)(?:^|`)(\\./(?:demo|bench|quick)|\\.ci/\\w+(?:/\\w+)*|jcstress/run)(?= |`|$)");

  /** Published results say what was run then. */
  private static final String KEPT = "docs/benchmarks/published/";

  private final List<DocumentedPage> pages =
      DocumentedPage.all().stream().filter(page -> !page.path().startsWith(KEPT)).toList();

  DocumentedCommandsTest() throws IOException {}

  private List<String> named(Pattern pattern) {
    return pages.stream()
        .flatMap(page -> pattern.matcher(page.text()).results())
        .flatMap(match -> Stream.of(match.group(1).split(",")))
        .toList();
  }

  @Test
  void theModulesOfMavenCommandsAreThere() {
    assertThat(named(MODULES))
        .isNotEmpty()
        .allSatisfy(
            module ->
                assertThat(DocumentedPage.ROOT.resolve(module.replace("!", "")).resolve("pom.xml"))
                    .exists());
  }

  @Test
  void theTestsOfMavenCommandsAreThere() throws IOException {
    final Set<String> classes = new HashSet<>();
    for (final Path module : modules()) {
      final Path folder = module.resolve("src/test/java");
      if (Files.isDirectory(folder)) {
        try (Stream<Path> files = Files.walk(folder)) {
          classes.addAll(
              files
                  .map(file -> file.getFileName().toString())
                  .filter(name -> name.endsWith(".java"))
                  .map(name -> name.substring(0, name.length() - ".java".length()))
                  .collect(Collectors.toSet()));
        }
      }
    }
    assertThat(classes).isNotEmpty();
    assertThat(named(TESTS)).isNotEmpty().isSubsetOf(classes);
  }

  private static List<Path> modules() throws IOException {
    final List<Path> modules = new ArrayList<>();
    Pattern.compile("<module>([^<]+)</module>")
        .matcher(Files.readString(DocumentedPage.ROOT.resolve("pom.xml")))
        .results()
        .forEach(match -> modules.add(DocumentedPage.ROOT.resolve(match.group(1))));
    return modules;
  }

  @Test
  void scriptsAreThereAndCanBeRun() {
    assertThat(named(SCRIPT))
        .isNotEmpty()
        .allSatisfy(script -> assertThat(DocumentedPage.ROOT.resolve(script)).isExecutable());
  }
}
