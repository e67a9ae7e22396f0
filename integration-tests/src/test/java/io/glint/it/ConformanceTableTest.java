package io.glint.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link ConformanceTest} relies on can fail, for each reason. */
class ConformanceTableTest {
  private static final String GOOD =
      """
      Text, and a head.

      | ID | Requirement | Level | Glint | Tests |
      |---|---|---|---|---|
      | A-01 | a thing | MUST | conforms | `SomeTest.itWorks` |
      | A-02 | a \\| b | MAY | not applicable: there is no such thing | – |
      | B-01 | more | MUST | conforms: documented in the guide | – |
      | B-02 | much more | SHOULD | deviates: for a reason | `exporter/OtherTest.each`, `jcstress/Suite` |
      """;

  private static final List<String> IDS = List.of("A-01", "A-02", "B-01", "B-02");

  @TempDir private Path root;

  @BeforeEach
  void writeSources() throws IOException {
    write(
        "sdk-core/src/test/java/some/SomeTest.java",
        """
        class SomeTest {
          @Test
          void itWorks() {}

          void noTest() {}

          // @Test
          // void commentedOut() {}

          @Test
          @Disabled("not yet")
          void disabled() {}
        }
        """);
    write(
        "exporter/src/test/java/other/OtherTest.java",
        """
        class OtherTest {
          @ParameterizedTest
          @CsvSource({
            "a; b",
          })
          void each(String text) {}
        }
        """);
    write("jcstress/src/main/java/proof/Suite.java", "class Suite {}");
  }

  private void write(String path, String text) throws IOException {
    final Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private List<String> problems(String markdown) {
    return new ConformanceTable(markdown).problems(IDS, new TestSources(root));
  }

  @Test
  void acceptsACompleteTable() {
    assertThat(problems(GOOD)).isEmpty();
    assertThat(new ConformanceTable(GOOD).unfinished()).isEmpty();
  }

  @Test
  void missesAnId() {
    assertThat(problems(GOOD.replaceAll("(?m)^\\| A-02.*\n", "")))
        .containsExactly("A-02 is missing");
    assertThat(problems("")).hasSize(IDS.size());
  }

  @Test
  void seesAnIdTwice() {
    assertThat(problems(GOOD.replaceAll("(?m)^(\\| A-02.*\n)", "$1$1")))
        .containsExactly("A-02 appears twice");
  }

  @Test
  void seesAnIdOutOfOrder() {
    assertThat(problems(GOOD.replaceAll("(?m)^(\\| A-01.*\n)(\\| A-02.*\n)", "$2$1")))
        .containsExactly("A-01 is out of order");
  }

  @Test
  void seesAnIdThatIsNotExpected() {
    assertThat(problems(GOOD + "| B-03 | no | MAY | conforms | `SomeTest.itWorks` |\n"))
        .containsExactly("B-03 is not an ID that is expected");
  }

  @ParameterizedTest
  @ValueSource(strings = {"conforms", "not applicable", "deviates"})
  void wantsATestOrAReason(String state) {
    assertThat(problems(GOOD.replace("not applicable: there is no such thing", state)))
        .containsExactly("A-02 has neither a test nor a reason");
  }

  @Test
  void wantsTheReasonOfADeviationThatIsTested() {
    assertThat(problems(GOOD.replace("deviates: for a reason", "deviates")))
        .containsExactly("B-02 has neither a test nor a reason");
  }

  @Test
  void wantsAStateItKnows() {
    assertThat(problems(GOOD.replace("deviates: for a reason", "yes: indeed")))
        .containsExactly("B-02 says neither 'conforms' nor 'deviates: …' nor 'not applicable: …'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SomeTest.other",
        "SomeTest.noTest",
        "SomeTest.commentedOut",
        "SomeTest.disabled",
        "SomeTest.itWork",
        "SomeTest",
        "NoTest.itWorks",
        "exporter/SomeTest.itWorks",
        "nowhere/SomeTest.itWorks",
        "jcstress/SomeTest",
        ""
      })
  void seesATestThatDoesNotExist(String reference) {
    assertThat(problems(GOOD.replace("SomeTest.itWorks", reference)))
        .containsExactly("A-01 names the test " + reference + ", which does not exist");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a test", "SomeTest.itWorks", "`SomeTest.itWorks` partly", "?"})
  void wantsNothingButTestsInTheLastCell(String cell) {
    assertThat(problems(GOOD.replace("`SomeTest.itWorks`", cell)))
        .containsExactly("A-01 has something else than `Class.method` in its last cell");
  }

  @Test
  void seesCellsThatAreMissingOrEmpty() {
    assertThat(problems(GOOD.replace("| a thing ", "")))
        .containsExactly("A-01 has 4 cells instead of 5");
    assertThat(problems(GOOD.replace("a thing", ""))).containsExactly("A-01 has an empty cell");
  }

  @Test
  void tellsUnfinishedRowsApart() {
    final String unfinished = GOOD.replace("`SomeTest.itWorks`", "TODO");
    assertThat(problems(unfinished)).isEmpty();
    assertThat(new ConformanceTable(unfinished).unfinished()).containsExactly("A-01");
    assertThat(
            new ConformanceTable(GOOD.replace("for a reason |", "x | TODO"))
                .problems(IDS, new TestSources(root)))
        .isNotEmpty();
  }
}
