package io.glint.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {
  private static final LocalDate DAY = LocalDate.of(2026, 11, 21);

  @TempDir Path root;

  private static Report report() {
    final Case p1 = Cases.named(List.of("P1")).get(0).withoutOthers();
    final List<Fork> forks = List.of(new Fork(new double[] {7}, new double[] {0}));
    return new Report(List.of(new Comparison(p1, List.of(forks, forks))), Map.of());
  }

  @Test
  void reportLinksThePlotsThatAreWrittenBesideIt() throws Exception {
    final Path out = root.resolve("a/b");
    final Results results = Results.in(out);
    results.write(report());

    assertThat(Files.readString(out.resolve("results.md"))).contains("](histogram.svg)");
    assertThat(results.files(report()))
        .containsExactly(
            out.resolve("results.md"), out.resolve("samples.csv"), out.resolve("histogram.svg"))
        .allSatisfy(file -> assertThat(file).exists());
  }

  @Test
  void runWritesAgainWhatItWroteItself() throws Exception {
    final Results results = Results.in(root);
    results.write(report());

    results.write(report());
  }

  @Test
  void whatIsThereIsNotReplaced() throws Exception {
    Files.writeString(root.resolve("results.md"), "mine");

    assertThatThrownBy(() -> Results.in(root))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--out " + root)
        .hasMessageContaining("name another directory");
    assertThatThrownBy(() -> Results.in(root.resolve("results.md")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void directoryThatCannotBeMadeIsRefusedBeforeTheRun() throws Exception {
    final Path file = Files.writeString(root.resolve("results.md"), "mine");

    assertThatThrownBy(() -> Results.in(file.resolve("a/b")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--out " + file.resolve("a/b"))
        .hasMessageContaining(file + " is not a directory that can be written to");
    Results.requireNew(root.resolve("a/b/c"));
  }

  @Test
  void eachRunHasADirectoryOfItsOwn() throws Exception {
    final Results first = Results.inNewDirectory(root, DAY, "AMD EPYC", "");
    first.write(report());
    final Results second = Results.inNewDirectory(root, DAY, "AMD EPYC", "");
    final Results quick = Results.inNewDirectory(root, DAY, "AMD EPYC", "quick");

    final String name = "2026-11-21-jdk" + Runtime.version().feature() + "-amd-epyc";
    final Path local = root.resolve("docs/benchmarks/local");
    assertThat(first.directory()).isEqualTo(local.resolve(name));
    assertThat(second.directory()).isEqualTo(local.resolve(name + "-2"));
    assertThat(quick.directory()).isEqualTo(local.resolve(name + "-quick"));
  }

  @Test
  void processorsNameDirectoriesWhateverTheyAreCalled() {
    assertThat(Results.slug("Intel(R) Xeon(R) CPU @ 2.20GHz")).isEqualTo("intel-xeon-cpu-2.20ghz");
    assertThat(Results.slug("../x")).isEqualTo("x");
    assertThat(Results.slug("a".repeat(31) + " bcd")).isEqualTo("a".repeat(31));
  }
}
