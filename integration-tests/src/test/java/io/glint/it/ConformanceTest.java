package io.glint.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** {@code docs/conformance.md} is complete, and the tests it names exist. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConformanceTest {
  private record Section(String prefix, int rows) {}

  private static final List<Section> SECTIONS =
      List.of(
          new Section("API", 26),
          new Section("MP", 20),
          new Section("MC", 6),
          new Section("VIEW", 31),
          new Section("AGG", 32),
          new Section("CARD", 19),
          new Section("EX", 38),
          new Section("RDR", 29),
          new Section("PER", 20),
          new Section("PROD", 5),
          new Section("DUP", 11),
          new Section("NUM", 8),
          new Section("CONC", 5),
          new Section("ERR", 12),
          new Section("SELF", 8),
          new Section("ENV", 16),
          new Section("CFG", 26),
          new Section("OTLP", 32),
          new Section("PROM", 56),
          new Section("OM2", 6));

  /** Tests run in the folder of their module. */
  private static final Path ROOT = Path.of("..");

  private ConformanceTable table;

  @BeforeAll
  void read() throws IOException {
    table = new ConformanceTable(Files.readString(ROOT.resolve("docs/conformance.md"), UTF_8));
  }

  @Test
  void everyRequirementHasARowWithATestThatExistsOrAReason() {
    final List<String> expectedIds = new ArrayList<>();
    for (final Section section : SECTIONS) {
      for (int number = 1; number <= section.rows(); number++) {
        expectedIds.add(String.format("%s-%02d", section.prefix(), number));
      }
    }
    assertThat(table.problems(expectedIds, new TestSources(ROOT))).isEmpty();
  }

  @Test
  void noRowIsUnfinished() {
    assertThat(table.unfinished()).isEmpty();
  }
}
