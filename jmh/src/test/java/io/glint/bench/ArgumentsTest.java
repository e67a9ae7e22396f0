package io.glint.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {

  @Test
  void nothingSaidRunsEverythingAtPublishedQuality() {
    final Arguments arguments = Arguments.parse();

    assertThat(arguments.cases()).isEqualTo(Cases.ALL);
    assertThat(arguments.effort()).isEqualTo(Effort.FULL);
    assertThat(arguments.effort().forks()).isGreaterThanOrEqualTo(3);
    assertThat(arguments.out()).isNull();
  }

  @Test
  void optionsAreRead() {
    final Arguments arguments =
        Arguments.parse("--forks", "7", "--quick", "--threads", "3", "--out", "a.md");

    assertThat(arguments.effort()).isEqualTo(Effort.QUICK.withForks(7));
    assertThat(arguments.threads()).isEqualTo(3);
    assertThat(arguments.out()).isEqualTo(Path.of("a.md"));
  }

  @Test
  void quicklyOnlyTheFirstCasesAreRunUnlessOthersAreNamed() {
    assertThat(Arguments.parse("--quick").cases())
        .extracting(Case::id)
        .containsExactly("P1", "P2", "P3", "P4", "P5", "P6a", "P6b");
    assertThat(Arguments.parse("--quick", "--case", "R2").cases())
        .extracting(Case::id)
        .containsExactly("R2");
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
        .containsExactly("P1", "P2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--case P99", "--case", "--threads 0", "--forks many", "--fast"})
  void whatIsNotUnderstoodIsRefused(String line) {
    assertThatThrownBy(() -> Arguments.parse(line.split(" ")))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
