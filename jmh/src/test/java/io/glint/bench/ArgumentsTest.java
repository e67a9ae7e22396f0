package io.glint.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {

  @TempDir Path directory;

  private String file(String name, String... lines) throws IOException {
    return Files.write(directory.resolve(name), List.of(lines)).toString();
  }

  @Test
  void nothingSaidRunsEverythingThatComparesWithSomebodyElse() {
    final Arguments arguments = Arguments.parse();

    assertThat(arguments.cases())
        .extracting(Case::id)
        .contains("P1", "P8e", "M1")
        .contains("C2", "C2-bound", "C8", "C8-bound")
        .doesNotContain("R2", "E1a", "C2-128", "C2-delta");
    assertThat(arguments.effort()).isEqualTo(Effort.NORMAL);
    assertThat(arguments.out()).isNull();
    assertThat(arguments.name()).isEmpty();
  }

  @Test
  void allCasesAreRunToPublish() {
    final Arguments arguments = Arguments.parse("--full");

    assertThat(arguments.cases()).isEqualTo(Cases.ALL);
    assertThat(arguments.effort()).isEqualTo(Effort.FULL);
    assertThat(arguments.effort().forks()).isGreaterThanOrEqualTo(3);
    assertThat(arguments.name()).isEqualTo("full");
  }

  /** With a build of half a minute. */
  @Test
  void estimatesKeepWhatIsPromised() {
    assertThat(seconds(Arguments.parse("--quick"))).isLessThan(150);
    assertThat(seconds(Arguments.parse())).isBetween(600d, 1170d);
  }

  private static double seconds(Arguments arguments) {
    return arguments.cases().stream().mapToDouble(arguments.effort()::secondsFor).sum();
  }

  @Test
  void optionsAreRead() {
    final Arguments arguments =
        Arguments.parse("--forks", "7", "--quick", "--threads", "3", "--out", "a", "--no-peers");

    assertThat(arguments.effort()).isEqualTo(Effort.QUICK.withForks(7));
    assertThat(arguments.cases()).extracting(Case::threads).containsOnly(3);
    assertThat(arguments.cases()).flatExtracting(Case::others).isEmpty();
    assertThat(arguments.out()).isEqualTo(Path.of("a"));
  }

  @Test
  void quicklyOnlyTheFirstCasesAreRunUnlessOthersAreNamed() {
    assertThat(Arguments.parse("--quick").cases())
        .extracting(Case::id)
        .containsExactly("P1", "P2", "P3", "P4", "P5", "P6a", "P6b", "T2", "B1", "C2");
    assertThat(Arguments.parse("--quick", "--case", "R2").cases())
        .extracting(Case::id)
        .containsExactly("R2");
  }

  @Test
  void ownDataIsForAllSystemsAndForNoTarget() throws IOException {
    final String attributes = file("attributes", "route=/a", "route=/b,tenant=x");
    final String values = file("values", "0.25", "3");

    final Arguments arguments =
        Arguments.parse(
            "--attributes", attributes, "--values", values, "--bounds", "0.1,1", "--case", "P1");

    final Case benchmarkCase = arguments.cases().get(0);
    assertThat(benchmarkCase.hasTarget()).isFalse();
    assertThat(benchmarkCase.contenders())
        .hasSize(4)
        .allSatisfy(
            contender ->
                assertThat(contender.workload().parameters())
                    .containsEntry("attributesFile", attributes)
                    .containsEntry("valuesFile", values)
                    .containsEntry("bounds", "0.1,1"));
    assertThat(arguments.own().toString()).contains("2 sets from", "2 from", "[0.1, 1.0]");
  }

  @Test
  void numberOfSeriesIsThatOfTheFile() throws IOException {
    final String attributes = file("attributes", "route=/a");

    assertThat(Arguments.parse("--attributes", attributes).cases())
        .extracting(Case::id)
        .contains("P1")
        .doesNotContain("P1-128");
    assertThatThrownBy(() -> Arguments.parse("--attributes", attributes, "--case", "P1-128"))
        .hasMessageContaining("[P1-128]")
        .hasMessageContaining("name P1 or P2");
  }

  @Test
  void optionsThatThereAreAreExplained() {
    assertThat(Arguments.USAGE)
        .contains("--quick", "--full", "--case", "--forks", "--threads", "--no-peers")
        .contains("--attributes", "--bounds", "--values", "--out", "--help", "--jmh")
        .contains("(\\, \\= \\\\ for");
    assertThat(Arguments.USAGE.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(101));
    assertThat(Arguments.parse("--help").wantsHelp()).isTrue();
  }

  @Test
  void casesAreNamedOneByOneByFamilyOrByWhatIsReadOffThem() {
    assertThat(Arguments.parse("--case", "P3,p1").cases())
        .extracting(Case::id)
        .containsExactly("P1", "P3");
    assertThat(Arguments.parse("--case", "P6").cases())
        .extracting(Case::id)
        .containsExactly("P6a", "P6b");
    assertThat(Arguments.parse("--case", "P10").cases())
        .extracting(Case::id)
        .containsExactly("P1", "P2", "P10a", "P10b", "P10c", "P10d", "P10e", "P10f");
  }

  /** With a lock nowhere, it is what the stock SDK does best. */
  @Test
  void histogramsWithoutExemplarsAreComparedInEveryCombination() {
    final List<Case> cases = Arguments.parse("--case", "C").cases();

    assertThat(cases).hasSize(16).extracting(Case::id).doesNotHaveDuplicates();
    assertThat(cases)
        .allSatisfy(
            benchmarkCase -> {
              final String id = benchmarkCase.id();
              assertThat(benchmarkCase.threads()).isEqualTo(id.startsWith("C8") ? 8 : 2);
              assertThat(benchmarkCase.contenders())
                  .hasSize(4)
                  .extracting(Contender::workload)
                  .allSatisfy(
                      workload -> {
                        assertThat(workload.benchmark().toLowerCase(Locale.ROOT))
                            .matches(name -> name.contains("bound") == id.contains("-bound"));
                        assertThat(workload.parameters())
                            .containsEntry("exemplars", "OFF")
                            .containsEntry("cardinality", id.endsWith("-128") ? "128" : "1")
                            .containsEntry(
                                "collectEveryMillis", id.contains("-delta") ? "10" : "0");
                      });
              assertThat(
                      List.of(
                          benchmarkCase.reference().workload(), benchmarkCase.glint().workload()))
                  .allSatisfy(
                      workload ->
                          assertThat(workload.parameters())
                              .doesNotContainKey("histograms")
                              .containsEntry(
                                  "temporality", id.contains("-delta") ? "DELTA" : "CUMULATIVE"));
            });
    assertThat(Arguments.parse("--case", "C2,C8-bound-delta-128").cases())
        .extracting(Case::id)
        .containsExactly("C2", "C8-bound-delta-128");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--case P99",
        "--case",
        "--threads 0",
        "--forks many",
        "--fast",
        "--quick --full",
        "--bounds 2,1"
      })
  void whatIsNotUnderstoodIsRefused(String line) {
    assertThatThrownBy(() -> Arguments.parse(line.split(" ")))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
